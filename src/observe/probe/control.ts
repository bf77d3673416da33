import type { ProbeResult, ProbeTally } from '../../domain/probe.ts';
import type { Clock } from '../source.ts';
import type { Apiserver } from './apiserver-requests.ts';
import { newTally, publish, record, type Tally } from './tally.ts';

/** Asks kube-apiservers for /readyz: when a probe through one fails, is it the API, or the way there? */
export interface Control {
  /** Follows the set of known instances; the counts of those that went are dropped. */
  keep(instances: readonly Apiserver[]): void;
  /** Probes now, unless it was probed within the last second. Never rejects. */
  fresh(apiserver: Apiserver): Promise<void>;
  /** Probes now. Never rejects. */
  probe(apiserver: Apiserver): Promise<ProbeResult>;
  last(instance: string): ProbeResult | undefined;
  /** It answered HTTP when it was asked last: probes through it say something about the API. */
  answers(instance: string): boolean;
  tallies(): ReadonlyMap<string, ProbeTally>;
}

const FRESH_MS = 1000;

/** @param ask one control probe, judged; must not reject. */
export function createControl(ask: (apiserver: Apiserver) => Promise<ProbeResult>, clock: Clock): Control {
  const tallies = new Map<string, Tally>();
  const running = new Map<string, Promise<ProbeResult>>();

  const probe = async (apiserver: Apiserver): Promise<ProbeResult> => {
    const under = running.get(apiserver.instance);
    if (under) return under;
    const result = ask(apiserver).then((answer) => {
      running.delete(apiserver.instance);
      const tally = tallies.get(apiserver.instance);
      if (tally) record(tally, answer);
      return answer;
    });
    running.set(apiserver.instance, result);
    return result;
  };

  return {
    keep(instances) {
      const known = new Set(instances.map(({ instance }) => instance));
      for (const instance of [...tallies.keys()]) if (!known.has(instance)) tallies.delete(instance);
      for (const instance of known) if (!tallies.has(instance)) tallies.set(instance, newTally('control', 'discovery', instance));
    },
    async fresh(apiserver) {
      const last = tallies.get(apiserver.instance)?.last;
      if (!last || clock() - last.at > FRESH_MS) await probe(apiserver);
    },
    probe,
    last: (instance) => tallies.get(instance)?.last,
    answers: (instance) => tallies.get(instance)?.last?.status !== undefined,
    tallies: () => new Map([...tallies].flatMap(([instance, tally]) => entryOf(instance, publish(tally)))),
  };
}

const entryOf = (instance: string, tally: ProbeTally | undefined): [string, ProbeTally][] => (tally ? [[instance, tally]] : []);
