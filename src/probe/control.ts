import type { ProbeResult, ProbeTally } from '../domain/probe.ts';
import type { Apiserver } from './apiserver-requests.ts';
import { newTally, publish, record, type Tally } from './tally.ts';

/** Asks kube-apiservers for /readyz: when a probe through one fails, is it the API, or the way there? */
export interface Control {
  /** Follows the set of known instances; the counts of those that went are dropped. */
  keep(instances: readonly Apiserver[]): void;
  /** Returns when the newest result is of a probe that began at `since` (Unix milliseconds) or later. Never rejects. */
  fresh(apiserver: Apiserver, since: number): Promise<void>;
  /** Probes now. Never rejects. */
  probe(apiserver: Apiserver): Promise<ProbeResult>;
  last(instance: string): ProbeResult | undefined;
  /** It answered HTTP when it was asked last: probes through it say something about the API. */
  answers(instance: string): boolean;
  tallies(): ReadonlyMap<string, ProbeTally>;
}

/**
 * @param ask one control probe, judged; must not reject.
 * @param believes whether a result of that instance counts.
 */
export function createControl(
  ask: (apiserver: Apiserver) => Promise<ProbeResult>,
  believes: (apiserver: Apiserver, result: ProbeResult) => boolean,
): Control {
  const tallies = new Map<string, Tally>();
  /** Our own failures included, which the tallies leave out. */
  const newest = new Map<string, ProbeResult>();
  const running = new Map<string, Promise<ProbeResult>>();

  const probe = async (apiserver: Apiserver): Promise<ProbeResult> => {
    const under = running.get(apiserver.instance);
    if (under) return under;
    const result = ask(apiserver).then((answer) => {
      running.delete(apiserver.instance);
      const tally = tallies.get(apiserver.instance);
      if (tally) {
        if (believes(apiserver, answer)) record(tally, answer);
        newest.set(apiserver.instance, answer);
      }
      return answer;
    });
    running.set(apiserver.instance, result);
    return result;
  };

  return {
    keep(instances) {
      const known = new Set(instances.map(({ instance }) => instance));
      for (const instance of [...tallies.keys()]) {
        if (known.has(instance)) continue;
        tallies.delete(instance);
        newest.delete(instance);
      }
      for (const instance of known) if (!tallies.has(instance)) tallies.set(instance, newTally('control', 'discovery', instance));
    },
    async fresh(apiserver, since) {
      const isFresh = (): boolean => (newest.get(apiserver.instance)?.at ?? 0) >= since;
      if (!isFresh()) await probe(apiserver);
      // The one that was under way may have begun before.
      if (!isFresh()) await probe(apiserver);
    },
    probe,
    last: (instance) => newest.get(instance),
    answers: (instance) => newest.get(instance)?.status !== undefined,
    tallies: () => new Map([...tallies].flatMap(([instance, tally]) => entryOf(instance, publish(tally)))),
  };
}

const entryOf = (instance: string, tally: ProbeTally | undefined): [string, ProbeTally][] => (tally ? [[instance, tally]] : []);
