import { readFileSync } from 'node:fs';
import type { Fault } from '../cluster/fault.ts';
import { type Cluster, type ClusterOptions, WARDLE } from '../cluster/harness/cluster.ts';

/** What is measured is the way, not the machine: a node whose heartbeat is late is not lost. */
export const PATIENT: ClusterOptions = { nodeGraceSeconds: 120 };

/** A way from the kube-apiserver to the backends, with the faults that it can have. */
export interface Way {
  readonly id: string;
  /** One sentence. */
  readonly title: string;
  readonly lay: () => Promise<Laid>;
}

export interface WayFault extends Fault {
  /** Why another cause, or none, is named a minute after the first diagnosis, as it was measured. Absent: the cause is right then. */
  readonly missed?: string;
  /** Why nobody may notice it: then nothing is to be diagnosed. */
  readonly unnoticed?: string;
}

export interface Laid {
  /** With the way in its flags; not started yet. */
  readonly cluster: Cluster;
  readonly faults: readonly WayFault[];
  /** Makes the objects what the way wants, once the cluster is there. */
  readonly begin?: (cluster: Cluster) => Promise<void>;
  /** Ends what is beside the cluster. */
  readonly stop?: () => Promise<void>;
}

/** What the kube-apiserver itself says of a fault while it lasts. */
export interface Words {
  /** Of the condition Available. */
  readonly condition: string;
  /** Lines of its log since the fault began that name the API, its Service or the dialer: each kind once. */
  readonly log: readonly string[];
  /** Samples of the egress dialer that are not what they were before. */
  readonly metrics: readonly string[];
}

const MOST_LINES = 20;

/** The same fault, which leaves what was said of it in `words` before it is taken back. */
export function overheard(cluster: Cluster, fault: Fault, words: Map<string, Words>): Fault {
  return {
    ...fault,
    async inject() {
      const { logFile } = cluster.controlPlane.apiservers[0]!;
      const begin = readFileSync(logFile).length;
      const before = new Set(await dialerSamples(cluster));
      const undo = await fault.inject(cluster);
      return async () => {
        try {
          const condition = await cluster.condition(fault.api ?? WARDLE);
          const log = linesOf(readFileSync(logFile).subarray(begin).toString());
          const metrics = (await dialerSamples(cluster)).filter((sample) => !before.has(sample));
          words.set(fault.id, { condition: `${condition?.status} ${condition?.reason}: ${condition?.message}`, log, metrics });
        } finally {
          await undo();
        }
      };
    },
  };
}

async function dialerSamples(cluster: Cluster): Promise<string[]> {
  const { body } = await cluster.kube.raw('GET', '/metrics');
  return body
    .split('\n')
    .filter((line) => /^(?:apiserver_egress_dialer_|konnectivity_network_proxy_)/.test(line) && !line.includes('_bucket{'));
}

/** One line of each kind: numbers, times and addresses of memory tell no kinds apart. Where logs are followed is another matter. */
function linesOf(text: string): string[] {
  const kinds = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (!/wardle|dial|proxy|CONNECT/.test(line) || !/^[EW]/.test(line) || line.includes('/containerLogs/')) continue;
    const kind = line.replace(/^\S+ \S+ +\d+ /, '').replace(/0x[\da-f]+|\d+/g, '0');
    if (!kinds.has(kind)) kinds.set(kind, line.slice(0, 1000));
  }
  return [...kinds.values()].slice(0, MOST_LINES);
}
