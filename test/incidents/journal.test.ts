import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import { MemoryBook } from '../../src/incidents/book.ts';
import { AppendFile } from '../../src/incidents/file.ts';
import { Journal } from '../../src/incidents/journal.ts';
import { incident, open } from './incident.ts';
import { START } from './ticks.ts';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
let files = 0;

async function journal() {
  const path = join(folder, `${files++}.jsonl`);
  const { file } = await AppendFile.open(path);
  const book = new MemoryBook({ maxBytes: 2 ** 20, keepSeconds: 86_400 });
  const made = new Journal({ book, file, maxFileBytes: 2 ** 20, onTrouble() {} });
  const take = (one: Incident, at: number) => {
    book.put(one);
    made.take([one], START + at);
  };
  const lines = (): Record<string, unknown>[] =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line));
  return { made, take, lines };
}

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
