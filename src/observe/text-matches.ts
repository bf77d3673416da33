import type { QuoteSource } from '../domain/placeholders.ts';
import type { SignatureCount } from '../domain/snapshot.ts';
import { createTextClassifier, type NamedSignature } from '../signatures/classify.ts';
import type { UserSignature } from '../signatures/signature-file.ts';
import { NearestNames, wasDialedElsewhere } from '../utterances/nearest.ts';

/** Signature hits in texts other than logs: condition messages, event messages, error bodies of the proxy. */
export interface TextMatches {
  /**
   * @param at Unix milliseconds: the same text at the same time counts once, however often it is recorded, so that callers may
   *   hand in what they hold on each tick.
   * @param where Who says it, in a few words, for people.
   */
  record(api: string, text: string, at: number, where: string): void;
  /**
   * What the API's condition and failing probes say at `now`, all of it: what stood before and is not among it has ended. They
   * count as texts too.
   */
  stand(api: string, statements: readonly Statement[], now: number): void;
  /** Cumulative; each signature once, what was stated first. */
  factsFor(api: string): SignatureCount[];
}

/** A text, when it was first said (Unix milliseconds), and who says it. */
export interface Statement {
  readonly text: string;
  readonly at: number;
  readonly where: string;
  readonly from: QuoteSource;
}

const MAX_APIS = 2000;
/** More than the events, conditions and probes of one API that are held at a time. */
const MAX_TEXTS = 512;
const MAX_TIMES = 256;
const LONGEST_TEXT = 4096;
const SAMPLE = 512;

interface KnownText {
  readonly signature: NamedSignature | undefined;
  /** When it was said; the newest last. */
  readonly times: Set<number>;
}

interface ApiTexts {
  /** The least recently recorded first. */
  readonly texts: Map<string, KnownText>;
  /** Hits in events, which age by the clock, and in what conditions and probes state. By signature. */
  readonly told: Map<string, SignatureCount>;
  readonly stated: Map<string, SignatureCount>;
}

/** @param signatures The user's own, asked before the built-in ones. */
export function createTextMatches(signatures: readonly UserSignature[] = []): TextMatches {
  const apis = new Map<string, ApiTexts>();
  const classify = nearestTo(createTextClassifier(signatures));

  function textsOf(api: string): ApiTexts {
    const own = apis.get(api) ?? { texts: new Map(), told: new Map(), stated: new Map() };
    refresh(apis, api, own, MAX_APIS);
    return own;
  }

  /** Counts the text once, and returns its signature, if it has one. */
  function count({ texts }: ApiTexts, counts: Map<string, SignatureCount>, { text, at, where, from }: Statement): string | undefined {
    if (text.trim() === '') return undefined;
    const message = text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text;
    const known = texts.get(message) ?? { signature: classify(message), times: new Set() };
    refresh(texts, message, known, MAX_TEXTS);
    if (!known.signature) return undefined;
    const { id, speaker, pointsTo, own } = known.signature;
    if (!remember(known.times, at)) return id;
    const before = counts.get(id);
    counts.set(id, {
      signature: id,
      speaker,
      count: (before?.count ?? 0) + 1,
      ...newestOf({ lastAt: at, sample: sampleOf(where, message), from }, before),
      ...(own ? { pointsTo } : {}),
    });
    return id;
  }

  return {
    record(api, text, at, where) {
      const own = textsOf(api);
      count(own, own.told, { text, at, where, from: 'events' });
    },
    stand(api, statements, now) {
      const own = textsOf(api);
      const standing = new Set(statements.map((statement) => count(own, own.stated, statement)));
      for (const [id, { standing: _, endedAt, ...hits }] of own.stated)
        own.stated.set(id, standing.has(id) ? { ...hits, standing: true } : { ...hits, endedAt: endedAt ?? now });
    },
    factsFor(api) {
      const own = apis.get(api);
      return own ? mergeCounts([...own.stated.values()], [...own.told.values()]) : [];
    },
  };
}

/** What names a text best: a signature that knows more than a victim does, else its error as it reads. Who speaks the text itself must tell. */
function nearestTo(classify: (text: string) => NamedSignature | undefined): (text: string) => NamedSignature | undefined {
  return (text) => {
    const signature = classify(text);
    if (signature && (signature.own || (signature.role !== 'victim' && !wasDialedElsewhere(text)))) return signature;
    const named = new NearestNames().of(text, signature, 'unknown');
    if (named?.read !== true || named.role !== 'symptom') return signature;
    const { id, speaker, pointsTo } = named;
    return { id, speaker, pointsTo, own: true };
  };
}

/** Counts of the same API from two places, as one list in which each signature occurs once. */
export function mergeCounts(a: readonly SignatureCount[], b: readonly SignatureCount[]): SignatureCount[] {
  const merged = new Map(a.map((count) => [count.signature, count]));
  for (const count of b) {
    const own = merged.get(count.signature);
    merged.set(count.signature, own ? both(own, count) : count);
  }
  return [...merged.values()];
}

/** What a text says that no client wrote is worth more than how often it stands in a log. */
function both(a: SignatureCount, b: SignatureCount): SignatureCount {
  const { busyMinutes: _, ...current } = currentOf(a, b);
  const steady = a.busyMinutes === undefined || b.busyMinutes === undefined ? undefined : Math.max(a.busyMinutes, b.busyMinutes);
  return { ...current, count: a.count + b.count, ...(steady === undefined ? {} : { busyMinutes: steady }) };
}

/** What stands goes before what ages, and what ages before what has ended; else the newer. */
function currentOf(a: SignatureCount, b: SignatureCount): SignatureCount {
  const rank = ({ standing, endedAt }: SignatureCount): number => (standing ? 2 : endedAt === undefined ? 1 : 0);
  if (rank(a) !== rank(b)) return rank(a) > rank(b) ? a : b;
  return a.lastAt >= b.lastAt ? a : b;
}

function refresh<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value as K);
}

/** False when it is there already. */
function remember(times: Set<number>, at: number): boolean {
  const isNew = !times.delete(at);
  times.add(at);
  if (times.size > MAX_TIMES) times.delete(times.values().next().value as number);
  return isNew;
}

type Said = Pick<SignatureCount, 'lastAt' | 'sample' | 'from'>;

function newestOf(now: Said, before: Said | undefined): Said {
  if (!before || now.lastAt >= before.lastAt) return now;
  const { lastAt, sample, from } = before;
  return { lastAt, sample, ...(from && { from }) };
}

function sampleOf(where: string, text: string): string {
  return `${where}: ${text}`.replace(/\s+/g, ' ').trim().slice(0, SAMPLE);
}
