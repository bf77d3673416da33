import { describe, expect, it } from 'vitest';
import type { CacheChange } from '../../src/kube/api.ts';
import { createNeighbours } from '../../src/objects/neighbours.ts';
import { PODS, type PodRecord } from '../../src/objects/pods.ts';

const NOW = Date.UTC(2026, 0, 5, 9);
const MINUTE = 60_000;
const iso = (at: number) => new Date(at).toISOString();

interface Told {
  readonly name?: string;
  readonly node?: string | null;
  readonly owner?: string;
  readonly phase?: string;
  readonly reason?: string;
  readonly startedAt?: number;
  readonly restarts?: number;
  readonly killedAt?: number;
  readonly uid?: string;
}

function pod({
  name = 'report-1',
  node = 'node-a',
  owner,
  phase = 'Running',
  reason,
  startedAt,
  restarts = 0,
  killedAt,
  uid,
}: Told): PodRecord {
  return PODS.project({
    metadata: {
      name,
      namespace: 'batch',
      uid: uid ?? name,
      ...(owner === undefined ? {} : { ownerReferences: [{ kind: 'Job', name: owner, controller: true }] }),
    },
    spec: { ...(node === null ? {} : { nodeName: node }), containers: [{ name: 'main' }] },
    status: {
      phase,
      reason,
      containerStatuses: [
        {
          name: 'main',
          ready: true,
          restartCount: restarts,
          state: startedAt === undefined ? { waiting: { reason: 'ContainerCreating' } } : { running: { startedAt: iso(startedAt) } },
          ...(killedAt === undefined
            ? {}
            : { lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: iso(killedAt) } } }),
        },
      ],
    },
  })!;
}

function neighboursOf(...changes: readonly (readonly [before: Told | undefined, after: Told, live?: boolean])[]) {
  let now = NOW;
  const neighbours = createNeighbours({ clock: () => now });
  for (const [before, after, live = true] of changes) {
    const object = pod(after);
    const change: CacheChange<PodRecord> = {
      type: before ? 'modified' : 'added',
      key: `${object.namespace}/${object.name}`,
      object,
      ...(before ? { previous: pod(before) } : {}),
      live,
    };
    neighbours.observe(change);
  }
  const told = (nodes = ['node-a'], own: readonly string[] = []) =>
    neighbours.on(new Set(nodes), new Set(own)).map(({ what, object, at, owner }) => [what, object, at - NOW, owner]);
  return { told, wait: (ms: number) => (now += ms) };
}

const WAITS: Told = {};
const RUNS: Told = { startedAt: NOW - MINUTE, owner: 'report' };

describe('neighbours', () => {
  it.each<[string, readonly (readonly [Told | undefined, Told, boolean?])[], readonly unknown[]]>([
    ['a pod that waits has not started', [[undefined, WAITS]], []],
    ['a pod starts when its first container runs', [[WAITS, RUNS]], [['started', 'batch/report-1', -MINUTE, 'Job/report']]],
    [
      'once',
      [
        [WAITS, RUNS],
        [RUNS, RUNS],
      ],
      [['started', 'batch/report-1', -MINUTE, 'Job/report']],
    ],
    [
      'before we looked, as long as it is an hour ago',
      [[undefined, { startedAt: NOW - 60 * MINUTE }, false]],
      [['started', 'batch/report-1', -60 * MINUTE, undefined]],
    ],
    ['and not longer', [[undefined, { startedAt: NOW - 60 * MINUTE - 1000 }, false]], []],
    ['one that restarts does not start', [[RUNS, { startedAt: NOW, restarts: 1 }]], []],
    ['another pod of the same name does', [[{ ...RUNS, uid: 'old' }, { startedAt: NOW }]], [['started', 'batch/report-1', 0, undefined]]],
    ['one is evicted', [[RUNS, { phase: 'Failed', reason: 'Evicted' }]], [['evicted', 'batch/report-1', 0, undefined]]],
    ['one that failed otherwise is not', [[RUNS, { phase: 'Failed', reason: 'DeadlineExceeded' }]], []],
    ['nobody knows when it was evicted before we looked', [[undefined, { phase: 'Failed', reason: 'Evicted' }, false]], []],
    [
      'one is killed for its memory',
      [[RUNS, { startedAt: NOW, restarts: 1, killedAt: NOW - 5000 }]],
      [['out-of-memory', 'batch/report-1', -5000, undefined]],
    ],
    ['one without a node is nobody’s neighbour', [[undefined, { ...RUNS, node: null }]], []],
  ])('%s', (_, changes, expected) => {
    expect(neighboursOf(...changes).told()).toEqual(expected);
  });

  it('are of the nodes that are asked for, and not the backend itself', () => {
    const { told } = neighboursOf([undefined, RUNS], [undefined, { ...RUNS, name: 'other', node: 'node-b' }]);
    expect(told(['node-b']).map(([, object]) => object)).toEqual(['batch/other']);
    expect(told(['node-a', 'node-b'], ['batch/report-1']).map(([, object]) => object)).toEqual(['batch/other']);
  });

  it('are forgotten after an hour, and are at most fifty', () => {
    const { told, wait } = neighboursOf(
      ...Array.from({ length: 60 }, (_, n) => [undefined, { name: `report-${n}`, startedAt: NOW - 60_000 + n * 1000 }] as const),
    );
    expect(told()).toHaveLength(50);
    expect(told().at(-1)?.[1]).toBe('batch/report-59');
    wait(60 * MINUTE);
    expect(told().map(([, object]) => object)).toEqual([]);
  });
});
