import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import { AppendFile } from '../../src/incidents/file.ts';
import { FILE_VERSION, ForeignFileError, headerLine, type Migrations, readFileText, seenLine } from '../../src/incidents/file-format.ts';
import { incident, open } from './incident.ts';
import { START } from './ticks.ts';

const line = (one: Incident): string => `${JSON.stringify(one)}\n`;
const folder = mkdtempSync(join(tmpdir(), 'incidents-'));
let files = 0;
const newPath = (content?: string | Buffer): string => {
  const path = join(folder, `${files++}.jsonl`);
  if (content !== undefined) writeFileSync(path, content);
  return path;
};
const read = async (path: string) => (await AppendFile.open(path)).read.incidents;

describe('the text of a file', () => {
  it.each<[string, string, readonly Incident[], number]>([
    ['nothing', '', [], 0],
    ['a header that was torn as it was made', headerLine().slice(0, 5), [], 0],
    ['a header', headerLine(), [], 0],
    ['incidents', headerLine() + line(incident()), [incident()], 0],
    ['the last that was said of one', headerLine() + line(open()) + line(incident()), [incident()], 0],
    ['a line that is torn', headerLine() + line(incident()) + line(open({ id: '20260105t090000z-b' })).slice(0, -1), [incident()], 0],
    ['a line that is damaged', `${headerLine()}{"id":\n${line(incident())}`, [incident()], 1],
    ['a line of zeros, as a power cut leaves it', `${headerLine()}${'\0'.repeat(40)}\n${line(incident())}`, [incident()], 1],
    ['a line that is no incident', `${headerLine()}{"id":"x"}\n[]\n7\n${line(incident())}`, [incident()], 3],
    ['an empty line', `${headerLine()}\n${line(incident())}`, [incident()], 0],
    ['that what fails did until then', headerLine() + line(open()) + seenLine(START + 300), [open({ lastFailing: START + 300 })], 0],
    ['in which hours somebody looked', `${headerLine()}{"looked":{"v1.tides.example.com":[9,2]}}\n${line(incident())}`, [incident()], 0],
    ['that, damaged', `${headerLine()}{"looked":{"v1.tides.example.com":[9]}}\n${line(incident())}`, [incident()], 1],
    ['that, of what fails only', headerLine() + line(incident()) + seenLine(START + 300), [incident()], 0],
    ['that, when nothing newer was said', headerLine() + line(open()) + seenLine(START + 1), [open()], 0],
  ])('says %s', (_, text, incidents, unreadable) => {
    expect(readFileText(Buffer.from(text))).toMatchObject({ incidents, unreadable });
  });

  it.each([
    ['no file of ours', 'hello\n'],
    ['one without a line end that is not ours', 'hello'],
    ['one without a version', '{"incidents":"one"}\n'],
    ['one of a later version', `{"incidents":${FILE_VERSION + 1}}\n`],
  ])('refuses %s', (_, text) => {
    expect(() => readFileText(Buffer.from(text))).toThrow(ForeignFileError);
  });

  it('brings records of an earlier version to this one, step by step', () => {
    const { returned: _, hurt: __, ...old } = incident();
    const migrations: Migrations = new Map<number, (record: object) => object>([
      [FILE_VERSION - 2, (record: object) => ({ ...record, returned: 0 })],
      [FILE_VERSION - 1, (record: object) => ({ ...record, hurt: [] })],
    ]);
    const text = Buffer.from(`{"incidents":${FILE_VERSION - 2}}\n${JSON.stringify(old)}\n${seenLine(START)}`);
    expect(readFileText(text, migrations)).toMatchObject({ incidents: [incident({ hurt: [] })], unreadable: 0 });
    expect(() => readFileText(text, new Map([...migrations].slice(1)))).toThrow(`it has version ${FILE_VERSION - 2} of the format`);
  });
});

describe('the file', () => {
  it('begins with its version, and has what was appended', async () => {
    const path = newPath();
    const { file } = await AppendFile.open(path);
    await file.append(line(open()));
    await file.append(line(incident()));
    expect(readFileSync(path, 'utf8')).toBe(headerLine() + line(open()) + line(incident()));
    expect(file.size).toBe(readFileSync(path).length);
    expect(await read(path)).toEqual([incident()]);
  });

  it('is written anew from what is known, and goes on', async () => {
    const path = newPath();
    const { file } = await AppendFile.open(path);
    for (let n = 0; n < 9; n++) await file.append(line(open({ returned: n })));
    await file.compact([JSON.stringify(open({ returned: 8 }))]);
    await file.append(line(incident({ id: '20260105t090000z-b' })));
    expect(readFileSync(path, 'utf8')).toBe(headerLine() + line(open({ returned: 8 })) + line(incident({ id: '20260105t090000z-b' })));
  });

  it('loses nothing when a new one can not be written', async () => {
    const path = newPath();
    const { file } = await AppendFile.open(path);
    await file.append(line(incident()));
    mkdirSync(`${path}.partial`);
    await expect(file.compact([])).rejects.toThrow(/\.partial is a folder/);
    await file.append(line(open({ id: '20260105t090000z-b' })));
    expect(await read(path)).toEqual([incident(), open({ id: '20260105t090000z-b' })]);
  });

  it('cuts off what a full disk left before it appends again', async () => {
    const path = newPath();
    const { file } = await AppendFile.open(path);
    await file.append(line(incident()));
    // What `write` gives back before ENOSPC.
    appendFileSync(path, line(open({ id: '20260105t090000z-b' })).slice(0, 100));
    await file.append(line(open({ id: '20260105t090000z-c' })));
    expect(readFileSync(path, 'utf8')).toBe(headerLine() + line(incident()) + line(open({ id: '20260105t090000z-c' })));
  });

  it('goes on where somebody cut or emptied it meanwhile', async () => {
    for (const size of [0, 3, headerLine().length + 10]) {
      const path = newPath();
      const { file } = await AppendFile.open(path);
      await file.append(line(incident()));
      truncateSync(path, size);
      await file.append(line(open({ id: '20260105t090000z-c' })));
      if (size !== 3) expect(await read(path)).toEqual([open({ id: '20260105t090000z-c' })]);
    }
  });

  it('is left alone where it appears after the start, as on a volume that is mounted late', async () => {
    const path = newPath();
    const { file } = await AppendFile.open(path);
    const before = headerLine() + line(incident());
    writeFileSync(path, before);
    await expect(file.append(line(open()))).rejects.toThrow('there is a file now that was not there at the start');
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('is left alone when it is not ours', async () => {
    const path = newPath('{"incidents":99}\nwhat a later exporter wrote\n');
    await expect(AppendFile.open(path)).rejects.toThrow('it has version 99 of the format; this exporter reads 1, 2');
    expect(readFileSync(path, 'utf8')).toBe('{"incidents":99}\nwhat a later exporter wrote\n');
  });

  it('of an earlier version takes nothing before it is written anew', async () => {
    const old = `{"incidents":1}\n${line(incident())}`;
    const path = newPath(old);
    const { file, read: found } = await AppendFile.open(path);
    expect([found.incidents, file.isOutdated]).toEqual([[incident()], true]);
    await expect(file.append(line(open()))).rejects.toThrow('it has version 1 of the format, and was not written anew yet');
    expect(readFileSync(path, 'utf8')).toBe(old);
    await file.compact([JSON.stringify(incident())]);
    await file.append(line(open()));
    expect(readFileSync(path, 'utf8')).toBe(headerLine() + line(incident()) + line(open()));
  });

  it('is no folder and no device', async () => {
    await expect(AppendFile.open(folder)).rejects.toThrow('is a folder; a regular file, or none yet, is allowed');
    await expect(AppendFile.open('/dev/null')).rejects.toThrow('is a character device; a regular file, or none yet, is allowed');
  });

  it('has everything before the byte at which the exporter was killed, and takes what comes after', async () => {
    const incidents = [1, 2, 3, 4].map((n) => incident({ id: `20260105t09000${n}z-a`, title: `Größe ${n} – «ñ»` }));
    const whole = Buffer.from(headerLine() + incidents.map(line).join(''));
    const ends = incidents.map((_, n) =>
      Buffer.byteLength(
        headerLine() +
          incidents
            .slice(0, n + 1)
            .map(line)
            .join(''),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (killedAt) => {
        const path = newPath(whole.subarray(0, killedAt));
        const before = incidents.filter((_, n) => (ends[n] ?? 0) <= killedAt);
        const { file, read: found } = await AppendFile.open(path);
        expect(found).toMatchObject({ incidents: before, unreadable: 0 });
        const next = incident({ id: '20260105t100000z-next' });
        await file.append(line(next));
        expect(await read(path)).toEqual([...before, next]);
      }),
      { numRuns: 300 },
    );
  });
});

it('leaves no other file behind', () => {
  expect(readdirSync(folder).filter((name) => name.endsWith('.partial')).length).toBeLessThanOrEqual(1);
});
