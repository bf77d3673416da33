import { OpenLine } from './open-line.ts';

const NEWLINE = 10;

/**
 * Called for each line, without its newline. The bytes are valid during the call only.
 * @param length Bytes that the line had; more than end - start when it was cut.
 */
export type OnLine = (bytes: Buffer, start: number, end: number, length: number) => void;

export interface LineLimit {
  /** Of a line, without its newline; no more than these are ever held. */
  readonly maxBytes: number;
  /** What becomes of a longer one: its first bytes are the line, or push() throws a RangeError. */
  readonly longer: 'cut' | 'refuse';
}

/**
 * Pieces of a stream, cut anywhere, to lines. A line that lies in one piece is handed out where it is; only one that is cut by
 * the end of a piece is copied. Empty lines are lines; a carriage return belongs to its line.
 */
export class LineSplitter {
  private readonly limit: LineLimit;
  private readonly line: OpenLine;

  constructor(limit: LineLimit) {
    this.limit = limit;
    this.line = new OpenLine(limit.maxBytes);
  }

  /** A line has begun and not ended. */
  get open(): boolean {
    return this.line.length > 0;
  }

  /** @throws RangeError for a line that is too long, where such are refused; and what onLine throws. */
  push(chunk: Buffer, onLine: OnLine): void {
    let start = 0;
    while (start < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline < 0 ? chunk.length : newline;
      this.check(this.line.length + end - start);
      if (newline < 0) {
        this.line.keep(chunk, start, end);
        return;
      }
      if (this.open) {
        this.line.keep(chunk, start, end);
        this.end(onLine);
      } else onLine(chunk, start, Math.min(end, start + this.limit.maxBytes), end - start);
      start = newline + 1;
    }
  }

  /** The stream ended for good: what has no newline is a line too. */
  end(onLine: OnLine): void {
    if (!this.open) return;
    const { length } = this.line;
    const bytes = this.line.take();
    onLine(bytes, 0, bytes.length, length);
  }

  /** The stream broke off: the line that is open comes again, or never. */
  discard(): void {
    this.line.discard();
  }

  private check(length: number): void {
    if (this.limit.longer === 'refuse' && length > this.limit.maxBytes)
      throw new RangeError(`a line is longer than ${this.limit.maxBytes} bytes`);
  }
}
