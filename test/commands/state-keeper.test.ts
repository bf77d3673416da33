import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { previousState } from '../../src/commands/state-file.ts';
import { type Kept, type StateKeeper, startStateKeeper } from '../../src/commands/state-keeper.ts';
import { CAUSES } from '../../src/correlations/list.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import { HourBook } from '../../src/expose/hour/hour-book.ts';
import { SIGNALS } from '../../src/signals/list.ts';
import { bundled } from '../support/bundled.ts';
import { healthyApi, healthySnapshot, healthyTally, NOW } from '../support/healthy.ts';

const folder = mkdtempSync(join(tmpdir(), 'state-keeper-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => join(folder, `${files++}.json`);

const MINUTE = 60_000;
const LOAD = { minutes: [], inflight: [], seconds: [], failing: [], happened: [] };
const API = 'v1.tides.example.com';

interface Run extends Kept {
  readonly keeper: StateKeeper;
  readonly said: readonly string[];
  /** A tick so many minutes after NOW, at which this run has asked so often, and so many of that failed. */
  look(minute: number, attempts: number, failed?: number): void;
  /** Attempts, and failures, of each minute up to this one; null where nobody looked. */
  minutes(from: number, to: number): (string | null)[];
}

/** One run of an exporter with this file. */
async function run(file: string, mayWrite?: () => boolean): Promise<Run> {
  const said: string[] = [];
  const say = (fields: object, words: string) => void said.push(`${words}${'error' in fields ? `: ${String(fields.error)}` : ''}`);
  const kept = { diagnostician: createDiagnostician({ causes: CAUSES, signals: SIGNALS }), hours: new HourBook() };
  const log = { debug: say, info: say, warn: say, error: say };
  const keeper = await startStateKeeper(kept, file, { log, ...(mayWrite && { mayWrite }) });
  return {
    ...kept,
    keeper,
    said,
    look(minute, attempts, failed = 0) {
      const probes = [
        healthyTally('aggregator', 'discovery', {
          attempts,
          failures: failed === 0 ? {} : { connection_refused: failed },
          durationBuckets: [0, attempts - failed],
          durationSum: (attempts - failed) / 4,
        }),
      ];
      const snapshot = healthySnapshot({ time: NOW + minute * MINUTE, apis: [healthyApi({ probes })] });
      kept.hours.observe(snapshot);
      kept.diagnostician.observe(snapshot);
    },
    minutes(from, to) {
      const seen = kept.hours.api(API, NOW + to * MINUTE).slice(from - to - 1);
      const words = seen.map((minute) =>
        minute ? `${minute.vantages.aggregator?.failures}/${minute.vantages.aggregator?.attempts}` : null,
      );
      // Of an API of which nothing was ever recorded there are no minutes.
      return words.length > 0 ? words : Array.from({ length: to - from + 1 }, () => null);
    },
  };
}

/** A run of six minutes, of which the last two fail, that has saved what it knows. */
async function sixMinutes(file: string): Promise<Run> {
  const first = await run(file);
  for (const [minute, failed] of [0, 0, 0, 0, 2, 5].entries()) first.look(minute, 6 * (minute + 1), failed);
  await first.keeper.stop();
  return first;
}
const SEEN = ['0/6', '0/6', '0/6', '0/6', '2/6', '3/6'];

describe('the hour of the pages over a restart', () => {
  it('is what it was at the moment before, and goes on in the minute after', async () => {
    const file = fresh();
    const first = await sixMinutes(file);
    expect(first.minutes(0, 5)).toEqual(SEEN);
    const second = await run(file);
    expect(second.minutes(0, 5)).toEqual(SEEN);
    expect(second.hours.api(API, NOW + 5 * MINUTE)).toEqual(first.hours.api(API, NOW + 5 * MINUTE));
    expect(second.hours.load(NOW + 5 * MINUTE)).toEqual(first.hours.load(NOW + 5 * MINUTE));
    // The counters of a new process begin at 0; what both saw of one minute is one.
    second.look(5, 2, 2);
    expect(second.minutes(4, 5)).toEqual(['2/6', '5/8']);
    second.look(6, 8, 2);
    expect(second.minutes(5, 6)).toEqual(['5/8', '0/6']);
  });

  it('is not observed while no exporter ran', async () => {
    const file = fresh();
    await sixMinutes(file);
    const second = await run(file);
    second.look(9, 3);
    expect(second.minutes(4, 9)).toEqual(['2/6', '3/6', null, null, null, '0/3']);
  });

  it('is over after an hour without one', async () => {
    const file = fresh();
    await sixMinutes(file);
    const second = await run(file);
    second.look(66, 3);
    expect(second.minutes(6, 66).filter((minute) => minute !== null)).toEqual(['0/3']);
  });

  it('holds nothing of the time ahead where the clock was set back meanwhile', async () => {
    const file = fresh();
    await sixMinutes(file);
    const second = await run(file);
    second.look(2, 3);
    expect(second.minutes(0, 5)).toEqual(['0/6', '0/6', '0/9', null, null, null]);
    second.look(4, 9, 6);
    expect(second.minutes(0, 5)).toEqual(['0/6', '0/6', '0/9', null, '6/6', null]);
  });

  it('is that of the leader where only that one writes', async () => {
    const file = fresh();
    let leads = false;
    const follower = await run(file, () => leads);
    follower.look(0, 6);
    await follower.keeper.stop();
    expect((await run(file)).minutes(0, 0)).toEqual([null]);
    leads = true;
    await follower.keeper.stop();
    expect((await run(file)).minutes(0, 0)).toEqual(['0/6']);
  });
});

describe('a state', () => {
  const stateOf = async (change: (state: Record<string, unknown>) => unknown) => {
    const file = fresh();
    await sixMinutes(file);
    const text = change(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>);
    writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text));
    return run(file);
  };

  it.each<[string, (state: Record<string, unknown>) => unknown]>([
    ['of before hours were kept', ({ hours: _, ...state }) => state],
    ['of before verdicts were held, too', ({ hours: _, held: __, ...state }) => ({ ...state, version: 1 })],
  ])('%s has none, and its history is used', async (_, change) => {
    const second = await stateOf(change);
    expect(second.minutes(0, 5)).toEqual(SEEN.map(() => null));
    expect(second.said).toEqual(['went on with the history of an earlier run']);
    second.look(6, 3);
    expect(second.minutes(5, 6)).toEqual([null, '0/3']);
  });

  it.each<[string, unknown, RegExp]>([
    ['of a later version', { version: 2 }, /version/],
    ['that is none', 'here', /top level/],
    ['with a run of too many minutes', { version: 1, apis: { [API]: hour({ ready: [1, 7] }) }, load: LOAD }, /a run of 7 after 0 of 1/],
    ['with a count of less than nothing', { version: 1, apis: { [API]: hour({ ready: [-1, 1] }) }, load: LOAD }, /ready/],
    ['with minutes that go back', { version: 1, apis: { [API]: hour({ minutes: [9, 1, 3, 1] }) }, load: LOAD }, /1 from 3 on/],
    [
      'with more minutes than an hour has',
      { version: 1, apis: { [API]: hour({ minutes: [9, 9e9] }) }, load: LOAD },
      /9000000000 from 9 on/,
    ],
  ])('with hours %s begins them anew, says so, and its history is used', async (_, hours, words) => {
    const second = await stateOf((state) => ({ ...state, hours }));
    expect(second.minutes(0, 5)).toEqual(SEEN.map(() => null));
    expect(second.said).toEqual([
      'went on with the history of an earlier run',
      expect.stringMatching(new RegExp(`^the hour of the pages is not usable: .*${words.source}`)) as string,
    ]);
  });

  it('whose history is spoilt has its hour all the same', async () => {
    const second = await stateOf((state) => ({ ...state, history: 7 }));
    expect(second.minutes(0, 5)).toEqual(SEEN);
    expect(second.said).toEqual([expect.stringMatching(/^this history is not usable/) as string]);
  });

  it('that was torn leaves the one before it', async () => {
    const file = fresh();
    const first = await sixMinutes(file);
    first.look(6, 99);
    await first.keeper.stop();
    writeFileSync(file, readFileSync(file).subarray(0, statSync(file).size / 2));
    const second = await run(file);
    expect(second.minutes(4, 6)).toEqual(['2/6', '3/6', null]);
  });

  it('that the disk does not take leaves the one before it', async () => {
    const file = fresh();
    const first = await sixMinutes(file);
    writeFileSync(previousState(file), 'of before');
    const before = readFileSync(file, 'utf8');
    // Where the kernel takes no more than 512 bytes of a file: the write is torn there, as on a disk that is full.
    const saves = `
      import { saveState } from ${JSON.stringify(bundled('src/commands/state-file.ts').href)};
      await saveState(process.argv[1], 'x'.repeat(2000)).catch(({ code }) => process.stdout.write(code));`;
    const node = [process.execPath, '--input-type=module', '-e', saves, file];
    const said = execFileSync('/bin/sh', ['-c', 'ulimit -f 1; exec "$@"', 'sh', ...node]);
    expect(said.toString()).toBe('EFBIG');
    expect([readFileSync(file, 'utf8'), readFileSync(previousState(file), 'utf8')]).toEqual([before, 'of before']);
    expect((await run(file)).minutes(0, 5)).toEqual(SEEN);
    first.look(6, 42);
    await first.keeper.stop();
    expect((await run(file)).minutes(5, 6)).toEqual(['3/6', '0/6']);
  });
});

/** Of one minute, as it is written. */
function hour(differs: object): object {
  return { minutes: [9, 1], vantages: {}, ready: [], notReady: [], policy: [], signatures: {}, happened: [], ...differs };
}
