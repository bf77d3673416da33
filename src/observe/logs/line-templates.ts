import type { LogFacts } from '../../domain/snapshot.ts';
import { redacted } from '../../redact/redact.ts';
import type { LineHeader } from '../../signatures/line-header.ts';
import { byteAt, isDigit } from './bytes.ts';

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

export interface SavedTemplate extends Template {
  readonly key: number;
}

/**
 * Error lines that no signature knows, grouped by the source file that prints them and by what is the same in their messages:
 * numbers, hexadecimal ids, addresses and what is quoted are left out. At most 50 groups; for people, never a label. A known
 * group costs a hash over the line and no string.
 */
export class LineTemplates {
  private readonly templates = new Map<number, Template>();

  /** @param at Unix milliseconds */
  // eslint-disable-next-line max-params -- a flood of errors comes by here: each line as the numbers that it is, no object for it
  add(bytes: Uint8Array, start: number, end: number, header: LineHeader, at: number): void {
    const { fileStart, fileEnd, messageStart, messageEnd } = header;
    const key = keyOf(bytes, messageStart, Math.min(messageEnd, messageStart + LONGEST), keyOf(bytes, fileStart, fileEnd));
    let known = this.templates.get(key);
    if (!known) {
      const place = this.placeFor(key, at);
      const template = place === OTHER_KEY ? OTHER : templateOf(bytes, header);
      known = this.templates.get(place) ?? { template, sample: textOf(bytes, start, end), count: 0, lastAt: at };
      this.templates.set(place, known);
    }
    known.count++;
    known.lastAt = Math.max(known.lastAt, at);
  }

  /** For another process; the key is the same in each. */
  save(): SavedTemplate[] {
    return [...this.templates].map(([key, template]) => ({ key, ...template }));
  }

  restore(saved: readonly SavedTemplate[]): void {
    for (const { key, ...template } of saved.slice(0, MAX_TEMPLATES)) this.templates.set(key, template);
  }

  facts(): LogFacts['unknownTemplates'] {
    return [...this.templates.values()].map(({ template, count, sample, lastAt }) => ({ template, count, sample, lastAt }));
  }

  /** Where a template that is not known is counted: by its own key, or with the others when all places are taken. */
  private placeFor(key: number, at: number): number {
    return this.templates.size >= MAX_TEMPLATES - 1 && !this.forgetStale(at) ? OTHER_KEY : key;
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
    const byte = byteAt(bytes, at);
    if (isWord(byte)) {
      let word = hash;
      let digits = false;
      for (; at < end && isWord(byteAt(bytes, at)); at++) {
        word = Math.imul(word ^ byteAt(bytes, at), 0x01000193);
        digits ||= isDigit(byteAt(bytes, at));
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

const isWord = (byte: number): boolean =>
  isDigit(byte) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95 || byte >= 128;
