import type { KubeClient } from '../../kube/api.ts';
import type { Targets } from '../../objects/targets.ts';
import { withUserSignatures } from '../../signatures/classify.ts';
import { createLogScanner } from '../../signatures/log-scanner.ts';
import type { UserSignature } from '../../signatures/signature-file.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { createByteBudget } from './byte-budget.ts';
import { type FollowedContainer, keyOf } from './followed-container.ts';
import { Follower, type FollowerEvents, type FollowState, type Pace, type SavedFollower } from './follower.ts';
import { LineBatch, type LineSink } from './line-batch.ts';
import type { LogBook } from './log-book.ts';
import type { LogBooks } from './log-books.ts';
import { type Drops, LogReader } from './log-reader.ts';
import { apiserverSink, backendSink } from './sinks.ts';
import type { WantedStream } from './streams.ts';
import { createTurns } from './turns.ts';

/** A container that another process has followed is kept for so long until it is found. */
const UNFOUND_MS = 120_000;
/** So many that nobody wants any more are remembered, the ones that left last: 20 KiB each. */
const MOST_LEFT = 50;
/** Between the first requests of two logs: as many handshakes at once would delay the probes. */
const SPREAD_MS = 10;

/** One log as far as it was read, for those who do not read it, and for whoever goes on with it. */
export interface SavedLog {
  /** Of its container. */
  readonly key: string;
  readonly apis: readonly string[];
  readonly state: FollowState;
  /** Absent while nothing of it was opened. */
  readonly follower?: SavedFollower;
}

/** One log as far as it is read. */
interface FollowedLog {
  /** Empty for a kube-apiserver. */
  apis: readonly string[];
  books: readonly LogBook[];
  state: FollowState;
}

interface Followed {
  readonly log: FollowedLog;
  readonly follower: Follower;
  readonly stop: AbortController;
  /** Resolves when nothing of it is read any more. */
  readonly ended: Promise<void>;
}

export interface FollowedLogsInput {
  readonly client: KubeClient;
  readonly targets: Targets;
  readonly clock: Clock;
  readonly log: Logger;
  readonly books: LogBooks;
  readonly maxStreams: number;
  readonly bytesPerMinute: number;
  readonly signatures: readonly UserSignature[];
  readonly pace: Pace;
  /** Where another process stopped. */
  readonly saved?: SavedLogs | undefined;
}

export interface SavedLogs {
  /** Unix milliseconds: what has begun since is read from its first line. */
  readonly beganAt: number;
  readonly logs: readonly SavedLog[];
}

/** The logs that are followed at once, each over its disconnects, rotations and restarts. */
export class FollowedLogs {
  readonly #input: FollowedLogsInput;
  readonly #signatures: ReturnType<typeof withUserSignatures>;
  readonly #turns = createTurns();
  readonly #followed = new Map<string, Followed>();
  /** A pod leaves its Service and comes back: what was read of its log is not read again. */
  readonly #left = new Map<string, Followed>();
  /** One batch and one scanner for all: pieces of work follow one another. */
  #batch: LineBatch | undefined;
  #beganAt: number | undefined;
  /** What is not taken up yet of what another process has followed. */
  readonly #saved: Map<string, SavedLog>;
  readonly #bornAt = performance.now();
  #notFollowed = 0;
  #lastSuccess: number | undefined;
  #trouble: string | undefined;

  constructor(input: FollowedLogsInput) {
    this.#input = input;
    this.#signatures = withUserSignatures(input.signatures);
    this.#beganAt = input.saved?.beganAt;
    this.#saved = new Map(input.saved?.logs.map((log) => [log.key, log]));
  }

  /** How many are wanted and not followed, because of the limit. */
  get notFollowed(): number {
    return this.#notFollowed;
  }

  /** When a log was opened last, Unix milliseconds. */
  get lastSuccess(): number | undefined {
    return this.#lastSuccess;
  }

  /** Containers that start from now on are read from their first line; of those that another process has followed, from when that began. */
  begin(): void {
    if (!this.#input.saved) this.#beganAt = this.#input.clock();
  }

  save(): SavedLogs {
    const logs = [...this.#followed].map(
      ([
        key,
        {
          log: { apis, state },
          follower,
        },
      ]) => {
        const saved = follower.save();
        return { key, apis, state, ...(saved && { follower: saved }) };
      },
    );
    // A container that has not been found yet may still be.
    const unfound = performance.now() - this.#bornAt < UNFOUND_MS ? [...this.#saved.values()] : [];
    return { beganAt: this.#beganAt ?? this.#input.clock(), logs: [...logs, ...unfound] };
  }

  /** Of these containers, and of no others, as far as the limit goes. */
  follow(wanted: readonly WantedStream[], signal: AbortSignal): void {
    this.#stopOthers(wanted);
    this.#forgetLeft();
    this.#notFollowed = 0;
    for (const { container, apis } of wanted) {
      const followed = this.#followed.get(keyOf(container));
      if (followed) {
        followed.log.apis = apis;
        followed.log.books = this.#input.books.ofContainer(apis);
        followed.follower.update(container);
      } else if (this.#followed.size < this.#input.maxStreams) this.#open(container, apis, signal);
      else this.#notFollowed++;
    }
  }

  /** The server answers again: no need to wait. */
  nudge(): void {
    for (const { follower } of this.#followed.values()) follower.nudge();
  }

  /** Their followers end with their signal: whoever starts again opens them anew. */
  clear(): void {
    this.#followed.clear();
    this.#left.clear();
  }

  states(): FollowState[] {
    return this.#logs().map(({ state }) => state);
  }

  statesBehind(api: string): FollowState[] {
    return this.#logs().flatMap(({ apis, state }) => (apis.includes(api) ? state : []));
  }

  statesOfApiservers(): FollowState[] {
    return this.#logs().flatMap(({ apis, state }) => (apis.length === 0 ? state : []));
  }

  #logs(): FollowedLog[] {
    return [...this.#followed.values()].map(({ log }) => log);
  }

  #stopOthers(wanted: readonly WantedStream[]): void {
    const keys = new Set(wanted.map(({ container }) => keyOf(container)));
    for (const [key, followed] of this.#followed)
      if (!keys.has(key)) {
        this.#followed.delete(key);
        followed.stop.abort();
        this.#left.set(key, followed);
      }
  }

  /** The oldest over the limit, and those whose API is gone: what is counted for one of its name begins anew. */
  #forgetLeft(): void {
    const { books } = this.#input;
    for (const [key, { log }] of this.#left) {
      const gone = log.apis.length > 0 && log.apis.every((api, i) => books.ofBackend(api) !== log.books[i]);
      if (gone || this.#left.size > MOST_LEFT) this.#left.delete(key);
    }
  }

  #open(container: FollowedContainer, apis: readonly string[], signal: AbortSignal): void {
    const key = keyOf(container);
    const books = this.#input.books.ofContainer(apis);
    const left = this.#left.get(key);
    this.#left.delete(key);
    const log: FollowedLog = Object.assign(left?.log ?? {}, { apis, books, state: { kind: 'pending' } as const });
    const follower = left?.follower ?? this.#followerOf(container, log);
    follower.update(container);
    const stop = new AbortController();
    const end = () => stop.abort();
    signal.addEventListener('abort', end, { once: true });
    stop.signal.addEventListener('abort', () => signal.removeEventListener('abort', end), { once: true });
    const delayMs = (this.#followed.size + 1) * SPREAD_MS;
    const ended = (left?.ended ?? Promise.resolve())
      .then(() => follower.run(stop.signal, delayMs))
      .catch((error: unknown) => {
        log.state = { kind: 'failed', message: String(error) };
        // The next plan opens it anew. It may have gone and come back meanwhile.
        if (this.#followed.get(key)?.stop === stop) this.#followed.delete(key);
        this.#input.log.error({ source: 'logs', pod: container.pod, error: String(error) }, 'a log is no longer followed');
      });
    this.#followed.set(key, { log, follower, stop, ended });
  }

  #followerOf(container: FollowedContainer, log: FollowedLog): Follower {
    const { client, clock, pace, bytesPerMinute } = this.#input;
    const key = keyOf(container);
    const saved = this.#saved.get(key)?.follower;
    this.#saved.delete(key);
    const young = container.restarts === 0 && (container.startedAt ?? clock()) >= (this.#beganAt ?? 0);
    this.#batch ??= new LineBatch(createLogScanner(this.#signatures.patterns), this.#signatures.signatures);
    return new Follower(container, {
      client,
      clock,
      turns: this.#turns,
      reader: new LogReader({
        batch: this.#batch,
        sink: this.#sinkOf(log),
        budget: createByteBudget(bytesPerMinute),
        saved: saved?.reader,
      }),
      pace,
      begin: saved ?? (young ? 'start' : 'recent'),
      events: this.#eventsOf(container, log),
    });
  }

  #sinkOf(log: FollowedLog): LineSink & Drops {
    const { books, targets } = this.#input;
    const lines =
      log.apis.length > 0
        ? backendSink(() => log.books)
        : apiserverSink(
            books.apiserver,
            () => targets.all(),
            (api) => books.forNamed(api),
          );
    return {
      ...lines,
      dropped(why) {
        for (const book of log.books) book.dropped[why]++;
      },
    };
  }

  #eventsOf({ pod, container }: FollowedContainer, log: FollowedLog): FollowerEvents {
    return {
      gap() {
        for (const book of log.books) book.dropped.gap++;
      },
      lastWords(words) {
        for (const book of log.books) book.lastWords(pod, container, words);
      },
      state: (state) => {
        log.state = state;
        if (state.kind === 'open') this.#lastSuccess = state.at;
        this.#report(state);
      },
    };
  }

  /** One line when reading begins to fail, one when it ends. */
  #report(state: FollowState): void {
    const { log } = this.#input;
    if (state.kind !== 'open' && state.kind !== 'pending') {
      if (this.#trouble === undefined) log.warn({ source: 'logs', state: state.kind }, state.message);
      this.#trouble ??= state.message;
    } else if (this.#trouble !== undefined && this.states().every(({ kind }) => kind === 'open')) {
      log.info({ source: 'logs' }, 'logs are read again');
      this.#trouble = undefined;
    }
  }
}
