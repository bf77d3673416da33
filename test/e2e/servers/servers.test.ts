import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Exporter } from '../cluster/harness/exporter.ts';
import { until } from '../cluster/harness/process.ts';
import { CUSTOM_METRICS } from './custom-metrics.ts';
import { KEDA } from './keda.ts';
import { METRICS_SERVER_0_8, METRICS_SERVER_0_9 } from './metrics-server.ts';
import { NESTED_APISERVER } from './nested-apiserver.ts';
import type { Laid, Server } from './server.ts';
import { calm, type Seen, tableOf, watch } from './support/watch.ts';

const only = process.env.E2E_SERVERS?.split(',') ?? [];
const SERVERS: readonly Server[] = [CUSTOM_METRICS, KEDA, METRICS_SERVER_0_8, METRICS_SERVER_0_9, NESTED_APISERVER];
/** Where what was seen is written, for docs/real-world/servers.md. */
const OUT = process.env.E2E_SERVERS_OUT;

describe.each(SERVERS.filter(({ id }) => only.includes('all') || only.includes(id)))('$id', ({ id: server, lay }) => {
  let laid: Laid;
  let exporter: Exporter;
  const seen: Seen[] = [];

  beforeAll(async () => {
    laid = await lay();
    await laid.cluster.start();
    await laid.begin(laid.cluster);
    exporter = await Exporter.prepare(laid.cluster, {
      apiserver_metrics: { interval: '10s' },
      resources: { interval: '10s', kubelet_token: true },
    });
  });
  afterAll(async () => {
    console.log(tableOf(seen));
    await exporter?.daemon.stop();
    await laid?.cluster.stop();
    await laid?.stop?.();
  });

  it('is healthy without a fault', async () => {
    await exporter.restart();
    await until('probes to have passed', 60, async () => ((await exporter.metric('aggregated_api_probes_total')) ?? 0) > 3);
    await calm(exporter);
    expect((await laid.cluster.condition(laid.api))?.status).toBe('True');
    expect((await exporter.diagnoses()).examined).toContain(laid.api);
  });

  it('has its faults named', async () => {
    for (const fault of laid.faults) {
      if (process.env.E2E_FAULTS && !process.env.E2E_FAULTS.split(',').includes(fault.id)) continue;
      await exporter.restart();
      await calm(exporter);
      seen.push(await watch(laid, exporter, fault));
      const { ledger, ...last } = seen.at(-1)!;
      console.log(JSON.stringify(last, undefined, 1));
      if (!last.right) console.log(ledger);
      // Written after each: a run that is broken off has measured what it has.
      if (OUT) {
        mkdirSync(OUT, { recursive: true });
        writeFileSync(join(OUT, `${server}.json`), JSON.stringify(seen, undefined, 1));
      }
    }
    const known = new Set(laid.faults.flatMap(({ id, missed }) => (missed === undefined ? [] : [id])));
    expect(seen.filter(({ fault, right }) => !right && !known.has(fault)).map(({ fault, verdict }) => `${fault}: ${verdict}`)).toEqual([]);
  }, 3_600_000);
});
