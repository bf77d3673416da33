import { required } from '../../domain/required.ts';
import { byteAt } from './bytes.ts';

/** Lines that are remembered one by one. Older ones were certainly seen: a log is read in the order of its file. */
const REMEMBERED = 1024;
const STAMP = 'the stamp of a remembered line';

/** As many are handed to another replica: enough for lines that share a stamp or came out of order. */
const HANDED_OVER = 16;

export interface Stamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

interface Forgotten {
  readonly forgottenSeconds: number;
  readonly forgottenNanoseconds: number;
  readonly forgottenAtOnce: number;
}

/** What a Seam remembers, for another process. */
export interface SavedSeam {
  /** Key, seconds and nanoseconds of each line, oldest first. */
  readonly lines: readonly (readonly [key: number, seconds: number, nanoseconds: number])[];
  /** The newest of those before them, and how many had exactly its stamp. */
  readonly before?: Stamp & { readonly atOnce: number };
  readonly first?: Stamp;
  readonly lastBefore?: Stamp;
}

/**
 * Where the reading of one log stopped, so that a new stream can be taken up there: it begins with lines that were read
 * already, because `sinceTime` knows whole seconds only. The lines of a file have one order, so those that were read are
 * a beginning of it; what is looked for is its end. Stamps alone don't tell: many lines can share one, and the stamps of
 * stdout and stderr, or of a clock that was set, are not in order.
 */
export class Seam {
  private readonly keys = new Int32Array(REMEMBERED);
  private readonly seconds = new Float64Array(REMEMBERED);
  private readonly nanoseconds = new Int32Array(REMEMBERED);
  private count = 0;
  /** Newest stamp of those that are not remembered, and how many have exactly this one. */
  private forgottenSeconds = Number.NEGATIVE_INFINITY;
  private forgottenNanoseconds = 0;
  private forgottenAtOnce = 0;
  /** Remembered lines that were not replayed yet, by key; undefined once the end of what was read is passed. */
  private expected: Map<number, number> | undefined;
  private forgottenExpected = 0;
  /** Of the first line since reset(), and of the last one before it. */
  private first: Stamp | undefined;
  private lastBefore: Stamp | undefined;

  /** Nothing was read yet. */
  get empty(): boolean {
    return this.count === 0;
  }

  /** Of the line that was read last, whole seconds since the Unix epoch. */
  get lastSeconds(): number | undefined {
    return this.last?.seconds;
  }

  /** The line that was read last came by: all that follow are new. */
  get passed(): boolean {
    return this.expected === undefined;
  }

  isBeforeLast(seconds: number, nanoseconds: number): boolean {
    const { last } = this;
    return last !== undefined && (seconds - last.seconds || nanoseconds - last.nanoseconds) < 0;
  }

  private get last(): Stamp | undefined {
    if (this.count === 0) return undefined;
    const slot = (this.count - 1) % REMEMBERED;
    return { seconds: required(this.seconds[slot], STAMP), nanoseconds: required(this.nanoseconds[slot], STAMP) };
  }

  /** Takes what follows as new, although the line that was read last did not come by. */
  accept(): void {
    this.expected = undefined;
  }

  /**
   * A line of an instance that is neither the one that is read nor the one before: true when it lies between the two. Each such
   * line is to be asked about once.
   */
  takeBetween(seconds: number, nanoseconds: number): boolean {
    const { first, lastBefore } = this;
    if (!first || !lastBefore) return false;
    const afterLast = seconds - lastBefore.seconds || nanoseconds - lastBefore.nanoseconds;
    const afterFirst = seconds - first.seconds || nanoseconds - first.nanoseconds;
    if (afterLast < 0 || afterFirst >= 0) return false;
    this.lastBefore = { seconds, nanoseconds };
    return true;
  }

  /** As if fewer lines were remembered one by one. */
  save(): SavedSeam {
    const whole = new Seam();
    whole.take(this.forgotten());
    const from = Math.max(0, this.count - HANDED_OVER);
    for (let i = Math.max(0, this.count - REMEMBERED); i < from; i++) whole.forget(...this.stampAt(i));
    const lines = Array.from({ length: this.count - from }, (_, i) => [this.keyAt(from + i), ...this.stampAt(from + i)] as const);
    const { forgottenSeconds: seconds, forgottenNanoseconds: nanoseconds, forgottenAtOnce: atOnce } = whole;
    return {
      lines,
      ...(Number.isFinite(seconds) && { before: { seconds, nanoseconds, atOnce } }),
      ...(this.first && { first: this.first }),
      ...(this.lastBefore && { lastBefore: this.lastBefore }),
    };
  }

  static restored({ lines, before, first, lastBefore }: SavedSeam): Seam {
    const seam = new Seam();
    for (const [key, seconds, nanoseconds] of lines) seam.record(seconds, nanoseconds, key);
    seam.first = first;
    seam.lastBefore = lastBefore;
    if (before) seam.take({ forgottenSeconds: before.seconds, forgottenNanoseconds: before.nanoseconds, forgottenAtOnce: before.atOnce });
    return seam;
  }

  private forgotten(): Forgotten {
    const { forgottenSeconds, forgottenNanoseconds, forgottenAtOnce } = this;
    return { forgottenSeconds, forgottenNanoseconds, forgottenAtOnce };
  }

  /** What another one has forgotten. */
  private take(of: Forgotten): void {
    this.forgottenSeconds = of.forgottenSeconds;
    this.forgottenNanoseconds = of.forgottenNanoseconds;
    this.forgottenAtOnce = of.forgottenAtOnce;
  }

  private keyAt(index: number): number {
    return required(this.keys[index % REMEMBERED], 'the key of a remembered line');
  }

  private stampAt(index: number): [seconds: number, nanoseconds: number] {
    const slot = index % REMEMBERED;
    return [required(this.seconds[slot], STAMP), required(this.nanoseconds[slot], STAMP)];
  }

  /** What follows is the log of another instance. */
  reset(): void {
    this.lastBefore = this.last ?? this.lastBefore;
    this.first = undefined;
    this.count = 0;
    this.forgottenSeconds = Number.NEGATIVE_INFINITY;
    this.forgottenAtOnce = 0;
    this.expected = undefined;
  }

  /** A stream begins that repeats what was read last. */
  resume(): void {
    if (this.count === 0) {
      this.expected = undefined;
      return;
    }
    const expected = new Map<number, number>();
    for (let i = Math.max(0, this.count - REMEMBERED); i < this.count; i++) {
      const key = this.keyAt(i);
      expected.set(key, (expected.get(key) ?? 0) + 1);
    }
    this.expected = expected;
    this.forgottenExpected = this.forgottenAtOnce;
  }

  /**
   * `new`: read it, and record() it. `seen`: it was read before. `broken`: it is new, but the line that was read last did not
   * come before it: the file is another one, or its beginning is gone.
   */
  judge(seconds: number, nanoseconds: number, key: number): 'new' | 'seen' | 'broken' {
    const { expected } = this;
    if (!expected) return 'new';
    const age = seconds - this.forgottenSeconds || nanoseconds - this.forgottenNanoseconds;
    if (age === 0 && this.forgottenExpected > 0) {
      this.forgottenExpected--;
      return 'seen';
    }
    const left = expected.get(key);
    if (left !== undefined && left > 0) {
      expected.set(key, left - 1);
      if (left === 1 && key === this.keys[(this.count - 1) % REMEMBERED]) this.expected = undefined;
      return 'seen';
    }
    return age <= 0 ? 'seen' : 'broken';
  }

  record(seconds: number, nanoseconds: number, key: number): void {
    const slot = this.count % REMEMBERED;
    this.first ??= { seconds, nanoseconds };
    if (this.count >= REMEMBERED) this.forget(required(this.seconds[slot], STAMP), required(this.nanoseconds[slot], STAMP));
    this.keys[slot] = key;
    this.seconds[slot] = seconds;
    this.nanoseconds[slot] = nanoseconds;
    this.count++;
  }

  private forget(seconds: number, nanoseconds: number): void {
    const later = seconds - this.forgottenSeconds || nanoseconds - this.forgottenNanoseconds;
    if (later < 0) return;
    if (later > 0) this.forgottenAtOnce = 0;
    this.forgottenSeconds = seconds;
    this.forgottenNanoseconds = nanoseconds;
    this.forgottenAtOnce++;
  }
}

/**
 * Of stamp, length and some bytes of a line. Two lines of one key are taken for repetitions of one another, which is harmless
 * while their number is right: what differs in a byte that is not looked at has another stamp as a rule.
 */
// eslint-disable-next-line max-params -- asked of each line of each log: numbers cost nothing, an object would be one for each
export function lineKey(seconds: number, nanoseconds: number, bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const step = length <= 32 ? 1 : length >> 4;
  let hash = Math.imul(seconds | 0, 0x9e3779b1) ^ nanoseconds ^ Math.imul(length, 0x85ebca6b);
  for (let at = end - 1; at >= start; at -= step) hash = Math.imul(hash ^ byteAt(bytes, at), 0x01000193);
  return hash;
}
