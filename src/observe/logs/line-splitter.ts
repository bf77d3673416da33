/** 64 KiB of a line are read; the rest of it is skipped. */
export const MAX_LOG_LINE_BYTES = 65_536;
/** The stamp before a line is not the line's. */
const MAX_STAMPED_BYTES = MAX_LOG_LINE_BYTES + 36;
const NEWLINE = 10;
const FIRST_CARRY_BYTES = 4096;

/**
 * Called for each line, stamp and all, without its newline. The bytes are valid during the call only.
 * @param length Bytes that the line had; more than end - start when it was cut.
 */
export type OnLine = (bytes: Buffer, start: number, end: number, length: number) => void;

/** Pieces of a stream, cut anywhere, to lines. Keeps one open line, of which it holds no more than the cap. */
export class LogLineSplitter {
  private carry = Buffer.alloc(0);
  private carried = 0;
  /** Bytes of the open line, those that were skipped included. */
  private length = 0;

  push(chunk: Buffer, onLine: OnLine): void {
    let start = 0;
    while (start < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline < 0) {
        this.keep(chunk, start, chunk.length);
        return;
      }
      if (this.length > 0) {
        this.keep(chunk, start, newline);
        this.end(onLine);
      } else onLine(chunk, start, Math.min(newline, start + MAX_STAMPED_BYTES), newline - start);
      start = newline + 1;
    }
  }

  /** The stream ended for good: what has no newline is a line too. */
  end(onLine: OnLine): void {
    if (this.length === 0) return;
    const { carry, carried, length } = this;
    this.discard();
    onLine(carry, 0, carried, length);
  }

  /** The stream broke off: the line that is open comes again. */
  discard(): void {
    this.carried = 0;
    this.length = 0;
    if (this.carry.length > FIRST_CARRY_BYTES) this.carry = Buffer.alloc(0);
  }

  private keep(chunk: Buffer, start: number, end: number): void {
    const kept = Math.min(end - start, MAX_STAMPED_BYTES - this.carried);
    this.grow(this.carried + kept);
    chunk.copy(this.carry, this.carried, start, start + kept);
    this.carried += kept;
    this.length += end - start;
  }

  private grow(needed: number): void {
    if (needed <= this.carry.length) return;
    const grown = Buffer.alloc(Math.min(MAX_STAMPED_BYTES, Math.max(FIRST_CARRY_BYTES, 2 ** Math.ceil(Math.log2(needed)))));
    this.carry.copy(grown, 0, 0, this.carried);
    this.carry = grown;
  }
}
