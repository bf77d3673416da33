import { ABSENT, type Observed, observed, UNOBSERVED } from '../../domain/observed.ts';
import type { LogFacts, SignatureCount } from '../../domain/snapshot.ts';
import type { SourceStatus } from '../../domain/sources.ts';
import type { KubeClient } from '../../kube/api.ts';
import type { Targets } from '../../objects/targets.ts';
import type { UserSignature } from '../../signatures/signature-file.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { repeat } from '../../source/repeat.ts';
import { type Right, ruleOf } from '../../source/right.ts';
import type { Source } from '../../source/source.ts';
import { bestOf, type Outcome, statusOf } from '../../source/status.ts';
import { defineSource } from '../define-source.ts';
import { listApiserverContainers } from './apiserver-pods.ts';
import type { FollowedContainer } from './followed-container.ts';
import { FollowedLogs } from './followed-logs.ts';
import { type FollowState, PACE, type Pace } from './follower.ts';
import { LogBook } from './log-book.ts';
import { LogBooks } from './log-books.ts';
import { wantedStreams } from './streams.ts';

const READ_LOGS: Right = { group: '', resources: ['pods/log'], verbs: ['get'] };
const LOGS_RULE = ruleOf(READ_LOGS);

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

interface LogTailInput {
  readonly client: KubeClient;
  readonly targets: Targets;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options?: LogTailOptions;
}

/** Follows the logs of the backends' containers and of the kube-apiservers, where they are pods that we may read. */
export function createLogTail(input: LogTailInput): LogTail {
  return new ClusterLogs(input);
}

class ClusterLogs implements LogTail {
  readonly name = 'logs';
  readonly #input: LogTailInput;
  readonly #options: LogTailOptions;
  readonly #maxStreams: number;
  readonly #books = new LogBooks();
  readonly #logs: FollowedLogs;
  #apiservers: readonly FollowedContainer[] = [];

  constructor(input: LogTailInput) {
    const { client, targets, clock, log, options = {} } = input;
    const { maxStreams = 100, bytesPerMinute = 8 * 2 ** 20, signatures = [] } = options;
    const pace = { ...PACE, ...options.pace };
    this.#input = input;
    this.#options = options;
    this.#maxStreams = maxStreams;
    this.#logs = new FollowedLogs({ client, targets, clock, log, books: this.#books, maxStreams, bytesPerMinute, signatures, pace });
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
    const outcomes = this.#logs.states().map(outcomeOf);
    if (notFollowed > 0)
      outcomes.push({ state: 'ok', message: `${notFollowed} containers are not followed: the limit is ${this.#maxStreams}` });
    return bestOf(
      'logs',
      // An open log may be silent for hours: only one that fails grows stale.
      outcomes.map((outcome) =>
        statusOf('logs', { outcome, lastSuccess, staleAfterMs: STALE_MS, ...(outcome.state === 'ok' && { failingSince: now }) }, now),
      ),
    );
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

/** Observed once a log was open, be it empty; what was counted stays, although its pods go. */
function factsOf(states: readonly FollowState[], book: LogBook | undefined, noPods: boolean): Observed<LogFacts> {
  if (states.some(({ kind }) => kind === 'open')) return observed((book ?? new LogBook()).facts());
  if (states.some(({ kind }) => kind === 'forbidden')) return { state: 'forbidden', rule: LOGS_RULE };
  if (book?.wasRead) return observed(book.facts());
  const failure = states.find((state) => state.kind === 'failed' || state.kind === 'unauthorised');
  if (failure && 'message' in failure) return { state: 'unobserved', why: failure.message };
  return noPods ? ABSENT : UNOBSERVED;
}

function outcomeOf(state: FollowState): Outcome {
  switch (state.kind) {
    case 'open':
      return { state: 'ok' };
    case 'pending':
      return { state: 'pending' };
    case 'forbidden':
      return { state: 'forbidden', rule: LOGS_RULE, message: state.message };
    default:
      return { state: state.kind, message: state.message };
  }
}

/** A log that was read once and fails for so long is not read any more. */
const STALE_MS = 60_000;
