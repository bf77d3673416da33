interface Printed {
  /** Of one series; each ends with a newline. */
  readonly lines: string;
}

/**
 * The series of a family as bytes, from one printing to the next: what is as it was is copied, and only what changed is encoded. Where one
 * series in twenty has changed, joining them all again took twice as long, and left the collector as much text as the page has.
 */
export class SeriesText {
  #bytes: Buffer = Buffer.alloc(0);
  #lines: string[] = [];
  /** Of each series, in bytes. */
  #sizes = new Uint32Array(0);

  /** All of them, one after the other. Never written to again: a page is made of it over several turns of the event loop. */
  print(series: readonly Printed[]): Buffer {
    if (series.length === this.#lines.length) this.#printChanged(series);
    else this.#printWhole(series);
    return this.#bytes;
  }

  #printWhole(series: readonly Printed[]): void {
    this.#lines = series.map(({ lines }) => lines);
    this.#bytes = Buffer.from(this.#lines.join(''));
    this.#sizes = Uint32Array.from(this.#lines, (lines) => Buffer.byteLength(lines));
  }

  #printChanged(series: readonly Printed[]): void {
    const changed: number[] = [];
    let size = this.#bytes.length;
    for (let at = 0; at < series.length; at++) {
      const lines = series[at]?.lines ?? '';
      if (lines === this.#lines[at]) continue;
      changed.push(at);
      this.#lines[at] = lines;
      size += Buffer.byteLength(lines) - (this.#sizes[at] ?? 0);
    }
    if (changed.length > 0) this.#bytes = this.#copied(changed, size);
  }

  /** What was printed last, with the series at these places anew. @param size of all in bytes. */
  #copied(changed: readonly number[], size: number): Buffer {
    const last = this.#bytes;
    const bytes = Buffer.allocUnsafe(size);
    let from = 0;
    let to = 0;
    let next = 0;
    for (const at of changed) {
      let unchanged = 0;
      for (; next < at; next++) unchanged += this.#sizes[next] ?? 0;
      last.copy(bytes, to, from, from + unchanged);
      from += unchanged + (this.#sizes[at] ?? 0);
      to += unchanged;
      const written = bytes.write(this.#lines[at] ?? '', to);
      to += written;
      this.#sizes[at] = written;
      next = at + 1;
    }
    last.copy(bytes, to, from);
    return bytes;
  }
}
