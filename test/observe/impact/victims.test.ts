import { describe, expect, it, onTestFinished } from 'vitest';
import { observed } from '../../../src/domain/observed.ts';
import type { ApiFacts } from '../../../src/domain/snapshot.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import type { Surroundings } from '../../../src/observe/define-source.ts';
import { IMPACT_SOURCES } from '../../../src/observe/impact/sources.ts';
import { SILENT } from '../../../src/source/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { healthyApi, healthyTally, NOW, probeResult } from '../../support/healthy.ts';
import { answerStatus, FakeCluster, startKubeServer } from '../../support/kube-server.ts';
import { useLoopTime } from '../../support/virtual-time.ts';

useLoopTime();

const METRICS = 'v1beta1.metrics.k8s.io';
const AUTOSCALERS = '/apis/autoscaling/v2/horizontalpodautoscalers';
const FALSE = observed({ status: 'False' as const, reason: 'FailedDiscoveryCheck', message: 'no', lastTransition: NOW - 60_000 });

const stopped = (name: string, since = '2026-01-05T08:59:00Z') => ({
  metadata: { name, namespace: 'harbour' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1' }, minReplicas: 2, maxReplicas: 10 },
  status: {
    currentReplicas: 3,
    conditions: [
      {
        type: 'ScalingActive',
        status: 'False',
        reason: 'FailedGetResourceMetric',
        message: 'unable to fetch metrics from resource metrics API: unavailable',
        lastTransitionTime: since,
      },
    ],
  },
});
const scaling = (name: string) => ({ metadata: { name, namespace: 'harbour' }, spec: {}, status: { conditions: [] } });

/** The source of HPAs beside one aggregated API; both sides may change. */
async function start(api: Partial<ApiFacts> = { condition: FALSE }) {
  const cluster = new FakeCluster();
  const collection = cluster.collection(AUTOSCALERS);
  const now = { api: healthyApi({ name: METRICS, ...api }), time: NOW, status: 200 };
  const server = await startKubeServer((request, response, url) =>
    now.status === 200 ? cluster.handle(request, response, url) : answerStatus(response, now.status, 'Reason', 'no'),
  );
  const client = createKubeClient(server.kubeConfig, { log: SILENT });
  const stop = new AbortController();
  onTestFinished(async () => {
    stop.abort();
    client.close();
    await server.stop();
  });
  const open = IMPACT_SOURCES.autoscalers.open({
    client,
    clock: () => now.time,
    log: SILENT,
    options: { impactIntervalMs: 100 },
    discovery: { names: () => [METRICS], facts: () => now.api, condition: () => now.api?.condition },
    prober: { tallies: () => now.api.probes },
  } as unknown as Surroundings);
  return {
    now,
    collection,
    server,
    source: open.source,
    begin: () => open.source.start(stop.signal),
    hurt: () => open.ofHurt(METRICS).autoscaler!,
  };
}

const names = ({ listed }: { readonly listed: ReturnType<Awaited<ReturnType<typeof start>>['hurt']>['listed'] }) =>
  listed.state === 'observed' ? listed.value.map(({ name }) => name) : listed.state;

describe('while an API errs', () => {
  it('those are named who say that it fails them, the longest hurt first', async () => {
    const { collection, begin, hurt } = await start();
    collection.set(stopped('web'));
    collection.set(stopped('quay', '2026-01-05T08:00:00Z'));
    collection.set(scaling('mole'));
    expect(names(hurt())).toBe('unobserved');
    begin();
    await eventually(() => expect(names(hurt())).toEqual(['quay', 'web']));
  });

  it('nobody is an answer', async () => {
    const { collection, begin, hurt } = await start();
    collection.set(scaling('mole'));
    begin();
    await eventually(() => expect(names(hurt())).toEqual([]));
  });

  it('those who are hurt no more go', async () => {
    const { collection, begin, hurt } = await start();
    collection.set(stopped('web'));
    begin();
    await eventually(() => expect(names(hurt())).toEqual(['web']));
    collection.set(scaling('web'));
    await eventually(() => expect(names(hurt())).toEqual([]));
  });

  it('200 are listed and all are counted', async () => {
    const { collection, begin, hurt } = await start();
    for (let n = 0; n < 203; n++) collection.set(stopped(`web-${n}`));
    begin();
    await eventually(() => expect([names(hurt()).length, hurt().unlisted]).toEqual([200, 3]));
  });

  it('one that cannot be read is counted, and hides nobody', async () => {
    const { collection, begin, hurt, source, now } = await start();
    collection.set(stopped('web'));
    collection.set({ metadata: { name: 'odd', namespace: 'harbour' }, status: { conditions: 'many' } });
    begin();
    await eventually(() => expect(names(hurt())).toEqual(['web']));
    expect(source.status(now.time)).toMatchObject({
      state: 'ok',
      message: expect.stringContaining('harbour/odd cannot be read'),
      refused: 1,
    });
  });

  it('what was read is believed for three turns', async () => {
    const { collection, begin, hurt, now } = await start();
    collection.set(stopped('web'));
    begin();
    await eventually(() => expect(names(hurt())).toEqual(['web']));
    now.status = 500;
    now.time += 299;
    expect(names(hurt())).toEqual(['web']);
    now.time += 1;
    await eventually(() => expect(hurt().listed).toMatchObject({ state: 'unobserved', why: expect.stringContaining('500') }));
  });

  it.each([
    ['its condition is True and our requests pass', {}, false],
    ['its condition is Unknown', { condition: observed({ status: 'Unknown' as const, reason: 'X', message: '' }) }, true],
    ['our last request failed', { probes: [healthyTally('aggregator', 'discovery', { last: probeResult({ ok: false }) })] }, true],
    [
      'our request of 59 s ago failed',
      { probes: [healthyTally('aggregator', 'discovery', { lastFailure: probeResult({ ok: false, at: NOW - 59_000 }) })] },
      true,
    ],
    [
      'our request of 60 s ago failed',
      { probes: [healthyTally('aggregator', 'discovery', { lastFailure: probeResult({ ok: false, at: NOW - 60_000 }) })] },
      false,
    ],
    ['only a pod fails, asked directly', { probes: [healthyTally('endpoint', 'discovery', { last: probeResult({ ok: false }) })] }, false],
  ])('which is so when %s', async (_, api, expected) => {
    const { collection, begin, hurt, server } = await start(api);
    collection.set(stopped('web'));
    begin();
    await eventually(() => expect(server.requests.length).toBeGreaterThan(0));
    if (expected) await eventually(() => expect(names(hurt())).toEqual(['web']));
    else expect(hurt().listed).toEqual({ state: 'unobserved', why: 'nobody is looked for while it answers' });
  });
});

describe('while all APIs answer', () => {
  it('one object is asked for now and then, to know the right', async () => {
    const { begin, server } = await start({});
    begin();
    await eventually(() => expect(server.requests.length).toBeGreaterThan(2));
    expect(new Set(server.requests)).toEqual(new Set([`GET ${AUTOSCALERS}?limit=1`]));
  });

  it('a look that failed is repeated at the next turn', async () => {
    const { begin, server, now } = await start({});
    now.status = 500;
    begin();
    // Of ten turns one is a look.
    await eventually(() => expect(server.requests.length).toBeGreaterThan(3), 700);
  });

  it('a right that is missing is said before it is needed', async () => {
    const { begin, hurt, now, source } = await start({});
    now.status = 403;
    begin();
    const forbidden = { state: 'forbidden', rule: 'autoscaling/horizontalpodautoscalers: list' };
    await eventually(() => expect(hurt().listed).toEqual(forbidden));
    expect(source.status(now.time)).toMatchObject(forbidden);
  });

  it('what was read in the outage before counts no more in the next', async () => {
    const { collection, begin, hurt, now, server } = await start();
    collection.set(stopped('web'));
    begin();
    await eventually(() => expect(names(hurt())).toEqual(['web']));
    now.api = healthyApi({ name: METRICS });
    expect(names(hurt())).toBe('unobserved');
    server.requests.length = 0;
    await eventually(() => expect(server.requests).toContain(`GET ${AUTOSCALERS}?limit=1`));
    now.api = { ...now.api, condition: FALSE };
    expect(hurt().listed).toEqual({ state: 'unobserved', why: 'not read yet since it errs' });
  });
});
