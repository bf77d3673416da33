import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CacheChange } from '../../src/kube/api.ts';
import { createDecoder } from '../../src/kube/decode.ts';
import { createPodHistory } from '../../src/objects/pod-history.ts';
import { PODS, type PodRecord } from '../../src/objects/pods.ts';
import { NOW } from '../support/healthy.ts';
import { pod } from '../support/kube-objects.ts';

/** As it comes over the network: bytes, with the fields that nobody reads. */
function read(object: unknown): PodRecord {
  const bytes = Buffer.from(JSON.stringify(object));
  return createDecoder(PODS)(bytes, 0, bytes.length).object!;
}

const status = (container: Record<string, unknown>, rest: Record<string, unknown> = {}) => pod(undefined, { container, status: rest });

describe('a pod', () => {
  it.each([
    [
      'that waits',
      status({ ready: false, state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } }, restartCount: 7 }),
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' }, running: false, restarts: 7 },
    ],
    [
      'that was killed',
      status({
        lastState: {
          terminated: { reason: 'OOMKilled', exitCode: 137, startedAt: '2026-01-05T08:00:00Z', finishedAt: '2026-01-05T08:30:00Z' },
        },
      }),
      {
        lastTermination: {
          reason: 'OOMKilled',
          exitCode: 137,
          startedAt: Date.UTC(2026, 0, 5, 8),
          finishedAt: Date.UTC(2026, 0, 5, 8, 30),
        },
      },
    ],
    [
      'that ended',
      status({ state: { terminated: { reason: 'Error', exitCode: 2, signal: 11, message: 'flag provided but not defined' } } }),
      { terminated: { reason: 'Error', exitCode: 2, signal: 11, message: 'flag provided but not defined' } },
    ],
  ])('%s shows in its container', (_name, object, container) => {
    expect(read(object).containers[0]).toMatchObject(container);
  });

  it.each([
    [
      'unschedulable',
      {
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }],
        },
      },
      { scheduled: false, unschedulable: '0/3 nodes', ready: false, phase: 'Pending' },
    ],
    [
      'evicted',
      { status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' } },
      { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
    ],
    ['being deleted', { metadata: { deletionTimestamp: '2026-01-05T08:00:00Z' } }, { deletingSince: Date.UTC(2026, 0, 5, 8) }],
    ['on the host’s network', { spec: { hostNetwork: true } }, { hostNetwork: true }],
    [
      'without status',
      { status: { phase: undefined, conditions: undefined, containerStatuses: undefined } },
      { phase: 'Unknown', ready: false, scheduled: true, containers: [] },
    ],
    ['without owner', { metadata: { ownerReferences: undefined } }, { owner: undefined }],
  ])('that is %s', (_name, differs, expected) => {
    expect(read(pod(undefined, differs))).toMatchObject(expected);
  });

  it('names the ConfigMaps that it uses, each once', () => {
    const spec = {
      volumes: [
        { configMap: { name: 'b' } },
        { projected: { sources: [{ configMap: { name: 'kube-root-ca.crt' } }, { secret: { name: 's' } }] } },
        { emptyDir: {} },
      ],
      containers: [
        {
          name: 'x',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', valueFrom: { configMapKeyRef: { name: 'a', key: 'k' } } },
          ],
          envFrom: [{ configMapRef: { name: 'b' } }],
        },
      ],
    };
    expect(read(pod(undefined, { spec })).template.configMaps).toEqual(['a', 'b', 'kube-root-ca.crt']);
  });

  it('shares what the pods of one template have in common', () => {
    const [one, other] = [read(pod('a')), read(pod('b'))];
    expect(one.template).toBe(other.template);
    expect(one.labels).toBe(other.labels);
  });

  it('reads from bytes exactly what it reads from the parsed object, whatever stands there', () => {
    const base = pod(undefined, { container: { state: { waiting: { reason: 'R', message: 'a "quoted"\n\u2028 text é' } } } });
    const path = fc.constantFrom(
      'metadata',
      'spec',
      'status',
      'labels',
      'containers',
      'containerStatuses',
      'state',
      'conditions',
      'volumes',
      'env',
    );
    fc.assert(
      fc.property(path, fc.jsonValue({ maxDepth: 3 }), (key, value) => {
        const mutated = JSON.parse(JSON.stringify(base), (name, old) => (name === key ? value : old)) as object;
        const bytes = Buffer.from(JSON.stringify(mutated));
        const attempt = (make: () => unknown) => {
          try {
            return make();
          } catch (error) {
            return String((error as { cause?: unknown }).cause ?? error);
          }
        };
        const fromBytes = attempt(() => createDecoder(PODS)(bytes, 0, bytes.length).object);
        const parsed = JSON.parse(bytes.toString()) as { metadata: unknown };
        const { fields: _, ...plain } = PODS;
        const fromObject = attempt(() => createDecoder(plain)(bytes, 0, bytes.length).object);
        expect(fromBytes).toEqual(fromObject);
        expect(parsed).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe('the history of pods', () => {
  const change = (type: CacheChange<PodRecord>['type'], object: PodRecord, previous?: PodRecord): CacheChange<PodRecord> => ({
    type,
    key: 'k',
    object,
    live: true,
    ...(previous ? { previous } : {}),
  });
  const at = (minutesAgo: number) => new Date(NOW - minutesAgo * 60_000).toISOString();
  const crashed = (restartCount: number, minutesAgo: number, uid = 'u') =>
    read(pod(undefined, { metadata: { uid }, container: { restartCount, lastState: { terminated: { finishedAt: at(minutesAgo) } } } }));

  it('takes the last restart from a pod that is seen for the first time, if it is an hour old at most', () => {
    const history = createPodHistory({ clock: () => NOW });
    history.observe(change('added', crashed(40, 59, 'recent')));
    history.observe(change('added', crashed(40, 61, 'old')));
    expect(history.restartTimes('recent', 'server')).toEqual([NOW - 59 * 60_000]);
    expect(history.restartTimes('old', 'server')).toEqual([]);
  });

  it('collects restarts, counts flips, and forgets with the hour, the pod, and its successor of the same name', () => {
    let now = NOW - 30 * 60_000;
    const history = createPodHistory({ clock: () => now });
    const [first, second] = [crashed(1, 40), crashed(2, 35)];
    history.observe(change('added', first));
    history.observe(change('modified', second, first));
    history.observe(change('modified', second, second));
    expect(history.restartTimes('u', 'server')).toEqual([NOW - 40 * 60_000, NOW - 35 * 60_000]);
    now = NOW + 22 * 60_000;
    expect(history.restartTimes('u', 'server')).toEqual([NOW - 35 * 60_000]);
    const notReady = { ...second, ready: false };
    history.observe(change('modified', notReady, second));
    history.observe(change('modified', second, notReady));
    expect(history.readinessFlips('u')).toBe(2);
    history.observe(change('modified', crashed(0, 1, 'successor'), second));
    expect([history.readinessFlips('u'), history.restartTimes('u', 'server'), history.restartTimes('successor', 'server')]).toEqual([
      0,
      [],
      [],
    ]);
  });
});
