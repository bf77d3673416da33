import type { LogFacts, SignatureCount } from '../../domain/snapshot.ts';
import { redacted } from '../../redact/redact.ts';
import type { NamedSignature } from '../../signatures/classify.ts';
import type { Severity } from '../../signatures/line-header.ts';
import type { LogLine } from './line-batch.ts';
import { LineTemplates, type SavedTemplate } from './line-templates.ts';

const SAMPLE = 512;
/** A flood does not need each of its lines as a string. */
const NEW_SAMPLE_AFTER_MS = 1000;
const MAX_LAST_WORDS = 10;

interface Match {
  readonly signature: NamedSignature;
  count: number;
  lastAt: number;
  gap?: number;
  sample: string;
  sampleAt: number;
  /** Of the newest five minutes with hits: [minute since 1970, hits]. */
  readonly minutes: [minute: number, hits: number][];
}

/** What a book says, for another process. */
export interface SavedBook {
  readonly lines: Readonly<Record<Severity, number>>;
  readonly dropped: LogFacts['dropped'];
  readonly matches: readonly (Pick<NamedSignature, 'id' | 'speaker' | 'pointsTo' | 'own'> & Readonly<Omit<Match, 'signature'>>)[];
  readonly templates: readonly SavedTemplate[];
  readonly words: LogFacts['lastWords'];
}

const MINUTE_MS = 60_000;
const MINUTES = 5;
/** One line a minute is what one client does by the way. */
const BUSY = 2;
/** After so long a silence it is said anew, not again. */
const SERIES_MS = 5 * 60_000;

/** What the logs of one API's backend, or of the kube-apiservers, said since the start. Counts only grow; nothing else does. */
export class LogBook {
  readonly lines: Record<Severity, number> = { info: 0, warning: 0, error: 0, fatal: 0, unknown: 0 };
  readonly dropped = { budget: 0, truncated: 0, gap: 0 };
  readonly templates = new LineTemplates();
  /** A line was counted, or dropped. */
  get wasRead(): boolean {
    return [...Object.values(this.lines), ...Object.values(this.dropped)].some((count) => count > 0);
  }
  private readonly found = new Map<string, Match>();
  /** By pod and container, the newest last. */
  private readonly words = new Map<string, LogFacts['lastWords'][number]>();

  match(signature: NamedSignature, line: LogLine): void {
    const known = this.found.get(signature.id);
    if (known) countAgain(known, line);
    else this.found.set(signature.id, firstOf(signature, line));
  }

  lastWords(pod: string, container: string, lines: readonly string[]): void {
    const key = `${pod}/${container}`;
    this.words.delete(key);
    this.words.set(key, { pod, container, lines });
    if (this.words.size > MAX_LAST_WORDS) this.words.delete(this.words.keys().next().value as string);
  }

  matches(): SignatureCount[] {
    return [...this.found.values()].map(({ signature: { id, speaker, pointsTo, own }, count, lastAt, sample, minutes, gap }) => ({
      signature: id,
      speaker,
      count,
      lastAt,
      sample,
      busyMinutes: minutes.filter(([, hits]) => hits >= BUSY).length,
      ...(gap === undefined ? {} : { gap }),
      ...(own ? { pointsTo } : {}),
    }));
  }

  save(): SavedBook {
    return {
      lines: { ...this.lines },
      dropped: { ...this.dropped },
      matches: [...this.found.values()].map(({ signature: { id, speaker, pointsTo, own }, ...counted }) => ({
        ...{ id, speaker, pointsTo, ...(own && { own }) },
        ...counted,
      })),
      templates: this.templates.save(),
      words: [...this.words.values()],
    };
  }

  static restored({ lines, dropped, matches, templates, words }: SavedBook): LogBook {
    const book = new LogBook();
    Object.assign(book.lines, lines);
    Object.assign(book.dropped, dropped);
    for (const { id, speaker, pointsTo, own, ...counted } of matches)
      book.found.set(id, {
        signature: { id, speaker, pointsTo, ...(own && { own }) },
        ...counted,
        minutes: counted.minutes.map(([at, hits]) => [at, hits]),
      });
    book.templates.restore(templates);
    for (const { pod, container, lines: said } of words) book.lastWords(pod, container, said);
    return book;
  }

  facts(): LogFacts {
    return {
      lines: { ...this.lines },
      matches: this.matches(),
      dropped: { ...this.dropped },
      unknownTemplates: this.templates.facts(),
      lastWords: [...this.words.values()],
    };
  }
}

function firstOf(signature: NamedSignature, line: LogLine): Match {
  const { at } = line;
  return { signature, count: 1, lastAt: at, sample: sampleOf(line), sampleAt: at, minutes: [[minuteOf(at), 1]] };
}

function countAgain(match: Match, line: LogLine): void {
  const { at } = line;
  match.count++;
  if (at < match.lastAt) return;
  countMinute(match, at);
  const gap = at - match.lastAt;
  if (gap <= SERIES_MS) match.gap = Math.max(match.gap ?? 0, gap);
  else delete match.gap;
  match.lastAt = at;
  if (at - match.sampleAt < NEW_SAMPLE_AFTER_MS) return;
  match.sample = sampleOf(line);
  match.sampleAt = at;
}

const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS);

function countMinute({ minutes }: Match, at: number): void {
  const minute = minuteOf(at);
  const newest = minutes.at(-1);
  if (newest?.[0] === minute) newest[1]++;
  else minutes.push([minute, 1]);
  for (let [oldest] = minutes; oldest && oldest[0] <= minute - MINUTES; [oldest] = minutes) minutes.shift();
}

function sampleOf({ bytes, start, end }: LogLine): string {
  return redacted(Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(end - start, 4 * SAMPLE)).toString('utf8')).slice(0, SAMPLE);
}
