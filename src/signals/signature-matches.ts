import { observedValue } from '../domain/observed.ts';
import type { QuoteSource } from '../domain/placeholders.ts';
import type { Quote } from '../domain/quote.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts, ClusterEvent, ClusterFacts, ContainerFacts, PodFacts, SignatureCount, Speaker } from '../domain/snapshot.ts';
import { SIGNATURES } from '../signatures/list.ts';
import { askedInARow, isOver, isRecent, largest, podsOf, RECENT_LINE_MS, SETTLES_MS } from './reading.ts';

/** How strongly a signature points to a cause: it names it alone, or first of several, or among several. */
type Rank = 'only' | 'first' | 'among';

interface Pointers {
  readonly cause: string;
  readonly only: Set<string>;
  readonly first: Set<string>;
  readonly among: Set<string>;
}

/** Cause id → ids of the signatures that point to it, by rank. */
const POINTERS: ReadonlyMap<string, Pointers> = pointersByCause();
/** Signature id → the causes that it points to. */
const POINTED_TO: ReadonlyMap<string, readonly string[]> = new Map(SIGNATURES.map(({ id, pointsTo }) => [id, pointsTo]));

function pointersByCause(): ReadonlyMap<string, Pointers> {
  const found = new Map<string, Pointers>();
  for (const { id, pointsTo } of SIGNATURES)
    for (const cause of pointsTo) {
      const pointers = found.get(cause) ?? { cause, only: new Set(), first: new Set(), among: new Set() };
      pointers[rankOf(pointsTo, cause)].add(id);
      found.set(cause, pointers);
    }
  return found;
}

function rankOf(pointsTo: readonly string[], cause: string): Rank {
  if (pointsTo[0] !== cause) return 'among';
  return pointsTo.length === 1 ? 'only' : 'first';
}

/** Where a hit was found decides what can end it. */
type Place = 'text' | 'backend log' | 'kube-apiserver log';

interface Hit extends SignatureCount {
  readonly place: Place;
}

const placed = (matches: readonly SignatureCount[], place: Place): Hit[] => matches.map((match) => ({ ...match, place }));

/** Hits in texts about the API, in the backend's log, and in the kube-apiserver's log where it names no single API. */
function hits(api: ApiFacts, cluster: ClusterFacts): readonly Hit[] {
  const known = HITS.get(api);
  if (known?.cluster === cluster) return known.hits;
  const found = findHits(api, cluster);
  HITS.set(api, { cluster, hits: found });
  return found;
}

/** The hits of each API are asked for again and again. */
const HITS = new WeakMap<ApiFacts, { readonly cluster: ClusterFacts; readonly hits: readonly Hit[] }>();

function findHits(api: ApiFacts, cluster: ClusterFacts): readonly Hit[] {
  return [
    ...placed(api.textMatches, 'text'),
    ...placed(observedValue(api.logs)?.matches ?? [], 'backend log'),
    ...placed(observedValue(cluster.apiserverLogs)?.matches ?? [], 'kube-apiserver log'),
  ];
}

/** Longest line that is quoted, in characters. */
const LONGEST_QUOTE = 512;

/** A hit, and how strongly it points to a cause: more than 0. */
interface Pointing {
  readonly hit: Hit;
  readonly rank: number;
}

const NONE: readonly Pointing[] = [];

/** By cause, those that point to it, in the order of the hits. Every cause asks. */
const pointing = askedInARow((api: ApiFacts, cluster: ClusterFacts): ReadonlyMap<string, readonly Pointing[]> => {
  const found = new Map<string, Pointing[]>();
  for (const hit of hits(api, cluster))
    for (const cause of new Set([...(POINTED_TO.get(hit.signature) ?? []), ...(hit.pointsTo ?? [])])) {
      const pointers = POINTERS.get(cause);
      const rank = pointers ? rankOfHit(hit, pointers) : 0;
      if (rank === 0) continue;
      const known = found.get(cause);
      if (known) known.push({ hit, rank });
      else found.set(cause, [{ hit, rank }]);
    }
  return found;
});

/** The newest current line whose signature points to the cause, the plainest first. */
function quoted({ cause }: Pointers, api: ApiFacts, cluster: ClusterFacts, time: number): Quote | undefined {
  let best: Pointing | undefined;
  for (const one of pointing(api, cluster).get(cause) ?? NONE) {
    const { hit, rank } = one;
    if (!hit.sample || !isCurrent(hit, api, time)) continue;
    if (!best || rank > best.rank || (rank === best.rank && hit.lastAt > best.hit.lastAt)) best = one;
  }
  return best && { text: best.hit.sample.slice(0, LONGEST_QUOTE), from: placeOf(best.hit, api) };
}

function placeOf(hit: Hit, api: ApiFacts): QuoteSource {
  if (hit.place === 'kube-apiserver log') return 'kube-apiserver-log';
  if (hit.from) return hit.from;
  if (hit.place !== 'text') {
    if (observedValue(api.logs)?.lastWords.some(({ lines }) => lines.includes(hit.sample))) return 'backend-last-words';
  } else {
    // What is kept of a text begins with who says it.
    const isIn = (text = ''): boolean => text !== '' && (text.includes(hit.sample) || hit.sample.includes(oneLine(text)));
    if (isIn(observedValue(api.condition)?.message)) return 'condition';
    const answer = api.probes.find(({ lastFailure }) => isIn(lastFailure?.detail));
    if (answer) return answer.request === 'list' ? 'list' : 'client';
    if (observedValue(api.events)?.recent.some(({ message }) => isIn(message))) return 'events';
  }
  return PLACE_OF_SPEAKER[hit.speaker];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 200);
}

const PLACE_OF_SPEAKER: Readonly<Record<Speaker, QuoteSource>> = {
  'aggregated-server': 'backend-log',
  'kube-apiserver': 'kube-apiserver-log',
  client: 'client',
  kubelet: 'events',
  controller: 'events',
};

const STRENGTH: Readonly<Record<Rank, number>> = { only: 3, first: 2, among: 1 };

/**
 * A hit counts for five minutes, and for as long as the outage lasts in which it was seen; what stands in a condition or a probe's
 * answer counts while it stands. A newer observation ends it before: another condition or answer, a server that started after the
 * line and is ready, or the silence of one that said it again and again.
 */
function isCurrent(hit: Hit, api: ApiFacts, time: number): boolean {
  if (hit.standing) return true;
  if (hit.endedAt !== undefined || isOfThePast(hit, api, time) || hasFallenSilent(hit, api, time)) return false;
  if (isAboutPods(hit) && isOver(api, aboutOf(hit), time)) return false;
  if (isRecent(hit.lastAt, time, RECENT_LINE_MS)) return true;
  const condition = observedValue(api.condition);
  return (
    condition !== undefined &&
    condition.status !== 'True' &&
    condition.lastTransition !== undefined &&
    hit.lastAt >= condition.lastTransition
  );
}

/** Events about the backend's pods end with what they tell of. */
const isAboutPods = ({ place, speaker }: Hit): boolean => place === 'text' && (speaker === 'kubelet' || speaker === 'controller');

/** Object and reason of the event, as the text begins: `namespace/name Reason: message`. */
function aboutOf({ sample, lastAt }: Hit): Pick<ClusterEvent, 'object' | 'reason' | 'at'> {
  const [, object = '', reason = ''] = /^(\S+) (\w+): /.exec(sample) ?? [];
  return { object, reason, at: lastAt };
}

/**
 * Lines of a process that is gone: each pod of the backend is younger, or its servers have started since and are ready. While a
 * server that restarted is not, the one before may say why.
 */
function isOfThePast({ place, lastAt }: Hit, api: ApiFacts, time: number): boolean {
  const pods = podsOf(api);
  if (place !== 'backend log' || !pods) return false;
  const isNewer = ({ running, ready, startedAt }: ContainerFacts) =>
    running && ready && startedAt !== undefined && lastAt < startedAt && !isRecent(startedAt, time, SETTLES_MS);
  return pods.every((pod) => pod.createdAt > lastAt || serversOf(pod).every(isNewer));
}

const serversOf = ({ containers }: PodFacts): ContainerFacts[] => containers.filter(({ init }) => !init);

/** Silence says something after so many of the longest gaps that there were, but not sooner than two of the usual probes. */
const GAPS = 3;
const SILENCE_MS = 12_000;

/**
 * It was said again and again, then the failure took another form, and since then it is not said: it was of what ended. Only of
 * somebody who still lives: the silence of a process that is gone says nothing.
 */
function hasFallenSilent({ place, speaker, lastAt, gap: known }: Hit, api: ApiFacts, time: number): boolean {
  // The kube-apiserver writes a line for each of its checks.
  const gap = known ?? (place === 'text' && speaker === 'kube-apiserver' ? 0 : undefined);
  if (gap === undefined || time - lastAt <= Math.max(SILENCE_MS, GAPS * gap)) return false;
  const changedAt = largest(api.probes.map(({ run }) => run?.alikeSince));
  if (changedAt === undefined || changedAt <= lastAt) return false;
  return (
    place !== 'backend log' ||
    (podsOf(api) ?? []).flatMap(serversOf).every(({ running, startedAt }) => running && startedAt !== undefined && startedAt <= lastAt)
  );
}

/** The best rank among the current signatures; 0 when none points there. */
function strength({ cause }: Pointers, api: ApiFacts, cluster: ClusterFacts, time: number): number {
  let best = 0;
  for (const { hit, rank } of pointing(api, cluster).get(cause) ?? NONE) if (rank > best && isCurrent(hit, api, time)) best = rank;
  return best;
}

/** 0 when the signature of the hit does not point to the cause. */
function rankOfHit(hit: SignatureCount, pointers: Pointers): number {
  const { signature, pointsTo } = hit;
  let best = pointsTo?.includes(pointers.cause) ? STRENGTH[rankOf(pointsTo, pointers.cause)] : 0;
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
    return [
      {
        name: `signature-matches-${cause}`,
        help: `Log lines and other texts whose signature points to ${cause}.`,
        kind: 'counter',
        metric: 'aggregated_api_signature_matches_total',
        familyHelp: 'Log lines and other texts that a signature matched which points to this cause.',
        labels: { points_to: cause },
        source: 'logs',
        observe: (api, cluster) => (pointing(api, cluster).get(cause) ?? NONE).reduce((sum, { hit }) => sum + hit.count, 0),
      },
      {
        name: `signature-strength-${cause}`,
        words: 'how plainly lines point to this cause, from 0 to 3',
        help: `How plainly the texts of the last five minutes point to ${cause}: 3 a signature that points nowhere else, 2 first of several causes, 1 among several, 0 none.`,
        kind: 'gauge',
        metric: 'aggregated_api_signature_strength',
        familyHelp: 'How much the texts of the last minutes point to this cause.',
        labels: { points_to: cause },
        source: 'logs',
        observe: (api, cluster, time) => strength(pointers, api, cluster, time),
        quote: (api, cluster, time) => quoted(pointers, api, cluster, time),
      },
    ];
  });
