const NEWLINE = 10;
const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const HASH = 35;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
/** Longer lines are no exposition: nothing may grow with what a server sends. */
export const LONGEST_LINE = 64 * 1024;
const NEXT_COMMENT = Buffer.from('\n# ');

/** `labels` is the raw text between the braces, '' without braces; `timestamp` is Unix ms, where the sample carries one. */
export type OnSample = (name: string, labels: string, value: number, timestamp: number | undefined) => void;

export interface ScannerOptions {
  /**
   * Names of the samples that are wanted, suffix included: `etcd_request_duration_seconds_sum`. All others cost one comparison.
   */
  readonly wanted: readonly string[];
  readonly onSample: OnSample;
  /**
   * Every family has a HELP or TYPE line, as every Kubernetes component prints it: unwanted families are jumped over whole.
   * Without it, untyped series between families are found too.
   */
  readonly typed?: boolean;
}

export interface ExpositionScanner {
  /** A piece of the body, cut anywhere. Throws a RangeError on a line over 64 KiB. The piece is not kept. */
  write(chunk: Uint8Array): void;
  /** The last line may lack its newline. */
  end(): void;
}

/**
 * Reads a Prometheus exposition (text 0.0.4 or OpenMetrics) for a few families, without parsing the rest and without ever
 * holding it: a kube-apiserver prints 8 MB, of which thirty families matter.
 */
export function createExpositionScanner({ wanted, onSample, typed = false }: ScannerOptions): ExpositionScanner {
  const samples = new NameTable(wanted);
  // Metadata names the family; its samples may have a suffix.
  const families = new NameTable(wanted.flatMap((name) => [name, name.replace(/_(?:total|sum|count|bucket|created|info)$/, '')]));
  let carry: Buffer | undefined;
  /** Inside a family of which nothing is wanted; `skipped` are the bytes of the name before. */
  let jumping = false;
  let skipped: Buffer = Buffer.alloc(0);

  /** All whole lines of `bytes`; returns where the unfinished one starts. */
  function scanLines(bytes: Buffer): number {
    let at = 0;
    const end = bytes.length;
    while (at < end) {
      if (jumping && bytes[at] !== HASH) {
        const next = bytes.indexOf(NEXT_COMMENT, at);
        if (next >= 0) at = next + 1;
        else {
          // The comment may begin in the next piece: only the unfinished line can hold its start.
          const last = bytes.lastIndexOf(NEWLINE);
          return last < at ? at : last + 1;
        }
      }
      if (sameName(bytes, at, skipped)) {
        const newline = bytes.indexOf(NEWLINE, at + skipped.length);
        if (newline < 0) return at;
        at = newline + 1;
        continue;
      }
      const newline = bytes.indexOf(NEWLINE, at);
      if (newline < 0) return at;
      scanLine(bytes, at, newline);
      at = newline + 1;
    }
    return at;
  }

  function scanLine(bytes: Buffer, start: number, end: number): void {
    if (bytes[start] === HASH) {
      if (typed) jumping = unwantedFamily(bytes, start, end);
      return;
    }
    let at = start;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte === OPEN || byte === SPACE || byte === TAB) break;
      at++;
    }
    const name = samples.find(bytes, start, at);
    if (name === undefined) {
      if (at > start) skipped = Buffer.from(bytes.subarray(start, at));
      return;
    }
    readSample(bytes, name, at, end);
  }

  function unwantedFamily(bytes: Buffer, start: number, end: number): boolean {
    // `# HELP name …` and `# TYPE name …` both begin a family; any other comment says nothing of what follows.
    const keyword = bytes.toString('latin1', start + 2, Math.min(start + 7, end));
    if (keyword !== 'HELP ' && keyword !== 'TYPE ') return false;
    let at = start + 7;
    while (at < end && bytes[at] !== SPACE) at++;
    return families.find(bytes, start + 7, at) === undefined;
  }

  function readSample(bytes: Buffer, name: string, nameEnd: number, end: number): void {
    let at = nameEnd;
    let labels = '';
    if (bytes[at] === OPEN) {
      const close = closingBrace(bytes, at + 1, end);
      if (close < 0) return;
      labels = bytes.toString('utf8', at + 1, close);
      at = close + 1;
    }
    at = skipBlanks(bytes, at, end);
    const valueEnd = wordEnd(bytes, at, end);
    const value = readNumber(bytes, at, valueEnd);
    if (value === undefined) return;
    at = skipBlanks(bytes, valueEnd, end);
    // A hash begins an exemplar, which is not ours.
    const stampEnd = wordEnd(bytes, at, end);
    const timestamp = at < stampEnd && bytes[at] !== HASH ? readNumber(bytes, at, stampEnd) : undefined;
    onSample(name, labels, value, timestamp);
  }

  return {
    write(chunk) {
      let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (carry) {
        // Only the line that was cut is put together; the rest of the piece is read where it is.
        const newline = bytes.indexOf(NEWLINE);
        const head = newline < 0 ? bytes : bytes.subarray(0, newline + 1);
        const line = Buffer.concat([carry, head]);
        if (newline < 0) {
          if (line.length > LONGEST_LINE) throw tooLong();
          carry = line;
          return;
        }
        carry = undefined;
        scanLines(line);
        bytes = bytes.subarray(newline + 1);
      }
      const rest = scanLines(bytes);
      if (rest >= bytes.length) return;
      if (bytes.length - rest > LONGEST_LINE) throw tooLong();
      carry = Buffer.from(bytes.subarray(rest));
    },
    end() {
      if (carry) scanLines(Buffer.concat([carry, Buffer.from([NEWLINE])]));
      carry = undefined;
    },
  };
}

/** Value of one label in raw label text, unescaped; undefined when it is not there. */
export function labelOf(labels: string, name: string): string | undefined {
  let at = 0;
  while (at < labels.length) {
    const equals = labels.indexOf('=', at);
    if (equals < 0) return undefined;
    const key = labels.slice(at, equals).trim();
    const open = labels.indexOf('"', equals);
    if (open < 0) return undefined;
    let close = open + 1;
    let escaped = false;
    while (close < labels.length && labels[close] !== '"') {
      if (labels[close] === '\\') {
        escaped = true;
        close++;
      }
      close++;
    }
    if (key === name) {
      const raw = labels.slice(open + 1, close);
      return escaped ? raw.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character)) : raw;
    }
    at = close + 1;
    while (labels[at] === ',' || labels[at] === ' ') at++;
  }
  return undefined;
}

/** Finds names by a hash of their bytes; the bytes are compared too. */
class NameTable {
  readonly #byHash = new Map<number, { readonly name: string; readonly bytes: Buffer }[]>();

  constructor(names: readonly string[]) {
    for (const name of new Set(names)) {
      const bytes = Buffer.from(name);
      const hash = hashOf(bytes, 0, bytes.length);
      this.#byHash.set(hash, [...(this.#byHash.get(hash) ?? []), { name, bytes }]);
    }
  }

  find(bytes: Buffer, start: number, end: number): string | undefined {
    for (const entry of this.#byHash.get(hashOf(bytes, start, end)) ?? [])
      if (entry.bytes.length === end - start && entry.bytes.compare(bytes, start, end) === 0) return entry.name;
    return undefined;
  }
}

/** FNV-1a. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}

/** The line at `at` is of the series that was skipped before: families come in runs, so this spares the hash nearly always. */
function sameName(bytes: Buffer, at: number, name: Buffer): boolean {
  const { length } = name;
  if (length === 0 || at + length >= bytes.length) return false;
  const after = bytes[at + length];
  if (after !== OPEN && after !== SPACE) return false;
  for (let i = length - 1; i >= 0; i--) if (bytes[at + i] !== name[i]) return false;
  return true;
}

function closingBrace(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte === CLOSE) return at;
    at++;
    if (byte !== QUOTE) continue;
    while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    at++;
  }
  return -1;
}

function skipBlanks(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

function wordEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  // A carriage return ends the word as well: some servers print CRLF.
  while (at < end && bytes[at]! > SPACE) at++;
  return at;
}

/** Integers, which most values are, without a string between. undefined when it is not a number. */
function readNumber(bytes: Buffer, start: number, end: number): number | undefined {
  const length = end - start;
  if (length === 0) return undefined;
  if (length <= 15) {
    let value = 0;
    let at = start;
    while (at < end) {
      const digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at++;
    }
    if (at === end) return value;
  }
  return parseNumber(bytes.toString('latin1', start, end));
}

/** As Prometheus writes numbers: `+Inf`, `-Inf`, `NaN`, `1e-05`. */
export function parseNumber(text: string): number | undefined {
  const special = /^([+-]?)(?:(inf(?:inity)?)|(nan))$/i.exec(text);
  if (special) return special[3] ? Number.NaN : special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function tooLong(): RangeError {
  return new RangeError(`a line of the exposition is longer than ${LONGEST_LINE} bytes`);
}
