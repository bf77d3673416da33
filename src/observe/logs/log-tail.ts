import type { Observed } from '../../domain/observed.ts';
import type { LogFacts, SignatureCount } from '../../domain/snapshot.ts';
import type { SourceStatus } from '../../domain/sources.ts';
import type { KubeClient } from '../../kube/api.ts';
import type { Targets } from '../../objects/targets.ts';
import type { UserSignature } from '../../signatures/signature-file.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { repeat } from '../../source/repeat.ts';
import type { Source } from '../../source/source.ts';
import { defineSource } from '../define-source.ts';
import { listApiserverContainers } from './apiserver-pods.ts';
import type { FollowedContainer } from './followed-container.ts';
import { FollowedLogs, type SavedLogs } from './followed-logs.ts';
import { PACE, type Pace } from './follower.ts';
import type { LogHandover } from './handover.ts';
import { LogBooks, type SavedBooks } from './log-books.ts';
import { factsOf, READ_LOGS, statusOfLogs } from './log-facts.ts';
import { SharedLogTail } from './shared-log-tail.ts';
import { wantedStreams } from './streams.ts';

export interface LogTailOptions {
  /** Containers followed at once; default 100. */
  readonly maxStreams?: number;
  /** Bytes read per pod and minute; default 8 MiB. What is over is dropped and counted. */
  readonly bytesPerMinute?: number;
  /** The user's own, asked before the built-in ones. */
  readonly signatures?: readonly UserSignature[];
  /** For tests. */
  readonly pace?: Partial<Pace>;
  /** Time between two looks for kube-apiserver pods, milliseconds; default 60 000. */
  readonly apiserverPodsMs?: number;
  /** Where there are several replicas: one of them reads the logs, for all. */
  readonly handover?: LogHandover;
  /** Time between two tellings of what was read, milliseconds; default 2000. */
  readonly turnMs?: number;
}

export interface LogTail extends Source {
  readonly name: 'logs';
  /** Of the containers of the API's backend. */
  factsFor(api: string): Observed<LogFacts>;
  /** Of the kube-apiservers' pods: lines that name no single API. */
  apiserverFacts(): Observed<LogFacts>;
  /** Lines of the kube-apiservers' pods that name the API. */
  apiserverMatches(api: string): SignatureCount[];
}

export const LOGS = defineSource({
  name: 'logs',
  rights: [READ_LOGS],
  create: ({ client, targets, clock, log, options }) => createLogTail({ client, targets, clock, log, options: options.logs }),
  facts: {
    ofApi: (tail, name) => ({ logs: tail.factsFor(name), textMatches: tail.apiserverMatches(name) }),
    ofCluster: (tail) => ({ apiserverLogs: tail.apiserverFacts() }),
  },
});

export interface LogTailInput {
  readonly client: KubeClient;
  readonly targets: Targets;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options?: LogTailOptions;
}

/** Follows the logs of the backends' containers and of the kube-apiservers, where they are pods that we may read; alone, or one of several replicas. */
export function createLogTail(input: LogTailInput): LogTail {
  const { handover, turnMs } = input.options ?? {};
  if (!handover) return new ClusterLogs(input);
  return new SharedLogTail({ ...input, handover, turnMs, follow: (saved) => new ClusterLogs(input, saved) });
}

/** What was read, and how far, for another process. */
export interface SavedTail {
  readonly books: SavedBooks;
  readonly followed: SavedLogs;
}

class ClusterLogs implements LogTail {
  readonly name = 'logs';
  readonly #input: LogTailInput;
  readonly #options: LogTailOptions;
  readonly #maxStreams: number;
  readonly #books: LogBooks;
  readonly #logs: FollowedLogs;
  #apiservers: readonly FollowedContainer[] = [];

  constructor(input: LogTailInput, saved?: SavedTail) {
    const { client, targets, clock, log, options = {} } = input;
    const { maxStreams = 100, bytesPerMinute = 8 * 2 ** 20, signatures = [] } = options;
    const pace = { ...PACE, ...options.pace };
    this.#input = input;
    this.#options = options;
    this.#maxStreams = maxStreams;
    this.#books = new LogBooks(saved?.books);
    const limits = { maxStreams, bytesPerMinute, signatures, pace };
    this.#logs = new FollowedLogs({ client, targets, clock, log, books: this.#books, ...limits, saved: saved?.followed });
  }

  /** Of one moment: between two pieces of work no line is counted whose reading is not noted, and none noted that is not counted. */
  save(): SavedTail {
    return { books: this.#books.save(), followed: this.#logs.save() };
  }

  start(signal: AbortSignal): void {
    const { client, targets, log } = this.#input;
    this.#logs.begin();
    const unsubscribe = targets.subscribe(() => this.#plan(signal));
    const unreach = client.onReachable?.(() => this.#logs.nudge());
    signal.addEventListener(
      'abort',
      () => {
        unsubscribe();
        unreach?.();
        this.#logs.clear();
      },
      { once: true },
    );
    this.#plan(signal);
    repeat((ending) => this.#lookForApiservers(ending), { intervalMs: this.#options.apiserverPodsMs ?? 60_000, signal, log });
  }

  factsFor(api: string): Observed<LogFacts> {
    const noPods = this.#input.targets.get(api)?.pods.length === 0;
    return factsOf(this.#logs.statesBehind(api), this.#books.ofBackend(api), noPods);
  }

  apiserverFacts(): Observed<LogFacts> {
    return factsOf(this.#logs.statesOfApiservers(), this.#books.apiserver, this.#apiservers.length === 0);
  }

  apiserverMatches(api: string): SignatureCount[] {
    return this.#books.ofNamed(api)?.matches() ?? [];
  }

  status(now: number): SourceStatus {
    const { lastSuccess, notFollowed } = this.#logs;
    const over = notFollowed > 0 ? `${notFollowed} containers are not followed: the limit is ${this.#maxStreams}` : undefined;
    return statusOfLogs(this.#logs.states(), { now, lastSuccess, over });
  }

  #plan(signal: AbortSignal): void {
    if (signal.aborted) return;
    const all = this.#input.targets.all();
    this.#books.keepOnly(all);
    this.#logs.follow([...wantedStreams(all), ...this.#apiservers.map((container) => ({ container, apis: [] }))], signal);
  }

  async #lookForApiservers(signal: AbortSignal): Promise<void> {
    const { client, log } = this.#input;
    try {
      this.#apiservers = (await listApiserverContainers(client, signal)) ?? this.#apiservers;
    } catch (error) {
      log.debug({ source: 'logs', error: String(error) }, 'kube-apiserver pods could not be listed');
    }
    this.#plan(signal);
  }
}
