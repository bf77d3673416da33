import { redacted } from '../../redact/redact.ts';
import { MAX_LINE_BYTES } from '../../scan/line-judge.ts';
import { LineSplitter } from '../../scan/line-splitter.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { LineBatch, LineSink } from './line-batch.ts';
import { lineKey, type SavedSeam, Seam } from './seam.ts';
import { StampReader } from './stamp.ts';
import { type SavedTrace, TraceRecord } from './trace-record.ts';

/** Told of lines that could not be read as they should. */
export interface Drops {
  dropped(why: 'budget' | 'truncated'): void;
}

/** The stamp before a line is not the line's. */
const MAX_STAMPED_BYTES = MAX_LINE_BYTES + 36;
const LAST_WORDS = 20;
const LONGEST_WORD = 512;

/** How far a log was read, for another process. */
export interface SavedReader {
  readonly seam: SavedSeam;
  readonly trace?: SavedTrace;
}

/** Bytes of one container's log, over all of its streams, to lines that are read exactly once. */
export class LogReader {
  readonly seam: Seam;
  /** What the kubelet wrote into the stream instead of a line: it has no stamp. */
  trailer: string | undefined;
  /** The stream is not of the file that was read last; nothing of it was read. */
  broken = false;
  /** Of a log that ended: between what was read last and what it goes on with, lines may be missing. */
  gap = false;
  /** The stream had lines that the last one did not get to, or its last one: it is of the same instance. */
  continued = false;
  private readonly splitter = new LineSplitter({ maxBytes: MAX_STAMPED_BYTES, longer: 'cut' });
  private readonly stamp = new StampReader();
  private readonly trace = new TraceRecord();
  private readonly batch: LineBatch;
  private readonly sink: LineSink & Drops;
  private readonly budget: ByteBudget;
  /** The last lines of this stream, when they are wanted. */
  private words: string[] | undefined;

  /** @param saved where another process stopped. */
  constructor({
    batch,
    sink,
    budget,
    saved,
  }: { batch: LineBatch; sink: LineSink & Drops; budget: ByteBudget; saved?: SavedReader | undefined }) {
    this.batch = batch;
    this.sink = sink;
    this.budget = budget;
    this.seam = saved ? Seam.restored(saved.seam) : new Seam();
    if (saved?.trace) this.trace.restore(saved.trace);
  }

  /** True to what was counted: a line that has not ended yet is read again. */
  save(): SavedReader {
    const trace = this.trace.save();
    return { seam: this.seam.save(), ...(trace && { trace }) };
  }

  /** A stream begins. `keepWords`: of a container that ended, whose last lines are kept and which no budget cuts. */
  begin({ keepWords = false } = {}): void {
    this.splitter.discard();
    this.seam.resume();
    this.trailer = undefined;
    this.broken = false;
    this.gap = false;
    this.continued = false;
    this.words = keepWords ? [] : undefined;
  }

  push(chunk: Buffer): void {
    this.splitter.push(chunk, this.onLine);
    this.batch.flush(this.sink);
  }

  /** The log ended, not only the stream. Returns the last lines, when they were to be kept. */
  end(): readonly string[] {
    this.splitter.end(this.onLine);
    this.batch.flush(this.sink);
    if (this.seam.passed) this.continued = true;
    // As one text: a key has many lines.
    return this.words ? redacted(this.words.join('\n')).split('\n') : [];
  }

  private readonly onLine = (bytes: Buffer, start: number, end: number, length: number): void => {
    if (this.broken) return;
    const { stamp, seam } = this;
    const text = stamp.read(bytes, start, end);
    if (text < 0) {
      this.trailer = redacted(Buffer.from(bytes.subarray(start, Math.min(end, start + LONGEST_WORD))).toString('utf8'));
      return;
    }
    const { seconds, nanoseconds } = stamp;
    const key = lineKey(seconds, nanoseconds, bytes, text, end);
    const verdict = seam.judge(seconds, nanoseconds, key);
    if (verdict === 'broken' && !this.words) {
      this.broken = true;
      return;
    }
    if (this.words) keepWord(this.words, bytes, text, end);
    if (verdict === 'seen') return;
    if (verdict === 'broken') {
      if (seam.isBeforeLast(seconds, nanoseconds)) {
        // Of an instance before the one that was read last: it came and went while nobody looked, or it was read then.
        if (seam.takeBetween(seconds, nanoseconds)) this.take(bytes, text, end, length - (text - start));
        return;
      }
      this.gap = true;
      seam.accept();
    }
    this.continued = true;
    seam.record(seconds, nanoseconds, key);
    this.take(bytes, text, end, length - (text - start));
  };

  /** @param length Bytes of the line, those that were cut included. */
  private take(bytes: Buffer, text: number, end: number, length: number): void {
    const { seconds, nanoseconds } = this.stamp;
    if (!this.words && !this.budget.take(length + 1)) {
      this.sink.dropped('budget');
      return;
    }
    if (length > MAX_LINE_BYTES) this.sink.dropped('truncated');
    const at = seconds * 1000 + Math.floor(nanoseconds / 1e6);
    const ownEnd = this.trace.ownEnd(bytes, text, end, at);
    const until = Math.min(ownEnd, text + MAX_LINE_BYTES);
    if (!this.batch.fits(until - text)) this.batch.flush(this.sink);
    this.batch.add(bytes, text, until, at);
  }
}

function keepWord(words: string[], bytes: Buffer, start: number, end: number): void {
  words.push(
    Buffer.from(bytes.subarray(start, Math.min(end, start + LONGEST_WORD)))
      .toString('utf8')
      .slice(0, LONGEST_WORD),
  );
  if (words.length > LAST_WORDS) words.shift();
}
