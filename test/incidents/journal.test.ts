import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import { MemoryBook } from '../../src/incidents/book.ts';
import { AppendFile } from '../../src/incidents/file.ts';
import { Journal } from '../../src/incidents/journal.ts';
import { type PackedIncident, unpack } from '../../src/incidents/packed.ts';
import { WatchedHours } from '../../src/incidents/watched-hours.ts';
import { incident, open } from './incident.ts';
import { START } from './ticks.ts';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
let files = 0;

async function journal(content = '') {
  const path = join(folder, `${files++}.jsonl`);
  if (content !== '') writeFileSync(path, content);
  const { file, read } = await AppendFile.open(path);
  const book = new MemoryBook({ maxBytes: 2 ** 20, keepSeconds: 86_400 });
  for (const one of read.incidents) book.put(one);
  const watched = new WatchedHours(86_400);
  const made = new Journal({ book, file, watched, maxFileBytes: 2 ** 20, onTrouble() {} });
  const take = (one: Incident, at: number) => {
    book.put(one);
    made.take([one], START + at);
  };
  const lines = (): (Incident | { seen: number })[] =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as PackedIncident | { seen: number })
      .map((record) => ('seen' in record ? record : unpack(record)));
  return { made, take, lines, path };
}

describe('a file of before incidents were packed', () => {
  const old = `{"incidents":1}\n${JSON.stringify(incident({ id: '20260105t090000z-b' }))}\n`;

  it('stays as it is until something is written, and is packed then', async () => {
    const { made, take, lines, path } = await journal(old);
    await made.idle();
    expect(readFileSync(path, 'utf8')).toBe(old);
    take(open(), 0);
    await made.idle();
    expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('{"incidents":2}');
    expect(lines()).toEqual([incident({ id: '20260105t090000z-b' }), open(), open(), { seen: START }]);
    take(open({ returned: 1 }), 60);
    await made.idle();
    expect(lines().slice(3)).toEqual([{ seen: START }, open({ returned: 1 }), { seen: START + 60 }]);
  });

  it('stays as it is where the disk does not take a new one, which is tried again', async () => {
    const { made, take, lines, path } = await journal(old);
    mkdirSync(`${path}.partial`);
    take(open(), 0);
    await made.idle();
    expect(readFileSync(path, 'utf8')).toBe(old);
    rmdirSync(`${path}.partial`);
    take(open(), 30);
    await made.idle();
    expect(lines().slice(0, 2)).toEqual([incident({ id: '20260105t090000z-b' }), open()]);
  });
});

describe('is written', () => {
  it.each<[string, [Incident, number][], number]>([
    ['at its begin', [[open(), 0]], 1],
    [
      'not again while nothing turns',
      [
        [open(), 0],
        [open({ lastFailing: START + 59 }), 59],
      ],
      1,
    ],
    [
      'after a minute',
      [
        [open(), 0],
        [open({ lastFailing: START + 60 }), 60],
      ],
      2,
    ],
    [
      'of an old one after a tenth of its age',
      [
        [open({ began: START - 10_000 }), 0],
        [open({ began: START - 10_000 }), 1100],
      ],
      1,
    ],
    [
      'of an old one later than that',
      [
        [open({ began: START - 10_000 }), 0],
        [open({ began: START - 10_000 }), 1200],
      ],
      2,
    ],
    [
      'when its cause turns',
      [
        [open(), 0],
        [open({ causes: [] }), 5],
      ],
      2,
    ],
    [
      'when it is hurt more',
      [
        [open(), 0],
        [open({ hurt: [] }), 5],
      ],
      2,
    ],
    [
      'when it is not observed',
      [
        [open(), 0],
        [open({ state: 'not-observed' }), 5],
      ],
      2,
    ],
    [
      'when it ends',
      [
        [open(), 0],
        [incident(), 5],
      ],
      2,
    ],
  ])('%s', async (_, steps, written) => {
    const { made, take, lines } = await journal();
    for (const [one, at] of steps) {
      take(one, at);
      await made.idle();
    }
    expect(lines().filter((line) => 'id' in line)).toHaveLength(written);
  });

  it('in its newest form when it changed while it was being written', async () => {
    const { made, take, lines } = await journal();
    take(open(), 0);
    take(incident(), 5);
    await made.idle();
    await made.finish(START + 5);
    expect(lines().filter((line) => 'id' in line)).toEqual([open(), incident()]);
  });

  it('at the stop, with what nothing turned on', async () => {
    const { made, take, lines } = await journal();
    take(open(), 0);
    await made.idle();
    take(open({ lastFailing: START + 30 }), 30);
    await made.idle();
    await made.finish(START + 30);
    expect(lines().at(-1)).toEqual(open({ lastFailing: START + 30 }));
  });
});

it('says once a minute that what fails still does', async () => {
  const { made, take, lines } = await journal();
  for (let at = 0; at < 180; at += 5) {
    take(open({ began: START - 100_000 }), at);
    await made.idle();
  }
  expect(lines().filter((line) => 'seen' in line)).toEqual([{ seen: START }, { seen: START + 60 }, { seen: START + 120 }]);
});
