const FIRST_BYTES = 4096;
const NONE = Buffer.alloc(0);

/** A line whose end has not arrived: its first bytes, up to a limit, and how many it has so far. Holds no more than it needs. */
export class OpenLine {
  private readonly limit: number;
  private bytes: Buffer = NONE;
  private kept = 0;
  private seen = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes of the line so far, those beyond the limit included; 0 = no line is open. */
  get length(): number {
    return this.seen;
  }

  /** Adds chunk[start, end). */
  keep(chunk: Uint8Array, start: number, end: number): void {
    const taken = Math.min(end - start, this.limit - this.kept);
    this.grow(this.kept + taken);
    this.bytes.set(chunk.subarray(start, start + taken), this.kept);
    this.kept += taken;
    this.seen += end - start;
  }

  /** Its bytes, valid until the next call of keep(); none is open afterwards. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.kept);
    this.discard();
    return taken;
  }

  discard(): void {
    this.kept = 0;
    this.seen = 0;
    // Thousands of streams are open at once, and few of them have long lines.
    if (this.bytes.length > FIRST_BYTES) this.bytes = NONE;
  }

  private grow(needed: number): void {
    if (needed <= this.bytes.length) return;
    const size = Math.min(this.limit, Math.max(FIRST_BYTES, 2 ** Math.ceil(Math.log2(needed))));
    const grown = Buffer.allocUnsafeSlow(size);
    grown.set(this.bytes.subarray(0, this.kept));
    this.bytes = grown;
  }
}
