import { byteAt, isDigit } from './bytes.ts';

/**
 * The time that the log API puts before each line (timestamps=true): RFC 3339 with up to nine digits of a second, in UTC or with
 * the node's offset, and a space. `2026-01-05T09:00:00.123456789Z `
 */
export class StampReader {
  /** Whole seconds since the Unix epoch. */
  seconds = 0;
  nanoseconds = 0;
  /** Lines of one second share these bytes; the date is reckoned once for all of them. */
  private readonly known = new Uint8Array(SECOND_BYTES);
  private knownSeconds = 0;
  /** Of the stamp that is being read: nanoseconds, and the seconds by which its zone is before UTC. */
  private fraction = 0;
  private offset = 0;

  /** Reads the stamp at `start`. Returns where the line itself begins, or -1 when there is no stamp. */
  read(bytes: Uint8Array, start: number, end: number): number {
    if (end - start <= SECOND_BYTES) return -1;
    if (!this.isKnown(bytes, start) && !this.learn(bytes, start)) return -1;
    const at = this.readZone(bytes, this.readFraction(bytes, start + SECOND_BYTES, end), end);
    // An empty line may come without the space.
    if (at < 0 || (at < end && bytes[at] !== SPACE)) return -1;
    this.seconds = this.knownSeconds - this.offset;
    this.nanoseconds = Math.floor(this.fraction);
    return Math.min(at + 1, end);
  }

  /** Returns where the zone begins. */
  private readFraction(bytes: Uint8Array, start: number, end: number): number {
    this.fraction = 0;
    if (bytes[start] !== DOT) return start;
    let at = start + 1;
    for (let unit = 100_000_000; at < end && isDigit(byteAt(bytes, at)); at++) {
      this.fraction += (byteAt(bytes, at) - ZERO) * unit;
      unit /= 10;
    }
    return at;
  }

  /** Returns where it ends, or -1 when there is none. */
  private readZone(bytes: Uint8Array, at: number, end: number): number {
    this.offset = 0;
    if (bytes[at] === LETTER_Z) return at + 1;
    const sign = bytes[at] === PLUS ? 1 : bytes[at] === MINUS ? -1 : 0;
    if (sign === 0 || at + 6 > end || bytes[at + 3] !== COLON) return -1;
    this.offset = sign * (two(bytes, at + 1) * 3600 + two(bytes, at + 4) * 60);
    return at + 6;
  }

  private isKnown(bytes: Uint8Array, start: number): boolean {
    const { known } = this;
    // From the end: that is where two stamps differ first.
    for (let i = SECOND_BYTES - 1; i >= 0; i--) if (bytes[start + i] !== known[i]) return false;
    return true;
  }

  private learn(bytes: Uint8Array, start: number): boolean {
    for (let i = 0; i < SECOND_BYTES; i++) {
      const byte = byteAt(bytes, start + i);
      const wanted = byteAt(SHAPE, i);
      if (wanted === ZERO ? !isDigit(byte) : byte !== wanted) return false;
    }
    const year = two(bytes, start) * 100 + two(bytes, start + 2);
    const time = Date.UTC(
      year,
      two(bytes, start + 5) - 1,
      two(bytes, start + 8),
      two(bytes, start + 11),
      two(bytes, start + 14),
      two(bytes, start + 17),
    );
    this.knownSeconds = time / 1000;
    this.known.set(bytes.subarray(start, start + SECOND_BYTES));
    return true;
  }
}

const SHAPE = Buffer.from('0000-00-00T00:00:00');
const SECOND_BYTES = SHAPE.length;
const DOT = 46;
const ZERO = 48;
const COLON = 58;
const LETTER_Z = 90;
const PLUS = 43;
const MINUS = 45;
const SPACE = 32;

function two(bytes: Uint8Array, at: number): number {
  return (byteAt(bytes, at) - ZERO) * 10 + byteAt(bytes, at + 1) - ZERO;
}

/** `sinceTime` of the log API, which takes whole seconds. */
export function rfc3339(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
