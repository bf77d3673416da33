import { EventEmitter } from 'node:events';

export interface LogLine {
  /** RFC 3339 with nine digits. */
  readonly stamp: string;
  /** Unix milliseconds of the stamp. */
  readonly at: number;
  readonly text: string;
}

/** What the kubelet serves: the current file only, hence the limit stands for its rotation (containerLogMaxSize). */
const ROTATE_BYTES = 2 * 2 ** 20;

/**
 * The log of one run of one container. Lines written together share a stamp, as it happens with a fast writer.
 * Rotation drops what was written so far from what can be read, but not from followers.
 */
export class LogFile {
  #lines: LogLine[] = [];
  #bytes = 0;
  #lastNanoseconds = 0n;
  #ended = false;
  #written = 0;
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Lines since its beginning, those too that were rotated away. */
  get written(): number {
    return this.#written;
  }

  /** Streams that follow it. */
  get followers(): number {
    return this.#emitter.listenerCount('lines');
  }

  write(...texts: string[]): void {
    if (this.#ended || texts.length === 0) return;
    const at = Date.now();
    const nanoseconds = BigInt(at) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n);
    // A clock that stands still or goes back for less than a millisecond must not reorder lines.
    this.#lastNanoseconds = nanoseconds > this.#lastNanoseconds ? nanoseconds : this.#lastNanoseconds + 1n;
    const stamp = nanosecondStamp(this.#lastNanoseconds);
    const lines = texts.map((text) => ({ stamp, at: Number(this.#lastNanoseconds / 1_000_000n), text }));
    this.#written += lines.length;
    for (const line of lines) {
      this.#bytes += line.text.length + line.stamp.length + 2;
      this.#lines.push(line);
    }
    this.#emitter.emit('lines', lines);
    if (this.#bytes > ROTATE_BYTES) this.rotate();
  }

  rotate(): void {
    this.#lines = [];
    this.#bytes = 0;
  }

  /** The container stopped: followers see the end. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#emitter.emit('end');
  }

  follow(onLines: (lines: readonly LogLine[]) => void, onEnd: () => void): () => void {
    this.#emitter.on('lines', onLines);
    this.#emitter.on('end', onEnd);
    return () => {
      this.#emitter.off('lines', onLines);
      this.#emitter.off('end', onEnd);
    };
  }
}

function nanosecondStamp(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}Z`;
}
