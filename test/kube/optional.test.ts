import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createResourceCache } from '../../src/kube/cache.ts';
import { SILENT } from '../../src/source/logger.ts';
import { FakeCluster } from '../support/kube-server.ts';
import { memoryClient } from '../support/memory-kube.ts';
import { pass, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(() => {
  useVirtualTime(Date.UTC(2026, 0, 5, 9));
  onTestFinished(() => void vi.useRealTimers());
});

const PATH = '/apis/batch/v1/cronjobs';

/** Seconds between two lists of a collection that does not answer, with the longest of the random waits. */
async function secondsBetween(optional: boolean, refusal: 'forbidden' | 'absent'): Promise<number> {
  const cluster = new FakeCluster();
  cluster[refusal].add(PATH);
  const client = memoryClient(cluster.handle);
  const spec = { source: 'cron-jobs', path: PATH, rule: 'batch/cronjobs: list, watch', optional, project: (raw: unknown) => raw } as const;
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  createResourceCache(client, spec, { clock: Date.now, log: SILENT, random: () => 1 }).start(stop.signal);
  await pass(0);
  const began = performance.now();
  while (client.asked.length < 2) await pass(1000);
  return Math.round((performance.now() - began) / 1000);
}

it.each<[string, boolean, 'forbidden' | 'absent', number]>([
  ['what is needed, but refused, half a minute later', false, 'forbidden', 30],
  ['what is optional, and may well stay refused, five minutes later', true, 'forbidden', 300],
  ['what is optional, but only missing, half a minute later', true, 'absent', 30],
])('asks again for %s', async (_, optional, refusal, seconds) => {
  expect(await secondsBetween(optional, refusal)).toBe(seconds);
});
