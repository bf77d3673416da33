import { observedValue } from '../domain/observed.ts';
import type { QuoteSource } from '../domain/placeholders.ts';
import type { Quote } from '../domain/quote.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts, ClusterFacts, SignatureCount, Speaker } from '../domain/snapshot.ts';
import { SIGNATURES } from '../signatures/list.ts';
import { isRecent, RECENT_LINE_MS } from './reading.ts';

/** How strongly a signature points to a cause: it names it alone, or first of several, or among several. */
type Rank = 'only' | 'first' | 'among';

interface Pointers {
  readonly only: Set<string>;
  readonly first: Set<string>;
  readonly among: Set<string>;
}

/** Cause id → ids of the signatures that point to it, by rank. */
const POINTERS: ReadonlyMap<string, Pointers> = pointersByCause();

function pointersByCause(): ReadonlyMap<string, Pointers> {
  const found = new Map<string, Pointers>();
  for (const { id, pointsTo } of SIGNATURES)
    for (const cause of pointsTo) {
      const pointers = found.get(cause) ?? { only: new Set(), first: new Set(), among: new Set() };
      pointers[rankOf(pointsTo, cause)].add(id);
      found.set(cause, pointers);
    }
  return found;
}

function rankOf(pointsTo: readonly string[], cause: string): Rank {
  if (pointsTo[0] !== cause) return 'among';
  return pointsTo.length === 1 ? 'only' : 'first';
}

/** Hits in the backend's log, in other texts about the API, and in the kube-apiserver's log where it names no single API. */
function hits(api: ApiFacts, cluster: ClusterFacts): readonly SignatureCount[] {
  return [...api.textMatches, ...(observedValue(api.logs)?.matches ?? []), ...(observedValue(cluster.apiserverLogs)?.matches ?? [])];
}

/** Longest line that is quoted, in characters. */
const LONGEST_QUOTE = 512;

/** The newest current line whose signature points to the cause, the plainest first. */
function quoted(cause: string, pointers: Pointers, api: ApiFacts, cluster: ClusterFacts, time: number): Quote | undefined {
  let best: { hit: SignatureCount; rank: number } | undefined;
  for (const hit of hits(api, cluster)) {
    const rank = rankOfHit(hit, cause, pointers);
    if (rank === 0 || !hit.sample || !isCurrent(hit.lastAt, api, time)) continue;
    if (!best || rank > best.rank || (rank === best.rank && hit.lastAt > best.hit.lastAt)) best = { hit, rank };
  }
  return best && { text: best.hit.sample.slice(0, LONGEST_QUOTE), from: placeOf(best.hit, api, cluster) };
}

function placeOf(hit: SignatureCount, api: ApiFacts, cluster: ClusterFacts): QuoteSource {
  if (observedValue(cluster.apiserverLogs)?.matches.includes(hit)) return 'kube-apiserver-log';
  if (!observedValue(api.logs)?.matches.includes(hit)) {
    const isIn = (text: string | undefined): boolean => text?.includes(hit.sample) === true;
    if (isIn(observedValue(api.condition)?.message)) return 'condition';
    if (observedValue(api.events)?.recent.some(({ message }) => isIn(message))) return 'events';
  }
  return PLACE_OF_SPEAKER[hit.speaker];
}

const PLACE_OF_SPEAKER: Readonly<Record<Speaker, QuoteSource>> = {
  'aggregated-server': 'backend-log',
  'kube-apiserver': 'kube-apiserver-log',
  client: 'client',
  kubelet: 'events',
  controller: 'events',
};

const STRENGTH: Readonly<Record<Rank, number>> = { only: 3, first: 2, among: 1 };

/** A hit is current for five minutes, and for as long as the outage lasts in which it was seen: a condition stands still. */
function isCurrent(at: number, api: ApiFacts, time: number): boolean {
  if (isRecent(at, time, RECENT_LINE_MS)) return true;
  const condition = observedValue(api.condition);
  return condition !== undefined && condition.status !== 'True' && condition.lastTransition !== undefined && at >= condition.lastTransition;
}

/** The best rank among the current signatures; 0 when none points there. */
function strength(cause: string, pointers: Pointers, api: ApiFacts, cluster: ClusterFacts, time: number): number {
  let best = 0;
  for (const hit of hits(api, cluster)) if (isCurrent(hit.lastAt, api, time)) best = Math.max(best, rankOfHit(hit, cause, pointers));
  return best;
}

/** 0 when the signature of the hit does not point to the cause. */
function rankOfHit(hit: SignatureCount, cause: string, pointers: Pointers): number {
  const { signature, pointsTo } = hit;
  let best = pointsTo?.includes(cause) ? STRENGTH[rankOf(pointsTo, cause)] : 0;
  for (const rank of ['only', 'first', 'among'] as const)
    if (pointers[rank].has(signature)) best = Math.max(best, Math.min(STRENGTH[rank], mostOf(hit)));
  return best;
}

const ANY_CLIENT: ReadonlySet<string> = new Set(SIGNATURES.filter(({ anyClient }) => anyClient).map(({ id }) => id));

/**
 * The most that a hit may be worth. A line that any client can cause is circumstantial by itself, however plainly it speaks; each
 * minute with two of them lifts it by one. A fault repeats it with every request, from every kube-apiserver; a client that
 * sends one request a minute never gets beyond the first step. Texts that are not from a followed log nobody else wrote.
 */
function mostOf({ signature, busyMinutes }: SignatureCount): number {
  return busyMinutes !== undefined && ANY_CLIENT.has(signature) ? STRENGTH.among + busyMinutes : STRENGTH.only;
}

/**
 * What error lines say, per cause that a signature points to: a counter of all hits, and how plainly the lines of the last
 * five minutes say it. Never undefined: texts other than logs are always read.
 */
export const SIGNATURE_SIGNALS: readonly Signal[] = [...POINTERS]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .flatMap(([cause, pointers]): Signal[] => {
    const all = new Set([...pointers.only, ...pointers.first, ...pointers.among]);
    return [
      {
        name: `signature-matches-${cause}`,
        help: `Log lines and other texts whose signature points to ${cause}.`,
        kind: 'counter',
        metric: 'aggregated_api_signature_matches_total',
        labels: { points_to: cause },
        source: 'logs',
        observe: (api, cluster) =>
          hits(api, cluster).reduce((sum, hit) => sum + (all.has(hit.signature) || hit.pointsTo?.includes(cause) ? hit.count : 0), 0),
      },
      {
        name: `signature-strength-${cause}`,
        help: `How plainly the texts of the last five minutes point to ${cause}: 3 a signature that points nowhere else, 2 first of several causes, 1 among several, 0 none.`,
        kind: 'gauge',
        metric: 'aggregated_api_signature_strength',
        labels: { points_to: cause },
        source: 'logs',
        observe: (api, cluster, time) => strength(cause, pointers, api, cluster, time),
        quote: (api, cluster, time) => quoted(cause, pointers, api, cluster, time),
      },
    ];
  });
