const NEWLINE = 10;
const FIRST_LENGTH = 4096;

/** Where the lines of a region end. Reused for all regions. */
export class LineEnds {
  /** In [0, count): index of each line's newline, or of the region's end. */
  list = new Int32Array(FIRST_LENGTH);
  count = 0;

  /** Of whole lines in bytes[start, end); the newline of the last one may be missing. */
  find(bytes: Uint8Array, start: number, end: number): void {
    let count = 0;
    for (let at = start; at < end; ) {
      const newline = bytes.indexOf(NEWLINE, at);
      const lineEnd = newline < 0 || newline >= end ? end : newline;
      if (count === this.list.length) this.grow();
      this.list[count++] = lineEnd;
      at = lineEnd + 1;
    }
    this.count = count;
  }

  private grow(): void {
    const grown = new Int32Array(this.list.length * 2);
    grown.set(this.list);
    this.list = grown;
  }
}
