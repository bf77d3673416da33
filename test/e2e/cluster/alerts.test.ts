import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Part, query } from '../prometheus/support/parts.ts';
import type { Undo } from './fault.ts';
import { Cluster } from './harness/cluster.ts';
import { Exporter } from './harness/exporter.ts';
import { until } from './harness/process.ts';
import { AlertLog, alertsTable } from './support/alert-log.ts';
import { BYSTANDER, LANE_FAULTS, type Lane, openLanes, STORAGE_GONE } from './support/lanes.ts';
import { movements, type Reading, readSignals } from './support/movements.ts';
import { EXPLAINED, NOT_COMPARED } from './support/parity-differences.ts';
import { BASELINE_SECONDS, type Recording, recordSimulated, BYSTANDER as SIMULATED_BYSTANDER, watch } from './support/simulated-lanes.ts';
import { startWatchtower } from './support/watchtower.ts';

const SCRAPE = '5s';
/** Seconds from the injection to the alert with the right cause. */
const BAR = 120;
const LONGEST = 180;
/** Long enough for the slowest signal: a condition that changes after three failed checks. */
const PARITY_SECONDS = 50;
/** Signals that a race may move in one of the two: two clusters are never at the same point. */
const MOST_BY_CHANCE = 4;
const CONFIG = { resources: { interval: '10s' } };

/** A dozen faults at once, each on an API with a backend of its own, seen by a real Prometheus. */
describe('faults in a real cluster, seen by a real Prometheus', () => {
  let cluster: Cluster;
  let exporter: Exporter;
  let prometheus: Part;
  let lanes: readonly Lane[] = [];
  let log: AlertLog;
  let real: Recording;
  const undos: Undo[] = [];

  beforeAll(async () => {
    cluster = new Cluster();
    await cluster.start();
    lanes = await openLanes(cluster);
    exporter = await Exporter.prepare(cluster, { resources: { ...CONFIG.resources, kubelet_token: true } });
    await exporter.start();
    prometheus = await startWatchtower(cluster, exporter.url, SCRAPE);
    await until('Prometheus to see every API', 60, async () => (await query(prometheus, 'aggregated_api_info')).length > lanes.length);
    const read = async () => readSignals(await exporter.metrics());
    const before = await watch(read, BASELINE_SECONDS);
    expect((await exporter.diagnoses()).diagnoses).toEqual([]);
    log = new AlertLog(prometheus);
    for (const lane of lanes) undos.push(await lane.inject(cluster, lane.server));
    const during = await watch(read, PARITY_SECONDS, () => log.read());
    real = { before, during };
    await until('every alert', LONGEST - PARITY_SECONDS, async () => {
      await log.read();
      return lanes.every((lane) => log.paged(lane) !== undefined);
    }).catch(() => undefined);
  });
  afterAll(async () => {
    if (log) {
      const table = alertsTable(lanes, log);
      console.log(table);
      if (process.env.E2E_ALERTS_TABLE) writeFileSync(process.env.E2E_ALERTS_TABLE, `${table}\n`);
    }
    for (const undo of undos) await undo();
    await prometheus?.daemon.stop();
    await exporter?.daemon.stop();
    await cluster?.stop();
  });

  it.each(LANE_FAULTS)('%s pages with its cause within two minutes', (fault) => {
    const paged = log.paged(laneOf(fault));
    expect(paged, `firing: ${JSON.stringify(log.of(laneOf(fault).api))}`).toBeDefined();
    expect(paged!.seconds).toBeLessThanOrEqual(BAR);
  });

  it('pages nobody for the healthy bystander', () => {
    expect(log.of(BYSTANDER).filter(({ state }) => state === 'firing')).toEqual([]);
  });

  it('says nothing of the exporter itself, which sees all that it may', async () => {
    expect(await query(prometheus, 'ALERTS{alertname=~"AggregatedAPIExporter.+"}')).toEqual([]);
  });

  describe('and on the simulated cluster', () => {
    let simulated: Recording;
    let compared: readonly Lane[];
    beforeAll(async () => {
      compared = lanes.filter(({ simulated }) => simulated !== undefined);
      simulated = await recordSimulated(compared, CONFIG, PARITY_SECONDS);
    });

    it.each(LANE_FAULTS.filter((fault) => fault !== STORAGE_GONE))('%s moves the same signals', (fault) => {
      const { api } = laneOf(fault);
      const quiet = restless([real, simulated], compared);
      const explained = { ...EXPLAINED['*'], ...EXPLAINED[fault] };
      const of = ({ before, during }: Recording) =>
        [...movements(before.at(-1)!, during, api)].filter((name) => !quiet.has(name) && !NOT_COMPARED.test(name));
      const [inReality, inSimulation] = [of(real), of(simulated)];
      const only = {
        real: inReality.filter((name) => !inSimulation.includes(name) && explained[name] === undefined).sort(),
        simulated: inSimulation.filter((name) => !inReality.includes(name) && explained[name] === undefined).sort(),
      };
      const both = inReality.filter((name) => inSimulation.includes(name));
      console.log(`${fault}: ${both.length} signals move in both; only one way: ${JSON.stringify(only)}`);
      expect(both.length).toBeGreaterThan(5);
      const unexplained = [...only.real, ...only.simulated];
      expect(unexplained.length, JSON.stringify(only)).toBeLessThanOrEqual(MOST_BY_CHANCE);
    });
  });

  const laneOf = (fault: string): Lane => lanes.find((lane) => lane.fault === fault)!;
});

/** Signals that move without a fault in one of the two: before it, or of an API that has none. */
function restless(recordings: readonly Recording[], lanes: readonly Lane[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (from: Reading, readings: readonly Reading[], api: string) => {
    for (const name of movements(from, readings, api)) found.add(name);
  };
  for (const { before, during } of recordings) {
    for (const { api } of lanes) add(before[0]!, before, api);
    for (const bystander of [BYSTANDER, SIMULATED_BYSTANDER]) add(before[0]!, [...before, ...during], bystander);
  }
  return found;
}
