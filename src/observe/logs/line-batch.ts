import { required } from '../../domain/required.ts';
import { MAX_LINE_BYTES } from '../../scan/line-judge.ts';
import type { Scanner } from '../../scan/scanner.ts';
import type { NamedSignature } from '../../signatures/classify.ts';
import { blankForeignText } from '../../signatures/foreign-text.ts';
import { emptyHeader, klogSeverity, type LineHeader, readLineHeader, SEVERITIES, type Severity } from '../../signatures/line-header.ts';

/** bytes[start, end), without the stamp. There is one such object for all lines: it is valid during the call only. */
export interface LogLine {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Unix milliseconds. */
  readonly at: number;
}

/** Who is told what lines say. */
export interface LineSink {
  lines(severity: Severity, count: number): void;
  matched(signature: NamedSignature, line: LogLine): void;
  /** A line of severity error or fatal that no signature matches. */
  unknownError(line: LogLine, header: LineHeader): void;
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
  private readonly line = { bytes: this.bytes, start: 0, end: 0, at: 0 };
  private readonly severities: Record<Severity, number> = { info: 0, warning: 0, error: 0, fatal: 0, unknown: 0 };
  private readonly scanner: Scanner;
  private readonly signatures: readonly NamedSignature[];

  /** @param signatures Of each pattern of the scanner. */
  constructor(scanner: Scanner, signatures: readonly NamedSignature[]) {
    this.scanner = scanner;
    this.signatures = signatures;
  }

  /** Whether there is room for one more line of so many bytes, at most MAX_LINE_BYTES; there always is in an empty one. */
  fits(length: number): boolean {
    return this.count < BATCH_LINES && this.used + length + 1 <= BATCH_BYTES;
  }

  /** A line that fits. @param at Unix milliseconds. */
  add(bytes: Buffer, start: number, end: number, at: number): void {
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
    const { bytes } = this;
    let line = 0;
    const again: number[] = [];
    this.scanner.scanLines(bytes, 0, this.used, (pattern, _bytes, start, end) => {
      while (this.startOf(line + 1) <= start) line++;
      // Few lines match, so only those are looked at for what clients put into them; without that they may say something else.
      if (blankForeignText(bytes, start, end)) again.push(line);
      else this.match(line, pattern, sink);
    });
    for (const i of again) this.scanner.scanLines(bytes, this.startOf(i), this.startOf(i + 1), (pattern) => this.match(i, pattern, sink));
    for (let i = 0; i < this.count; i++) this.judge(i, sink);
    for (const severity of SEVERITIES) {
      if (this.severities[severity] > 0) sink.lines(severity, this.severities[severity]);
      this.severities[severity] = 0;
    }
    this.used = 0;
    this.count = 0;
  }

  private match(index: number, pattern: number, sink: LineSink): void {
    this.matched[index] = 1;
    sink.matched(required(this.signatures[pattern], 'the signature of a pattern'), this.lineAt(index));
  }

  private lineAt(index: number): LogLine {
    const { line } = this;
    line.start = this.startOf(index);
    line.end = this.startOf(index + 1) - 1;
    line.at = required(this.times[index], 'the time of a line');
    return line;
  }

  /** Where a line begins; the one after the last would begin where the bytes end. */
  private startOf(index: number): number {
    return this.starts[index] ?? this.used;
  }

  /** Only an error that no signature knows needs more than its severity. */
  private judge(index: number, sink: LineSink): void {
    const { bytes, header } = this;
    const start = this.startOf(index);
    const end = this.startOf(index + 1) - 1;
    let severity = end - start > KLOG_PREFIX ? klogSeverity(bytes, start) : undefined;
    const known = this.matched[index] === 1;
    if (severity === undefined || (!known && (severity === 'error' || severity === 'fatal'))) {
      readLineHeader(bytes, start, end, header);
      severity = header.severity;
      if (!known && (severity === 'error' || severity === 'fatal')) sink.unknownError(this.lineAt(index), header);
    }
    this.severities[severity]++;
  }
}
