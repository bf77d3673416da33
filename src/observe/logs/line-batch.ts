import { MAX_LINE_BYTES, type Scanner } from '../../scan/scanner.ts';
import type { NamedSignature } from '../../signatures/classify.ts';
import { blankForeignText } from '../../signatures/foreign-text.ts';
import { emptyHeader, klogSeverity, type LineHeader, readLineHeader, SEVERITIES, type Severity } from '../../signatures/line-header.ts';

/** Who is told what lines say. The bytes are valid during the call only; times are Unix milliseconds. */
export interface LineSink {
  lines(severity: Severity, count: number): void;
  matched(signature: NamedSignature, bytes: Uint8Array, start: number, end: number, at: number): void;
  /** A line of severity error or fatal that no signature matches. */
  unknownError(bytes: Uint8Array, start: number, end: number, header: LineHeader, at: number): void;
}

const BATCH_BYTES = 64 * 1024 + MAX_LINE_BYTES;
const BATCH_LINES = 4096;
const NEWLINE = 10;
/** `E0105 ` */
const KLOG_PREFIX = 6;

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
  private readonly severities: Record<Severity, number> = { info: 0, warning: 0, error: 0, fatal: 0, unknown: 0 };
  private readonly scanner: Scanner;
  private readonly signatures: readonly NamedSignature[];

  /** @param signatures Of each pattern of the scanner. */
  constructor(scanner: Scanner, signatures: readonly NamedSignature[]) {
    this.scanner = scanner;
    this.signatures = signatures;
  }

  add(bytes: Buffer, start: number, end: number, at: number, sink: LineSink): void {
    if (this.count === BATCH_LINES || this.used + end - start + 1 > BATCH_BYTES) this.flush(sink);
    this.times[this.count] = at;
    this.matched[this.count] = 0;
    this.count++;
    bytes.copy(this.bytes, this.used, start, end);
    this.used += end - start;
    this.bytes[this.used++] = NEWLINE;
    this.starts[this.count] = this.used;
  }

  flush(sink: LineSink): void {
    if (this.count === 0) return;
    const { bytes, starts, times, matched } = this;
    let line = 0;
    const again: number[] = [];
    this.scanner.scanLines(bytes, 0, this.used, (pattern, _bytes, start, end) => {
      while (starts[line + 1]! <= start) line++;
      // Few lines match, so only those are looked at for what clients put into them; without that they may say something else.
      if (blankForeignText(bytes, start, end)) {
        again.push(line);
        return;
      }
      matched[line] = 1;
      sink.matched(this.signatures[pattern]!, bytes, start, end, times[line]!);
    });
    for (const i of again)
      this.scanner.scanLines(bytes, starts[i]!, starts[i + 1]!, (pattern, _bytes, start, end) => {
        matched[i] = 1;
        sink.matched(this.signatures[pattern]!, bytes, start, end, times[i]!);
      });
    for (let i = 0; i < this.count; i++) this.judge(i, sink);
    for (const severity of SEVERITIES) {
      if (this.severities[severity] > 0) sink.lines(severity, this.severities[severity]);
      this.severities[severity] = 0;
    }
    this.used = 0;
    this.count = 0;
  }

  /** Only an error that no signature knows needs more than its severity. */
  private judge(line: number, sink: LineSink): void {
    const { bytes, starts, header } = this;
    const start = starts[line]!;
    const end = starts[line + 1]! - 1;
    let severity = end - start > KLOG_PREFIX ? klogSeverity(bytes, start) : undefined;
    const known = this.matched[line] === 1;
    if (severity === undefined || (!known && (severity === 'error' || severity === 'fatal'))) {
      readLineHeader(bytes, start, end, header);
      severity = header.severity;
      if (!known && (severity === 'error' || severity === 'fatal')) sink.unknownError(bytes, start, end, header, this.times[line]!);
    }
    this.severities[severity]++;
  }
}
