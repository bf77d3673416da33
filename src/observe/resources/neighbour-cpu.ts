import { type Observed, observed } from '../../domain/observed.ts';
import type { NeighbourCpu, NodeCpuFacts, NodeFacts } from '../../domain/snapshot.ts';
import type { ApiTarget } from '../../objects/targets.ts';
import type { CpuByContainer, CpuSample } from './kubelet-metrics.ts';

/** Shares of a machine: from the one on a pod is told, from the other on the moment counts at which it began to take so much. */
const WORTH_TELLING = 0.05;
const BUSY = 0.2;
const MOST_TOLD = 3;

export interface NeighbourCpus {
  /** Takes the next reading of each node that was read. @param at Unix milliseconds. */
  take(cpu: ReadonlyMap<string, CpuByContainer>, nodes: readonly NodeFacts[], at: number): void;
  /** @param why what to say where no kubelet of its nodes was read. */
  factsFor(target: ApiTarget, why: Observed<never>): Observed<readonly NodeCpuFacts[]>;
}

/**
 * What the pods of each node take of its CPUs, from reading to reading.
 * @param keepMs for which the last reading of a node stands while its kubelet does not answer, as one does that has no CPU left.
 */
export function createNeighbourCpus({ keepMs }: { readonly keepMs: number }): NeighbourCpus {
  let known: ReadonlyMap<string, NodeReading> = new Map();
  return {
    take(cpu, nodes, at) {
      const kept = [...known].filter(([node, reading]) => !cpu.has(node) && at - reading.at <= keepMs);
      const now = [...cpu].map(([node, samples]): [string, NodeReading] => [
        node,
        read(known.get(node), samples, { at, cpus: cpusOf(node, nodes) }),
      ]);
      known = new Map([...kept, ...now]);
    },
    factsFor({ pods }, why) {
      const own = new Set(pods.map(({ namespace, name }) => `${namespace}/${name}`));
      const names = new Set(pods.flatMap(({ node }) => node ?? []));
      const told = [...names].flatMap((node) => factsOf(node, known.get(node), own) ?? []);
      if (told.length > 0 || names.size === 0) return observed(told);
      return [...names].some((node) => known.has(node)) ? { state: 'unobserved', why: FIRST } : why;
    },
  };
}

const FIRST = 'what other pods take is known from the second reading of a node on, where its object says how many CPUs it has';

interface NodeReading {
  /** Unix milliseconds. */
  readonly at: number;
  readonly cpus: number | undefined;
  readonly samples: ReadonlyMap<string, Measured>;
  /** By pod; absent until there are two readings. */
  readonly pods?: ReadonlyMap<string, PodCpu>;
}

interface Measured extends CpuSample {
  /** Since the sample before; absent while there is none. */
  readonly cpus?: number;
}

type PodCpu = Omit<NeighbourCpu, 'object'>;

function read(
  before: NodeReading | undefined,
  samples: CpuByContainer,
  { at, cpus }: { readonly at: number; readonly cpus: number | undefined },
): NodeReading {
  const measured = new Map([...samples].map(([key, sample]) => [key, measure(sample, before?.samples.get(key))]));
  if (!before) return { at, cpus, samples: measured };
  const taken = new Map<string, number>();
  for (const [key, { cpus: used = 0 }] of measured) {
    const pod = key.slice(0, key.lastIndexOf('/'));
    taken.set(pod, (taken.get(pod) ?? 0) + used);
  }
  const pods = new Map([...taken].map(([pod, used]) => [pod, podOf(used, before.pods, { pod, at, cpus })]));
  return { at, cpus, samples: measured, pods };
}

/** A kubelet measures on a timer of its own: the same sample once more says what it said before. */
function measure(sample: CpuSample, before: Measured | undefined): Measured {
  if (before && sample.at === before.at) return before;
  if (!before || sample.at < before.at || sample.seconds < before.seconds) return sample;
  return { ...sample, cpus: (sample.seconds - before.seconds) / ((sample.at - before.at) / 1000) };
}

function podOf(
  used: number,
  before: ReadonlyMap<string, PodCpu> | undefined,
  { pod, at, cpus = Number.POSITIVE_INFINITY }: { readonly pod: string; readonly at: number; readonly cpus: number | undefined },
): PodCpu {
  if (used / cpus < BUSY) return { cpus: used };
  const last = before?.get(pod);
  // Of a pod that is new on the node nothing was taken before.
  const lastUsed = last?.cpus ?? (before ? 0 : undefined);
  if (lastUsed === undefined) return { cpus: used };
  if (lastUsed / cpus < BUSY) return { cpus: used, since: at, before: lastUsed };
  return { ...last, cpus: used };
}

function factsOf(node: string, reading: NodeReading | undefined, own: ReadonlySet<string>): NodeCpuFacts | undefined {
  if (!reading?.pods || !reading.cpus) return undefined;
  const { cpus } = reading;
  const others = [...reading.pods].filter(([pod]) => !own.has(pod)).map(([object, of]) => ({ object, ...of }));
  return {
    node,
    cpus,
    taken: others.reduce((sum, { cpus: used }) => sum + used, 0),
    top: others
      .filter(({ cpus: used }) => used / cpus >= WORTH_TELLING)
      .sort((a, b) => b.cpus - a.cpus)
      .slice(0, MOST_TOLD),
  };
}

function cpusOf(node: string, nodes: readonly NodeFacts[]): number | undefined {
  return nodes.find(({ name }) => name === node)?.cpus;
}
