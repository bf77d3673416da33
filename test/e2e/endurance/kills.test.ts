import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../../src/diagnose/diagnostician.ts';
import { restoreState } from '../../../src/diagnose/parse-state.ts';
import { readFileText } from '../../../src/incidents/file-format.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { startExporter } from '../../support/exporter-process.ts';
import { healthyApi, healthySnapshot, NOW } from '../../support/healthy.ts';
import { kubeconfigFor, type ScriptedCluster, startScriptedCluster } from '../../support/scripted-cluster.ts';

const KILLS = 100;
/** Beside each other: most of their time is the start of a process. */
const LANES = 4;
const SEED = 9;
/** Each flush and each rename waits for up to so long, as on a disk that others keep busy: a save takes the sum of five. */
const SLOW_DISK_MS = 60;
/** From the first byte of a save to the end of the process, about. */
const SAVE_MS = 4 * SLOW_DISK_MS;
/** A hundred starts take minutes on a machine that has nothing else to do, and an hour on one that has thirty times too much. */
const LONGEST_MS = 7_200_000;
const INSIDE = fileURLToPath(new URL('../../../bench/endurance/inside.mjs', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'kills-'));
let cluster: ScriptedCluster;
beforeAll(async () => {
  cluster = await startScriptedCluster();
  cluster.answers(503);
});
afterAll(async () => {
  await cluster.server.stop();
  rmSync(folder, { recursive: true });
});

/** A state of some MiB, so that writing it takes its time. */
function largeState(): string {
  const doctor = createDiagnostician(catalogueOptions());
  const apis = Array.from({ length: 60 }, (_, index) => healthyApi({ name: `v1.quay-${index}.example.com` }));
  for (let tick = 0; tick < 120; tick++) doctor.observe(healthySnapshot({ time: NOW + tick * 30_000, apis }));
  return doctor.serialise();
}

/** What a kill found: the save not begun, half of the file written, the old one moved away, or all of it done. */
type Moment = 'before' | 'writing' | 'between the renames' | 'after';

interface Lane {
  readonly own: string;
  readonly state: string;
  readonly incidents: string;
  readonly args: readonly string[];
}

function newLane(state: string): Lane {
  const own = mkdtempSync(join(folder, 'lane-'));
  const path = (name: string) => join(own, name);
  writeFileSync(path('state'), state);
  writeFileSync(path('kubeconfig'), kubeconfigFor(cluster.server.url));
  writeFileSync(
    path('config'),
    `probe: {interval: 1s, direct: false, list: false}\ndiagnosis: {interval: 1s, state_file: ${path('state')}}\nincidents: {file: ${path('incidents')}}\n`,
  );
  return {
    ...{ own, state: path('state'), incidents: path('incidents') },
    args: ['--kubeconfig', path('kubeconfig'), '--config.file', path('config')],
  };
}

/** Starts, is told to end, begins to save, and is killed meanwhile. */
async function killDuringSave({ own, state, args }: Lane, afterMs: number): Promise<Moment> {
  const old = readFileSync(existsSync(state) ? state : `${state}.previous`);
  const exporter = await startExporter(args, { inside: INSIDE, env: { SLOW_DISK_MS: String(SLOW_DISK_MS) } });
  const said = exporter.lines().map(({ msg }) => msg);
  expect(said).toContain('went on with the history of an earlier run');
  expect(said).not.toContain('the file of incidents can not be used: it is left alone, and they are kept in memory only');
  const began = new Promise<void>((resolve) => {
    const watcher = watch(own, (_, name) => {
      if (name !== 'state.partial') return;
      watcher.close();
      resolve();
    });
  });
  const ended = exporter.ended();
  exporter.child.kill('SIGTERM');
  await Promise.race([began, ended]);
  await sleep(afterMs);
  exporter.kill();
  await ended;
  if (!existsSync(state)) return 'between the renames';
  if (!readFileSync(state).equals(old)) return 'after';
  return existsSync(`${state}.partial`) ? 'writing' : 'before';
}

/** A state that a diagnostician goes on with, and incidents of which at most the last line is torn. */
function expectWhole({ state, incidents }: Lane): void {
  const newest = existsSync(state) ? state : `${state}.previous`;
  restoreState(createDiagnostician(catalogueOptions()), readFileSync(newest, 'utf8'));
  if (existsSync(incidents)) expect(readFileText(readFileSync(incidents)).unreadable).toBe(0);
}

const wordsOf = (moments: ReadonlyMap<Moment, number>): string => [...moments].map(([moment, count]) => `${moment} ${count}`).join(', ');

describe('kill -9 of an exporter that saves', () => {
  it(
    `leaves the old state or the new one, ${KILLS} times, and the next one starts with it`,
    async () => {
      const random = createRandom(SEED);
      const text = largeState();
      const moments = new Map<Moment, number>();
      let left = KILLS;
      let done = 0;
      const play = async (lane: Lane) => {
        while (left-- > 0) {
          const moment = await killDuringSave(lane, random.integer(0, SAVE_MS));
          moments.set(moment, (moments.get(moment) ?? 0) + 1);
          expectWhole(lane);
          done++;
          if (done % 10 === 0) console.log(`${done} kills: ${wordsOf(moments)}`);
        }
      };
      await Promise.all(Array.from({ length: LANES }, () => play(newLane(text))));
      console.log(`${(text.length / 2 ** 20).toFixed(1)} MiB, seed ${SEED}: ${wordsOf(moments)}`);
      // They are aimed at it.
      expect(moments.get('writing') ?? 0).toBeGreaterThan(KILLS / 10);
    },
    LONGEST_MS,
  );
});
