import type { Hurt } from '../../domain/impact.ts';

/** Requests for one kind of object, as the kube-apiservers count them. */
interface Reading {
  /** Unix milliseconds. */
  readonly at: number;
  /** Another one: the server began anew, and its counters with it. */
  readonly startTimeSeconds: number | undefined;
  /** Keyed by `refusalKey`. */
  readonly refused: ReadonlyMap<string, number>;
}

const WINDOW_MS = 5 * 60_000;
/** One each 5 s, the shortest pace, and some to spare. */
const MOST_READINGS = 64;
/** Resources in the paths of requests are the clients' own words. */
export const MOST_KINDS = 1_000;

export function refusalKey(group: string, version: string, verb: string, resource: string): string {
  return `${group}/${version} ${verb} ${resource}`;
}

/**
 * Requests that the kube-apiservers ended without asking the backend, because the API is unavailable
 * (`apiserver_request_terminations_total`, component `aggregator`; kube-aggregator 1.36). Those that failed on their way are in no counter.
 * Readings of five minutes are kept.
 */
export class RefusedRequests {
  #readings: readonly Reading[] = [];

  take(reading: Reading): void {
    const before = this.#readings.at(-1);
    const kept = before && before.startTimeSeconds === reading.startTimeSeconds ? this.#readings : [];
    this.#readings = [...kept.filter(({ at }) => reading.at - at <= WINDOW_MS), reading].slice(-MOST_READINGS);
  }

  /** What was added in the last five minutes, by verb and resource; undefined before the second reading. */
  of(groupVersion: string): ReadonlyMap<string, Increase> | undefined {
    const [first, last] = [this.#readings[0], this.#readings.at(-1)];
    if (!first || !last || first === last) return undefined;
    const added = new Map<string, Increase>();
    for (const [key, count] of last.refused) {
      if (!key.startsWith(`${groupVersion} `)) continue;
      const more = count - (first.refused.get(key) ?? 0);
      if (more > 0) added.set(key.slice(groupVersion.length + 1), { more, seconds: (last.at - first.at) / 1000 });
    }
    return added;
  }
}

interface Increase {
  readonly more: number;
  readonly seconds: number;
}

/** One for each verb and resource, the most refused first. @param servers what each kube-apiserver counted, undefined = not known. */
export function hurtClients(servers: readonly (ReadonlyMap<string, Increase> | undefined)[], group: string): readonly Hurt[] | undefined {
  const known = servers.flatMap((server) => server ?? []);
  if (known.length === 0) return undefined;
  const sums = new Map<string, Increase>();
  for (const server of known)
    for (const [kind, { more, seconds }] of server) {
      const sum = sums.get(kind) ?? { more: 0, seconds: 0 };
      sums.set(kind, { more: sum.more + more, seconds: Math.max(sum.seconds, seconds) });
    }
  return [...sums]
    .sort(([one, a], [other, b]) => b.more - a.more || (one < other ? -1 : 1))
    .map(([kind, increase]) => ({ kind: 'client', name: kind, says: sentenceOf(kind, group, increase) }));
}

function sentenceOf(kind: string, group: string, { more, seconds }: Increase): string {
  const [verb = '', resource = ''] = kind.split(' ');
  const requests = more === 1 ? '1 request' : `${Math.round(more)} requests`;
  return `${requests} to ${verb} ${resource}.${group} ${more === 1 ? 'was' : 'were'} refused by the kube-apiserver in the last ${Math.round(seconds)} s; it does not count who asked, and our own probes are among them`;
}
