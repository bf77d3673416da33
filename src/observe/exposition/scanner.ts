import { type OnSample, readSample } from './sample-line.ts';

const NEWLINE = 10;
const HASH = 35;
const SPACE = 32;
const TAB = 9;
const OPEN = 123;
/** Longer lines are no exposition: nothing may grow with what a server sends. */
export const LONGEST_LINE = 64 * 1024;
/** HELP is as long as somebody likes; the name stands at its beginning. */
const LONGEST_NAME = 512;

export interface ScannerOptions {
  /** Names of the samples that are wanted, suffix included: `etcd_request_duration_seconds_sum`. All others are jumped over. */
  readonly wanted: readonly string[];
  readonly onSample: OnSample;
  /**
   * Every family has a HELP or TYPE line, as every Kubernetes component prints it: whatever is not wanted is found over by
   * searching for what is. Without it, untyped series between families are found too, line by line.
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
 * holding it: a kube-apiserver prints 8 MB, of which a dozen families matter.
 */
export function createExpositionScanner({ wanted, onSample, typed = false }: ScannerOptions): ExpositionScanner {
  const lines: LineReader = typed ? new TypedLines(wanted, onSample) : new AllLines(wanted, onSample);
  let carry: Buffer | undefined;
  return {
    write(chunk) {
      let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (carry) {
        // Only the line that was cut is put together; the rest of the piece is read where it is.
        const newline = bytes.indexOf(NEWLINE);
        const line = Buffer.concat([carry, newline < 0 ? bytes : bytes.subarray(0, newline + 1)]);
        if (line.length > LONGEST_LINE) throw tooLong();
        carry = newline < 0 ? line : undefined;
        if (newline < 0) return;
        lines.read(line);
        bytes = bytes.subarray(newline + 1);
      }
      const rest = lines.read(bytes);
      if (bytes.length - rest > LONGEST_LINE) throw tooLong();
      if (rest < bytes.length) carry = Buffer.from(bytes.subarray(rest));
    },
    end() {
      if (carry) lines.read(Buffer.concat([carry, Buffer.from([NEWLINE])]));
      carry = undefined;
    },
  };
}

interface LineReader {
  /** Reads the whole lines of `bytes`, which begin at a line's start; returns where the unfinished one starts. */
  read(bytes: Buffer): number;
}

/** What stands at the start of a line, with the newline before it, and where it comes next in the piece that is being read. */
interface Needle {
  readonly bytes: Buffer;
  readonly name: string;
  at: number;
}

const NONE = Number.POSITIVE_INFINITY;

/**
 * Searches for the lines that matter instead of looking at all: the next comment, and in a family of which something is wanted
 * the next wanted sample. The search is native, so it is fast on its first run too, and readings are half a minute apart.
 */
class TypedLines implements LineReader {
  readonly #onSample: OnSample;
  readonly #samples: ReadonlyMap<string, Needle>;
  /** By the name of the family, which its samples carry with or without a suffix. */
  readonly #families = new Map<string, Needle[]>();
  readonly #comment = needleOf('# ');
  #needles: readonly Needle[] = [];

  constructor(wanted: readonly string[], onSample: OnSample) {
    this.#onSample = onSample;
    this.#samples = new Map(wanted.map((name) => [name, needleOf(name)]));
    for (const [name, needle] of this.#samples)
      for (const family of new Set([name, name.replace(/_(?:total|sum|count|bucket|created|info)$/, '')]))
        this.#families.set(family, [...(this.#families.get(family) ?? []), needle]);
  }

  read(bytes: Buffer): number {
    this.#comment.at = -1;
    for (const needle of this.#needles) needle.at = -1;
    let newline = bytes.indexOf(NEWLINE);
    if (newline < 0) return 0;
    this.#readFirst(bytes, newline);
    for (;;) {
      const next = this.#next(bytes, newline);
      if (next.at === NONE) return bytes.lastIndexOf(NEWLINE) + 1;
      const start = next.at + 1;
      newline = bytes.indexOf(NEWLINE, start);
      if (newline < 0) return start;
      if (next === this.#comment) this.#readComment(bytes, start, newline);
      else this.#readLine(bytes.toString('utf8', start, newline));
    }
  }

  /** Nothing stands before the first line of a piece, so it is not found by a search. */
  #readFirst(bytes: Buffer, newline: number): void {
    if (bytes[0] === HASH) this.#readComment(bytes, 0, newline);
    else if (this.#needles.length > 0) this.#readLine(bytes.toString('utf8', 0, newline));
  }

  /** A wanted name may be the beginning of another one, so what was found is not yet what stands there. */
  #readLine(line: string): void {
    const needle = this.#needles.find(({ name }) => line.startsWith(name) && endsName(line.charCodeAt(name.length)));
    if (needle) readSample(line, needle.name, this.#onSample);
  }

  #next(bytes: Buffer, from: number): Needle {
    let first = seek(this.#comment, bytes, from);
    for (const needle of this.#needles) if (seek(needle, bytes, from).at < first.at) first = needle;
    return first;
  }

  /** `# HELP name …` and `# TYPE name …` begin a family; any other comment says nothing of what follows. */
  #readComment(bytes: Buffer, start: number, end: number): void {
    const text = bytes.toString('latin1', start, Math.min(end, start + LONGEST_NAME));
    if (!text.startsWith('# HELP ') && !text.startsWith('# TYPE ')) return;
    const space = text.indexOf(' ', 7);
    this.#needles = this.#families.get(space < 0 ? text.slice(7) : text.slice(7, space)) ?? [];
    for (const needle of this.#needles) needle.at = -1;
  }
}

function needleOf(name: string): Needle {
  return { bytes: Buffer.from(`\n${name}`), name, at: -1 };
}

/** Where it comes next is looked up once, so that each byte is searched once for each needle, however many lines there are. */
function seek(needle: Needle, bytes: Buffer, from: number): Needle {
  if (needle.at < from) {
    const at = bytes.indexOf(needle.bytes, from);
    needle.at = at < 0 ? NONE : at;
  }
  return needle;
}

/** Looks at each line. Series come in runs of one name, so most are told from wanted ones by one comparison. */
class AllLines implements LineReader {
  readonly #onSample: OnSample;
  readonly #wanted: ReadonlySet<string>;
  #skipped: Buffer = Buffer.alloc(0);

  constructor(wanted: readonly string[], onSample: OnSample) {
    this.#onSample = onSample;
    this.#wanted = new Set(wanted);
  }

  read(bytes: Buffer): number {
    let start = 0;
    for (;;) {
      const newline = bytes.indexOf(NEWLINE, start);
      if (newline < 0) return start;
      if (bytes[start] !== HASH && !this.#isSkipped(bytes, start)) this.#readLine(bytes, start, newline);
      start = newline + 1;
    }
  }

  #readLine(bytes: Buffer, start: number, end: number): void {
    const nameEnd = endOfName(bytes, start, end);
    const name = bytes.toString('latin1', start, nameEnd);
    if (this.#wanted.has(name)) readSample(bytes.toString('utf8', start, end), name, this.#onSample);
    else this.#skipped = Buffer.from(bytes.subarray(start, nameEnd));
  }

  #isSkipped(bytes: Buffer, start: number): boolean {
    const { length } = this.#skipped;
    if (length === 0 || !endsName(bytes[start + length])) return false;
    for (let i = length - 1; i >= 0; i--) if (bytes[start + i] !== this.#skipped[i]) return false;
    return true;
  }
}

function endsName(byte: number | undefined): boolean {
  return byte === OPEN || byte === SPACE || byte === TAB;
}

function endOfName(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && !endsName(bytes[at])) at++;
  return at;
}

function tooLong(): RangeError {
  return new RangeError(`a line of the exposition is longer than ${LONGEST_LINE} bytes`);
}
