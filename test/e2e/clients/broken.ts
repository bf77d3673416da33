import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Undo } from '../cluster/fault.ts';
import type { Cluster } from '../cluster/harness/cluster.ts';

export type Faults = Readonly<Record<string, (cluster: Cluster) => Promise<Undo>>>;

/** A cluster, and how one of its aggregated servers is broken. */
export interface Breakable {
  /** Not started yet. */
  readonly cluster: Cluster;
  /** Installs what is beside the cluster's own servers, once it is there. */
  readonly begin?: () => Promise<void>;
  /** `VERSION.GROUP` of the APIs that are broken, and whole again before the next state. */
  readonly apis: readonly string[];
  readonly faults: Faults;
}

/** One state that lasts. */
export interface Broken {
  readonly cluster: Cluster;
  readonly state: string;
  /** What kube-controller-manager has written since the state began. */
  readonly controllerLines: () => readonly string[];
}

export interface Suite {
  /** Whose output it is, as the name of the suite. */
  readonly of: string;
  /** `E2E_STATES` takes some of them alone. The one that has no fault is healthy. */
  readonly states: readonly string[];
  readonly lay: () => Breakable;
  /** Until a state shows where it is looked for. */
  readonly settledMs: number;
  /** Makes what the healthy state needs, before each state. */
  readonly before?: (cluster: Cluster) => Promise<void>;
  readonly take: (broken: Broken) => Promise<void>;
  /** Takes away what `before` made, when all is whole again. */
  readonly after?: (cluster: Cluster) => Promise<void>;
}

/** Brings one cluster into each state, and takes what is to be seen of it: a test a state. */
export function whileBroken({ of, states, lay, settledMs, before, take, after }: Suite): void {
  const wanted = states.filter((state) => process.env.E2E_STATES?.split(',').includes(state) ?? true);
  let laid: Breakable;
  beforeAll(async () => {
    laid = lay();
    await laid.cluster.start();
    await laid.begin?.();
  });
  afterAll(async () => {
    await laid?.cluster.stop();
  });

  describe(of, () => {
    it.each(wanted)('is this while the state is %s', async (state) => {
      const { cluster, faults, apis } = laid;
      const log = () => readFileSync(cluster.controlPlane.controllerManager.logFile, 'utf8');
      await before?.(cluster);
      const from = log().length;
      const undo = await faults[state]?.(cluster);
      try {
        await sleep(settledMs);
        await take({ cluster, state, controllerLines: () => log().slice(from).split('\n') });
      } finally {
        await undo?.();
      }
      for (const api of apis) await cluster.available(api);
      await after?.(cluster);
    });
  });
}
