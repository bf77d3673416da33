import type { LogFacts, SignatureCount } from '../../domain/snapshot.ts';
import { redacted } from '../../redact/redact.ts';
import type { NamedSignature } from '../../signatures/classify.ts';
import type { Severity } from '../../signatures/line-header.ts';
import { LineTemplates } from './line-templates.ts';

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

  /** @param at Unix milliseconds */
  match(signature: NamedSignature, bytes: Uint8Array, start: number, end: number, at: number): void {
    const known = this.found.get(signature.id);
    if (!known) {
      this.found.set(signature.id, { signature, count: 1, lastAt: at, sample: sampleOf(bytes, start, end), sampleAt: at, minutes: [] });
      countMinute(this.found.get(signature.id)!, at);
      return;
    }
    known.count++;
    if (at < known.lastAt) return;
    countMinute(known, at);
    const gap = at - known.lastAt;
    if (gap <= SERIES_MS) known.gap = Math.max(known.gap ?? 0, gap);
    else delete known.gap;
    known.lastAt = at;
    if (at - known.sampleAt < NEW_SAMPLE_AFTER_MS) return;
    known.sample = sampleOf(bytes, start, end);
    known.sampleAt = at;
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

function countMinute({ minutes }: Match, at: number): void {
  const minute = Math.floor(at / MINUTE_MS);
  const newest = minutes.at(-1);
  if (newest?.[0] === minute) newest[1]++;
  else minutes.push([minute, 1]);
  while (minutes[0]![0] <= minute - MINUTES) minutes.shift();
}

function sampleOf(bytes: Uint8Array, start: number, end: number): string {
  return redacted(Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(end - start, 4 * SAMPLE)).toString('utf8')).slice(0, SAMPLE);
}
