import type { NamedSignature } from '../../signatures/classify.ts';
import { emptyHeader, type LineHeader, readLineHeader, type Severity } from '../../signatures/line-header.ts';
import type { Scanner } from '../../signatures/scanner.ts';
import { MAX_LOG_LINE_BYTES } from './line-splitter.ts';

/** Who is told what lines say. The bytes are valid during the call only; times are Unix milliseconds. */
export interface LineSink {
  line(severity: Severity): void;
  matched(signature: NamedSignature, bytes: Uint8Array, start: number, end: number, at: number): void;
  /** A line of severity error or fatal that no signature matches. */
  unknownError(bytes: Uint8Array, start: number, end: number, header: LineHeader, at: number): void;
}

const BATCH_BYTES = 64 * 1024 + MAX_LOG_LINE_BYTES;
const BATCH_LINES = 4096;
const NEWLINE = 10;

/**
 * Lines of one stream without their stamps, side by side, as the scanner likes them best. One for all streams: it is empty
 * between two pieces of work.
 */
export class LineBatch {
  /** A Buffer, because its indexOf is the fast one. */
  private readonly bytes = Buffer.alloc(BATCH_BYTES);
  private used = 0;
  private count = 0;
  private readonly starts = new Int32Array(BATCH_LINES + 1);
  private readonly times = new Float64Array(BATCH_LINES);
  private readonly matched = new Uint8Array(BATCH_LINES);
  private readonly header = emptyHeader();
  private readonly scanner: Scanner;
  private readonly signatures: readonly NamedSignature[];

  /** @param signatures Of each pattern of the scanner. */
  constructor(scanner: Scanner, signatures: readonly NamedSignature[]) {
    this.scanner = scanner;
    this.signatures = signatures;
  }

  add(bytes: Uint8Array, start: number, end: number, at: number, sink: LineSink): void {
    if (this.count === BATCH_LINES || this.used + end - start + 1 > BATCH_BYTES) this.flush(sink);
    this.times[this.count] = at;
    this.matched[this.count] = 0;
    this.count++;
    copy(bytes, start, end, this.bytes, this.used);
    this.used += end - start;
    this.bytes[this.used++] = NEWLINE;
    this.starts[this.count] = this.used;
  }

  flush(sink: LineSink): void {
    if (this.count === 0) return;
    const { bytes, starts, times, matched } = this;
    let line = 0;
    this.scanner.scanLines(bytes, 0, this.used, (pattern, _bytes, start, end) => {
      while (starts[line + 1]! <= start) line++;
      matched[line] = 1;
      sink.matched(this.signatures[pattern]!, bytes, start, end, times[line]!);
    });
    const { header } = this;
    for (let i = 0; i < this.count; i++) {
      readLineHeader(bytes, starts[i]!, starts[i + 1]! - 1, header);
      sink.line(header.severity);
      if (matched[i] === 0 && (header.severity === 'error' || header.severity === 'fatal'))
        sink.unknownError(bytes, starts[i]!, starts[i + 1]! - 1, header, times[i]!);
    }
    this.used = 0;
    this.count = 0;
  }
}

/** Short pieces are copied faster by hand than by a view that has to be made first. */
function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 256) {
    to.set(from.subarray(start, end), at);
    return;
  }
  for (let i = start, j = at; i < end; i++, j++) to[j] = from[i]!;
}
