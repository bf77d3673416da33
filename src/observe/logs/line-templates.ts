import type { LogFacts } from '../../domain/snapshot.ts';
import { redacted } from '../../redact/redact.ts';
import type { LineHeader } from '../../signatures/line-header.ts';

const MAX_TEMPLATES = 50;
/** Counts the lines whose template has no place any more. */
const OTHER = '…';
/** One that was not seen for so long makes place for a new one. */
const STALE_AFTER_MS = 15 * 60_000;
const LONGEST = 300;
const SAMPLE = 512;

interface Template {
  readonly template: string;
  readonly sample: string;
  count: number;
  lastAt: number;
}

/**
 * Error lines that no signature knows, grouped by the source file that prints them and by what is the same in their messages:
 * numbers, hexadecimal ids, addresses and what is quoted are left out. At most 50 groups; for people, never a label. A known
 * group costs a hash over the line and no string.
 */
export class LineTemplates {
  private readonly templates = new Map<number, Template>();

  /** @param at Unix milliseconds */
  add(bytes: Uint8Array, start: number, end: number, header: LineHeader, at: number): void {
    const { fileStart, fileEnd, messageStart, messageEnd } = header;
    const key = keyOf(bytes, messageStart, Math.min(messageEnd, messageStart + LONGEST), keyOf(bytes, fileStart, fileEnd));
    const known = this.templates.get(key) ?? this.make(key, bytes, start, end, header, at);
    known.count++;
    known.lastAt = Math.max(known.lastAt, at);
  }

  facts(): LogFacts['unknownTemplates'] {
    return [...this.templates.values()].map(({ template, count, sample, lastAt }) => ({ template, count, sample, lastAt }));
  }

  private make(key: number, bytes: Uint8Array, start: number, end: number, header: LineHeader, at: number): Template {
    const full = this.templates.size >= MAX_TEMPLATES - 1 && !this.forgetStale(at);
    const sample = textOf(bytes, start, end);
    const made: Template = full
      ? (this.templates.get(OTHER_KEY) ?? { template: OTHER, sample, count: 0, lastAt: at })
      : { template: templateOf(bytes, header), sample, count: 0, lastAt: at };
    this.templates.set(full ? OTHER_KEY : key, made);
    return made;
  }

  /** True when one was forgotten; what it counted is counted as other. */
  private forgetStale(now: number): boolean {
    let stalest: [number, Template] | undefined;
    for (const entry of this.templates) if (entry[0] !== OTHER_KEY && (!stalest || entry[1].lastAt < stalest[1].lastAt)) stalest = entry;
    if (!stalest || now - stalest[1].lastAt < STALE_AFTER_MS) return false;
    this.templates.delete(stalest[0]);
    const other = this.templates.get(OTHER_KEY) ?? { ...stalest[1], template: OTHER, count: 0 };
    other.count += stalest[1].count;
    this.templates.set(OTHER_KEY, other);
    return true;
  }
}

/** Hashes have 32 bits; this is none. */
const OTHER_KEY = 2 ** 40;

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return redacted(Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(end - start, 4 * SAMPLE)).toString('utf8')).slice(0, SAMPLE);
}

/** The same for lines of one template: a run of letters and digits with a digit in it counts as one sign, and so does what is quoted. */
function keyOf(bytes: Uint8Array, start: number, end: number, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let at = start; at < end; ) {
    const byte = bytes[at]!;
    if (isWord(byte)) {
      let word = hash;
      let digits = false;
      for (; at < end && isWord(bytes[at]!); at++) {
        word = Math.imul(word ^ bytes[at]!, 0x01000193);
        digits ||= isDigit(bytes[at]!);
      }
      hash = digits ? Math.imul(hash ^ 1, 0x01000193) : word;
    } else {
      at++;
      if (byte === QUOTE) {
        const close = bytes.indexOf(QUOTE, at);
        if (close >= 0 && close < end) at = close + 1;
      }
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
  return hash;
}

const QUOTE = 34;

/** The same by text, for people. */
function templateOf(bytes: Uint8Array, { fileStart, fileEnd, messageStart, messageEnd }: LineHeader): string {
  const message = textOf(bytes, messageStart, messageEnd).slice(0, LONGEST);
  const same = message.replace(/"[^"]*"/g, '"…"').replace(/[\p{L}\d_]*\d[\p{L}\d_]*/gu, '…');
  return fileEnd > fileStart ? `${textOf(bytes, fileStart, fileEnd)}: ${same}` : same;
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
const isWord = (byte: number): boolean =>
  isDigit(byte) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95 || byte >= 128;
