import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type IncidentKeeper, startIncidentKeeper } from '../../src/commands/incident-keeper.ts';
import { defaultConfig } from '../../src/config.ts';
import type { LongMemoryState } from '../../src/diagnose/long-memory.ts';
import { headerLine } from '../../src/incidents/file-format.ts';
import { NO_COUNTS } from '../../src/incidents/totals.ts';
import type { Logger } from '../../src/source/logger.ts';
import { incident } from '../incidents/incident.ts';
import { Played, type Step } from '../incidents/ticks.ts';
import { bundled } from '../support/bundled.ts';

const folder = mkdtempSync(join(tmpdir(), 'keeper-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => join(folder, `${files++}.jsonl`);

interface Run {
  readonly keeper: IncidentKeeper;
  readonly said: string[];
  /** What the incidents of earlier runs said of weeks, each time that a file was read. */
  readonly recalled: ReadonlyMap<string, Required<LongMemoryState>>[];
  play(...steps: readonly Step[]): Promise<void>;
  stop(): Promise<void>;
  /** What this run's counter says after its newest tick, and how many durations its histogram has. */
  counted(): readonly [incidents: number, durations: number];
}

/** One run of an exporter, whose first tick comes so many seconds after the start of all. */
async function run(
  file: string | undefined,
  start = 0,
  { mayWrite, ...differs }: Partial<Parameters<typeof startIncidentKeeper>[0]> & { mayWrite?: () => boolean } = {},
): Promise<Run> {
  const said: string[] = [];
  const recalled: Run['recalled'] = [];
  const say = (fields: object, words: string) => void said.push(`${words}${'error' in fields ? `: ${String(fields.error)}` : ''}`);
  const log: Logger = { debug: say, info: say, warn: say, error: say };
  const { incidents } = defaultConfig();
  const keeper = await startIncidentKeeper(
    { ...incidents, ...(file !== undefined && { file }), ...differs },
    { log, ...(mayWrite && { mayWrite }) },
    (memories) => void recalled.push(memories as Run['recalled'][number]),
  );
  let counts = NO_COUNTS;
  const recorder = {
    resume: () => [],
    observe(...tick: Parameters<IncidentKeeper['observe']>) {
      counts = keeper.observe(...tick).incidents;
      return { touched: [], settled: [] };
    },
  };
  const played = new Played(recorder, start);
  return {
    keeper,
    said,
    recalled,
    async play(...steps) {
      for (const step of steps) {
        played.play(step);
        await keeper.idle();
      }
    },
    stop: () => keeper.stop(),
    counted: () => [
      [...counts.causes.values()].flatMap((causes) => [...causes.values()]).reduce((sum, count) => sum + count, 0),
      [...counts.durations.values()].reduce((sum, { counts: of }) => sum + (of.at(-1) ?? 0), 0),
    ],
  };
}

const until = async (holds: () => boolean): Promise<void> => {
  for (let left = 60_000; !holds(); left -= 20) {
    if (left <= 0) throw new Error(`still false: ${holds}`);
    await sleep(20);
  }
};

const told = ({ keeper }: Run): string[] => keeper.book.list().map(({ cause, state, ending }) => `${cause} ${ending ?? state}`);

describe('incidents', () => {
  it('are kept in memory without a file', async () => {
    const first = await run(undefined);
    await first.play('well', 'a', '~a', 'well');
    expect(told(first)).toEqual(['a recovered']);
    await first.stop();
  });

  it.each<[string, Step[], Step[], string[]]>([
    ['that ended are there again', ['well', 'a', '~a', 'well'], [], ['a recovered']],
    ['that are open are not observed at first', ['well', 'a'], [], ['a not-observed']],
    ['that are open go on where the API still fails', ['well', 'a'], ['a'], ['a failing']],
    ['that are open ended while we were away where it does not', ['well', 'a'], ['well'], ['a while-away']],
    ['of an API that is gone end too', ['well', 'a'], ['gone'], ['a not-watched']],
  ])('%s after a restart', async (_, before, after, expected) => {
    const file = fresh();
    const first = await run(file);
    await first.play(...before);
    await first.stop();
    const second = await run(file, 300);
    await second.play(...after);
    expect(told(second)).toEqual(expected);
    await second.stop();
    expect(told(await run(file, 600))).toEqual(expected.map((one) => one.replace('a failing', 'a not-observed')));
  });

  it.each([20, 31])(
    'that ended stand so in the file, where the clock was set an hour forward and back around a kill, and it failed %i times since',
    async (times) => {
      const file = fresh();
      await (await run(file, 3600)).play('well', 'a');
      // Killed: no stop.
      const second = await run(file);
      await second.play(...Array.from({ length: times }, (): Step[] => ['a', '~a']).flat(), 'well');
      await second.stop();
      expect(told(await run(file, 7200))).toEqual(['a recovered']);
    },
  );

  it('have what was seen last also where nothing was written at the end', async () => {
    const file = fresh();
    const first = await run(file);
    await first.play('well', 'a', ...Array.from({ length: 13 }, () => 'a'));
    // Killed: no stop.
    const [incident] = (await run(file, 300)).keeper.book.list();
    const { lastFailing, began } = incident ?? { lastFailing: 0, began: 0 };
    expect(lastFailing - began).toBeGreaterThanOrEqual(60);
  });

  it('are written when something turns, not at each tick', async () => {
    const file = fresh();
    const first = await run(file);
    await first.play('well', 'a');
    const size = statSync(file).size;
    await first.play('a', 'a', 'a');
    expect(statSync(file).size).toBe(size);
    await first.play('b');
    expect(statSync(file).size).toBeGreaterThan(size);
  });
});

describe('what incidents say of weeks', () => {
  const NAME = 'v1.tides.example.com';
  const HOUR = 3600;

  it('is recalled by the next run: who looked when, and when it began', async () => {
    const file = fresh();
    const first = await run(file);
    expect(first.recalled).toEqual([new Map()]);
    await first.play('well', 'a', '~a', ['well', { after: HOUR }], ['blind', { after: 2 * HOUR }], ['well', { after: HOUR }]);
    await first.stop();
    const [{ began } = { began: 0 }] = first.keeper.book.list();
    const hour = Math.floor(began / HOUR);
    const second = await run(file, 9 * HOUR);
    expect(second.recalled).toEqual([new Map([[NAME, { hours: [hour, hour + 1, hour + 4], onsets: [began] }]])]);
    await second.play('well');
    // Killed: no stop.
    expect((await run(file, 10 * HOUR)).recalled[0]?.get(NAME)?.hours).toEqual([hour, hour + 1, hour + 4, hour + 9]);
  });

  it('is recalled of another replica by whoever writes next', async () => {
    const file = fresh();
    const own = { may: false };
    const follower = await run(file, 0, { mayWrite: () => own.may });
    const leader = await run(file);
    await leader.play('well', 'a', '~a', 'well');
    own.may = true;
    await follower.play(['well', { after: 2 * HOUR }], 'well');
    expect(follower.recalled.map((memories) => memories.get(NAME)?.onsets.length)).toEqual([undefined, 1]);
  });
});

describe('the counters of a run start at 0, and over all runs each incident is counted once', () => {
  const wait: Step = ['well', { after: 61 }];
  it.each<[string, Step[], Step[], number, number]>([
    ['counted before the end of the first', ['well', 'a', '~a', 'well', wait], ['well'], 1, 0],
    ['ended, and not counted yet, by the second', ['well', 'a', '~a', 'well'], ['well'], 0, 1],
    ['ended, and going on in the second, at its last end', ['well', 'a', '~a', 'well'], [['a', { since: 20 }], '~a', 'well', wait], 0, 1],
    ['open, and over when the second looks', ['well', 'a'], ['well', wait], 0, 1],
    ['open, and of an API that the second does not find, by none', ['well', 'a'], ['gone'], 0, 0],
    ['of one API twice, where another cause follows', ['well', 'a', '~a', 'well', 'b', '~b', 'well'], ['well'], 0, 2],
  ])('%s', async (_, before, after, inFirst, inSecond) => {
    const file = fresh();
    const first = await run(file);
    await first.play(...before);
    await first.stop();
    const second = await run(file, 300);
    await second.play(...after);
    await second.stop();
    const third = await run(file, 10_000);
    await third.play('well', wait);
    expect([first.counted(), second.counted(), third.counted()]).toEqual([
      [inFirst, inFirst],
      [inSecond, inSecond],
      [0, 0],
    ]);
  });

  it('and by the second where the first was killed before it counted', async () => {
    const file = fresh();
    const first = await run(file);
    await first.play('well', 'a', '~a', 'well');
    const second = await run(file, 300);
    await second.play('well');
    expect([first.counted(), second.counted()]).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('nothing of a file without such marks, as earlier builds wrote it, is counted anew', async () => {
    const file = fresh();
    writeFileSync(file, `${headerLine()}${JSON.stringify(incident())}\n`);
    const first = await run(file, 10_000);
    await first.play('well');
    expect(first.counted()).toEqual([0, 0]);
  });
});

describe('a file that is ours from time to time', () => {
  const replica = async (file: string, start = 0) => {
    const own = { may: false };
    return { own, ...(await run(file, start, { mayWrite: () => own.may })) };
  };
  const written = async (file: string) => told(await run(file, 900));

  it('is not written by one who may not, and has what it recorded meanwhile as soon as it may', async () => {
    const file = fresh();
    const { own, ...one } = await replica(file);
    await one.play('well', 'a', '~a', 'well');
    expect(existsSync(file)).toBe(false);
    expect(told(one)).toEqual(['a recovered']);
    own.may = true;
    await one.play('well');
    expect(await written(file)).toEqual(['a recovered']);
    await one.play('b', '~b', 'well');
    expect(await written(file)).toEqual(['b recovered', 'a recovered']);
  });

  it('that another one wrote meanwhile is read first: what both have recorded is one incident, and nothing is lost', async () => {
    const file = fresh();
    const [a, b] = [await replica(file), await replica(file)];
    a.own.may = true;
    for (const one of [a, b]) await one.play('well', 'a', '~a', 'well');
    await a.play(['b', { after: 3600 }], '~b', 'well');
    a.own.may = false;
    b.own.may = true;
    await b.play(['well', { after: 4000 }]);
    expect(told(b)).toEqual(['b recovered', 'a recovered']);
    expect(await written(file)).toEqual(['b recovered', 'a recovered']);
  });

  it('is left as it is at the end by one who may not', async () => {
    const file = fresh();
    const { own, ...one } = await replica(file);
    own.may = true;
    await one.play('well', 'a');
    own.may = false;
    await one.play('~a', 'well');
    await one.stop();
    expect(await written(file)).toEqual(['a not-observed']);
  });
});

describe('the file', () => {
  it('stays within its size, and has the newest', async () => {
    const file = fresh();
    const first = await run(file, 0, { max_size: 64 * 1024 });
    for (let n = 0; n < 60; n++) {
      await first.play('a', ['b', { diagnosis: { title: 'x'.repeat(250) } }], '~b', ['well', { after: 100 }], ['well', { after: 100 }]);
      expect(statSync(file).size).toBeLessThanOrEqual(64 * 1024);
    }
    await first.stop();
    const second = await run(file, 100_000);
    const kept = second.keeper.book.list();
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.length).toBeLessThan(60);
    expect(kept[0]?.id).toBe(first.keeper.book.list()[0]?.id);
  }, 60_000);

  it('is left alone where it is of a later version, and that is said', async () => {
    const file = fresh();
    writeFileSync(file, '{"incidents":9}\n');
    const first = await run(file);
    await first.play('well', 'a', '~a', 'well');
    await first.stop();
    expect(first.said.join('\n')).toMatch(/can not be used: it is left alone, and they are kept in memory only: it has version 9/);
    expect(readFileSync(file, 'utf8')).toBe('{"incidents":9}\n');
    expect(told(first)).toEqual(['a recovered']);
  });

  it('has lost a torn line, and says so', async () => {
    const file = fresh();
    const first = await run(file);
    await first.play('well', 'a', '~a', 'well');
    await first.stop();
    appendFileSync(file, '{"id":"2026');
    const second = await run(file);
    expect(told(second)).toEqual(['a recovered']);
    expect(second.said.join('\n')).toMatch(/some of the file of incidents can not be read/);
  });

  it('says once that it can not be written, and once that it can again; nothing is lost', async () => {
    const own = join(folder, 'later');
    const first = await run(join(own, 'i.jsonl'));
    await first.play('well', 'a', ['b', { after: 31 }], ['c', { after: 31 }]);
    mkdirSync(own);
    await first.play(['d', { after: 31 }]);
    await until(() => first.said.length > 1);
    expect(first.said.map((line) => line.split(':')[0])).toEqual(['the incidents can not be written', 'the incidents are written again']);
    const second = await run(join(own, 'i.jsonl'), 300);
    expect(second.keeper.book.list()[0]?.causes.map(({ cause }) => cause)).toEqual(['a', 'b', 'c', 'd']);
  });
});

const writer = fileURLToPath(bundled('test/commands/incident-writer.ts'));

/** A process that writes one incident after the other, until it is killed; the lines that it prints. */
function writing(file: string, limit = '') {
  const child = spawn('/bin/sh', ['-c', `${limit} exec "$0" "$@"`, process.execPath, writer, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let rest = '';
  child.stdout.on('data', (text: Buffer) => {
    const parts = (rest + text.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { lines, kill, written: () => lines.filter((line) => /^written/.test(line)).length };
}

describe('a process that writes', () => {
  it('and is killed leaves everything that it had written, and the next one goes on', async () => {
    const file = fresh();
    const { kill, written } = writing(file);
    await until(() => written() >= 20);
    await kill();
    const second = await run(file, 100_000);
    expect(second.keeper.book.list().length).toBeGreaterThanOrEqual(written());
    await second.play('well', 'z', '~z', 'well');
    await second.stop();
    expect((await run(file, 200_000)).keeper.book.list()[0]?.cause).toBe('z');
  }, 120_000);

  it('where the kernel takes no more says so, goes on, and leaves everything before it', async () => {
    const file = fresh();
    // 16 blocks of 512 bytes, as POSIX counts them: the write that reaches the limit is torn there, as on a disk that is full.
    const { kill, lines, written } = writing(file, 'ulimit -f 16;');
    await until(() => lines.some((line) => line.startsWith('the incidents can not be written')));
    await until(() => lines.length > 40);
    await kill();
    expect(lines.filter((line) => line.startsWith('the incidents can not be written'))).toHaveLength(1);
    const second = await run(file, 100_000);
    const before = written();
    expect(before).toBeGreaterThan(2);
    expect(second.keeper.book.list().length).toBeGreaterThanOrEqual(before);
    await second.play('well', 'z', '~z', 'well');
    await second.stop();
    const third = (await run(file, 200_000)).keeper.book.list();
    expect(third.length).toBe(second.keeper.book.list().length);
    expect(third[0]?.cause).toBe('z');
  }, 120_000);
});
