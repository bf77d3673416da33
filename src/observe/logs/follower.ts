import type { IncomingMessage } from 'node:http';
import { required } from '../../domain/required.ts';
import type { KubeClient } from '../../kube/api.ts';
import { KubeRequestError, KubeStatusError } from '../../kube/errors.ts';
import { refusalOf } from '../../kube/stream.ts';
import type { Clock } from '../../source/clock.ts';
import { unauthorised } from '../../source/status.ts';
import { type FollowedContainer, logPath } from './followed-container.ts';
import type { LogReader, SavedReader } from './log-reader.ts';
import { rfc3339 } from './stamp.ts';
import type { Turns } from './turns.ts';

/** What a follower's last request was answered with. */
export type FollowState =
  | { readonly kind: 'pending' }
  /** It is read, or there is nothing to read yet. */
  | { readonly kind: 'open'; readonly at: number }
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'unauthorised' | 'failed'; readonly message: string };

export interface FollowerEvents {
  /** Lines may be missing: the log API no longer has what follows the line that was read last. */
  gap(): void;
  lastWords(lines: readonly string[]): void;
  /** Called for each answer. */
  state(state: FollowState): void;
}

export interface Pace {
  /** Wait before a log is asked for again, milliseconds; twice as long after each failure up to `maxMs`. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** A stream that is silent for so long is opened anew: something between may have forgotten the connection. */
  readonly idleMs: number;
  /** The kubelet sends not even a header before the first line: after so long it is asked whether the log is there, and empty. */
  readonly quietMs: number;
}

/** Load balancers forget silent connections after 240 s and more. */
export const PACE: Pace = { firstMs: 250, maxMs: 30_000, idleMs: 225_000, quietMs: 3_000 };
/** A stream that stood for so long ended for reasons of its own: the next one is opened soon. */
const HEALTHY_MS = 5_000;
/** Of a log that was there before us: enough to see what goes on. */
const FIRST_LINES = '1000';
const FIRST_PREVIOUS_LINES = '200';
/** Context of the last words, seconds. */
const WORDS_SECONDS = 10;
/** What an instance said that ended longer ago says nothing of now. */
const OLD_RESTART_MS = 3_600_000;

type From = 'recent' | 'start' | { readonly sinceSeconds: number };

/** How far a log was followed, for another process. */
export interface SavedFollower {
  readonly accounted: number;
  readonly from: From;
  readonly reader: SavedReader;
}

/**
 * Follows the log of one container, over disconnects, rotations and restarts, until the signal aborts. A stream is taken up
 * where the one before stopped. Where it can't be, either the container restarted, and the log of its previous instance has
 * the rest; or the log was rotated, and what was lost is unknown.
 */
export class Follower {
  private container: FollowedContainer;
  private readonly client: KubeClient;
  private readonly clock: Clock;
  private readonly turns: Turns;
  private readonly reader: LogReader;
  private readonly events: FollowerEvents;
  private readonly pace: Pace;
  private failures = 0;
  /** Restarts whose previous log was read. */
  private accounted: number;
  /** A stream of the log was opened, so from now on nothing of it is older than we are. */
  private followed = false;
  /** Where the next stream begins. */
  private from: From = 'recent';
  private stream: AbortController | undefined;
  private wake: (() => void) | undefined;

  constructor(
    container: FollowedContainer,
    deps: {
      client: KubeClient;
      clock: Clock;
      turns: Turns;
      reader: LogReader;
      events: FollowerEvents;
      pace: Pace;
      begin: 'recent' | 'start' | SavedFollower;
    },
  ) {
    this.container = container;
    this.client = deps.client;
    this.clock = deps.clock;
    this.turns = deps.turns;
    this.reader = deps.reader;
    this.events = deps.events;
    this.pace = deps.pace;
    const { begin } = deps;
    if (typeof begin === 'object') {
      this.from = begin.from;
      this.followed = true;
      this.accounted = begin.accounted;
      return;
    }
    this.from = begin;
    const { restarts, startedAt } = container;
    const old = startedAt !== undefined && deps.clock() - startedAt > OLD_RESTART_MS;
    this.accounted = old ? restarts : 0;
  }

  /** Undefined while nothing of it was opened: whoever goes on begins as we did. */
  save(): SavedFollower | undefined {
    return this.followed ? { accounted: this.accounted, from: this.from, reader: this.reader.save() } : undefined;
  }

  /** What discovery knows of the container now. */
  update(container: FollowedContainer): void {
    const changed = container.restarts !== this.container.restarts || container.running !== this.container.running;
    this.container = container;
    if (!changed) return;
    // Whatever the stream still had to say is in the previous log.
    if (container.restarts > this.accounted) this.stream?.abort();
    this.nudge();
  }

  /** The server answers again: no need to wait. */
  nudge(): void {
    this.wake?.();
  }

  /** @param delayMs Before the first request: many logs begin one after another. */
  async run(signal: AbortSignal, delayMs: number): Promise<void> {
    await this.sleep(delayMs, signal);
    while (!signal.aborted) {
      let wait: number;
      try {
        while (this.container.restarts > this.accounted && !signal.aborted) await this.takeRestart(signal);
        await this.follow(signal);
        wait = this.container.restarts > this.accounted ? 0 : this.delay();
      } catch (error) {
        if (signal.aborted) return;
        wait = this.failed(error as Error);
      }
      await this.sleep(wait, signal);
    }
  }

  /** Until the stream ends, whatever ends it. */
  private async follow(signal: AbortSignal): Promise<void> {
    const { reader } = this;
    reader.begin();
    const stream = new AbortController();
    const give = () => stream.abort();
    signal.addEventListener('abort', give, { once: true });
    this.stream = stream;
    const startedAt = performance.now();
    try {
      await this.read({ follow: 'true', ...this.resumeQuery() }, stream.signal);
    } catch (error) {
      const silent = error instanceof KubeRequestError && error.code === 'TIMEOUT';
      // Given up by ourselves, because the container restarted.
      if (!silent && !(stream.signal.aborted && !signal.aborted)) throw error;
    } finally {
      this.stream = undefined;
      signal.removeEventListener('abort', give);
      if (reader.continued || performance.now() - startedAt >= HEALTHY_MS) this.failures = 0;
    }
    if (reader.broken) await this.mend(signal);
    else if (reader.trailer !== undefined) throw new Error(`the kubelet says: ${reader.trailer}`);
  }

  private resumeQuery(): Readonly<Record<string, string>> {
    const { lastSeconds } = this.reader.seam;
    if (lastSeconds !== undefined) return { sinceTime: rfc3339(lastSeconds - 1) };
    if (this.from === 'recent') return { tailLines: FIRST_LINES };
    return this.from === 'start' ? {} : { sinceTime: rfc3339(this.from.sinceSeconds) };
  }

  /** The stream is not of the file that was read last. */
  private async mend(signal: AbortSignal): Promise<void> {
    const { reader } = this;
    const sinceSeconds = required(reader.seam.lastSeconds, 'the line that was read last') - 1;
    if (await this.takePrevious(signal)) {
      this.accounted = Math.max(this.accounted + 1, this.container.restarts);
      this.from = 'start';
    } else {
      this.events.gap();
      this.from = { sinceSeconds };
    }
    reader.seam.reset();
    this.failures = 0;
  }

  private async takeRestart(signal: AbortSignal): Promise<void> {
    const { restarts } = this.container;
    const isOurs = await this.takePrevious(signal);
    this.accounted = Math.max(this.accounted, restarts);
    this.failures = 0;
    // Else the instance that is followed is a newer one already, or the next stream will show that it is not.
    if (!isOurs && !this.reader.seam.empty) return;
    this.reader.seam.reset();
    if (this.followed) this.from = 'start';
  }

  /** Reads what the previous instance said after the line that was read last. True when it is the instance of that line. */
  private async takePrevious(signal: AbortSignal): Promise<boolean> {
    const { reader } = this;
    const { lastSeconds } = reader.seam;
    const query =
      lastSeconds !== undefined
        ? { sinceTime: rfc3339(lastSeconds - WORDS_SECONDS) }
        : this.from === 'recent' && !this.followed
          ? { tailLines: FIRST_PREVIOUS_LINES }
          : undefined;
    reader.begin({ keepWords: true });
    try {
      await this.read({ previous: 'true', ...query }, signal);
    } catch (error) {
      // There is none, or it is gone.
      if (error instanceof KubeStatusError && (error.status === 400 || error.status === 404)) return false;
      throw error;
    }
    const words = reader.end();
    if (reader.gap) this.events.gap();
    if (words.length > 0) this.events.lastWords(words);
    return reader.continued;
  }

  /** One answer to its end. Rejects when there is none, or it breaks off. */
  private async read(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const path = logPath(this.container, query);
    const follows = query['follow'] !== undefined;
    const quiet = follows ? setTimeout(() => void this.askWhetherQuiet(signal), this.pace.quietMs) : undefined;
    try {
      const response = await this.client.open(path, {
        signal,
        headers: { accept: '*/*' },
        timeoutMs: follows ? this.pace.idleMs : READ_TIMEOUT_MS,
      });
      clearTimeout(quiet);
      const { statusCode: status = 0 } = response;
      // 204: the pod has no node yet.
      if (status !== 200 && status !== 204) throw await refusalOf(response, path, this.clock);
      this.opened(follows);
      await this.drain(response, path, signal);
    } finally {
      clearTimeout(quiet);
    }
  }

  private async askWhetherQuiet(signal: AbortSignal): Promise<void> {
    try {
      const path = logPath(this.container, { tailLines: '1', limitBytes: '1' });
      const { status } = await this.client.request(path, { signal, headers: { accept: '*/*' }, timeoutMs: QUIET_TIMEOUT_MS });
      if (status === 200 && !signal.aborted) this.opened(true);
    } catch {
      // Nobody answers: the stream itself will tell.
    }
  }

  private opened(follows: boolean): void {
    this.followed ||= follows;
    this.events.state({ kind: 'open', at: this.clock() });
  }

  /** While a piece is being read the socket waits: memory does not grow with a flood. */
  private async drain(response: IncomingMessage, path: string, signal: AbortSignal): Promise<void> {
    const idle = setTimeout(() => response.destroy(new SilentStream()), this.pace.idleMs * (0.9 + 0.2 * Math.random()));
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        idle.refresh();
        for (let at = 0; at < chunk.length && !signal.aborted; at += PIECE_BYTES)
          await this.turns.run(() => this.reader.push(chunk.subarray(at, at + PIECE_BYTES)));
        if (this.reader.broken || signal.aborted) return;
      }
    } catch (error) {
      if (error instanceof SilentStream) return;
      throw new KubeRequestError('GET', path, 'CUT', { words: 'the log broke off', cause: error });
    } finally {
      clearTimeout(idle);
      response.destroy();
    }
  }

  /** Milliseconds until the next request. */
  private failed(error: Error): number {
    if (error instanceof KubeStatusError) {
      if (error.kind === 'forbidden') {
        this.events.state({ kind: 'forbidden', message: error.message });
        return this.pace.maxMs * (0.5 + Math.random());
      }
      if (error.kind === 'unauthorized') {
        this.events.state({ kind: 'unauthorised', message: unauthorised(error.message).message });
        return this.delay();
      }
      // The container waits to start, or the pod is gone and discovery will tell: nothing that could be read is missing.
      if (error.status === 400 || error.status === 404) this.events.state({ kind: 'open', at: this.clock() });
      else this.events.state({ kind: 'failed', message: error.message });
      return Math.max(error.retryAfterMs ?? 0, this.delay());
    }
    // A stream that is cut is taken up again: only what stands in the way of that is a failure.
    if (!(error instanceof KubeRequestError && error.code === 'CUT')) this.events.state({ kind: 'failed', message: error.message });
    return this.delay();
  }

  private delay(): number {
    const step = Math.min(this.pace.maxMs, this.pace.firstMs * 2 ** Math.min(this.failures++, 20));
    return step * (0.5 + 0.5 * Math.random());
  }

  private sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done, { once: true });
      this.wake = done;
    });
  }
}

const PIECE_BYTES = 64 * 1024;
const READ_TIMEOUT_MS = 30_000;
const QUIET_TIMEOUT_MS = 10_000;

class SilentStream extends Error {}
