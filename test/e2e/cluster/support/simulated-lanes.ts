import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator } from '../../../../src/simulator/simulator.ts';
import { startExporter } from '../../prometheus/support/parts.ts';
import { until } from '../harness/process.ts';
import type { Lane } from './lanes.ts';
import { type Reading, readSignals } from './movements.ts';

export interface Recording {
  readonly before: readonly Reading[];
  readonly during: readonly Reading[];
}

const EVERY_MS = 3000;
export const BYSTANDER = 'v1.moorings.tides.example.com';

/** The same faults at once on the simulated cluster, one API each, seen by the same exporter for as long. */
export async function recordSimulated(lanes: readonly Lane[], config: Record<string, object>, seconds: number): Promise<Recording> {
  const groups = [...lanes.map(({ api }) => api), BYSTANDER].map((api) => api.slice(api.indexOf('.') + 1));
  const folder = mkdtempSync(join(tmpdir(), 'aggregated-api-parity-'));
  const simulator = await startSimulator({
    scenario: {
      name: 'parity',
      // Of the back-off of restarts and the like: the harness's kubelet is as quick.
      compression: 10,
      apis: groups.map((group) => ({
        group,
        version: 'v1',
        namespace: `gauge-${group.split('.')[0]}`,
        service: `gauge-${group.split('.')[0]}`,
        resource: 'gauges',
        kind: 'Gauge',
      })),
    },
  });
  try {
    const exporter = await startExporter(folder, simulator.kubeconfig, {
      ...config,
      probe: { allow_addresses: ['127.0.0.0/8'], network: 'cluster' },
    });
    try {
      const read = async () => readSignals(await (await fetch(`${exporter.url}/metrics`)).text());
      await until('every simulated API to be seen', 60, async () => (await read()).size === groups.length);
      const before = await watch(read, BASELINE_SECONDS);
      for (const { simulated, api } of lanes) await simulator.inject(simulated!, api);
      return { before, during: await watch(read, seconds) };
    } finally {
      await exporter.daemon.stop();
    }
  } finally {
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const BASELINE_SECONDS = 18;

/** A reading each three seconds. */
export async function watch(read: () => Promise<Reading>, seconds: number, also?: () => Promise<void>): Promise<Reading[]> {
  const readings: Reading[] = [await read()];
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    await sleep(EVERY_MS);
    readings.push(await read());
    await also?.();
  }
  return readings;
}
