import { ABSENT, type Observed, observed, UNOBSERVED } from '../../domain/observed.ts';
import type { LogFacts, SignatureCount } from '../../domain/snapshot.ts';
import type { KubeClient } from '../../kube/api.ts';
import type { Targets } from '../../objects/targets.ts';
import { withUserSignatures } from '../../signatures/classify.ts';
import { createLogScanner } from '../../signatures/log-scanner.ts';
import type { UserSignature } from '../../signatures/signature-file.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { repeat } from '../../source/repeat.ts';
import { type Right, ruleOf } from '../../source/right.ts';
import type { Source } from '../../source/source.ts';
import { bestOf, type Outcome, statusOf } from '../../source/status.ts';
import { defineSource } from '../define-source.ts';
import { listApiserverContainers } from './apiserver-pods.ts';
import { createByteBudget } from './byte-budget.ts';
import { type FollowedContainer, keyOf } from './followed-container.ts';
import { Follower, type FollowState, PACE, type Pace } from './follower.ts';
import { LineBatch, type LineSink } from './line-batch.ts';
import { LogBook } from './log-book.ts';
import { type Drops, LogReader } from './log-reader.ts';
import { apiserverSink, backendSink } from './sinks.ts';
import { wantedStreams } from './streams.ts';
import { createTurns } from './turns.ts';

/** Between the first requests of two logs: as many handshakes at once would delay the probes. */
const SPREAD_MS = 10;

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

interface Stream {
  readonly follower: Follower;
  readonly stop: AbortController;
  /** Empty for a kube-apiserver. */
  apis: readonly string[];
  books: readonly LogBook[];
  container: FollowedContainer;
  state: FollowState;
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

/** Follows the logs of the backends' containers and of the kube-apiservers, where they are pods that we may read. */
export function createLogTail(deps: {
  readonly client: KubeClient;
  readonly targets: Targets;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options?: LogTailOptions;
}): LogTail {
  const { client, targets, clock, log, options = {} } = deps;
  const maxStreams = options.maxStreams ?? 100;
  const bytesPerMinute = options.bytesPerMinute ?? 8 * 2 ** 20;
  const pace: Pace = { ...PACE, ...options.pace };
  const { patterns, signatures } = withUserSignatures(options.signatures ?? []);
  const turns = createTurns();
  const streams = new Map<string, Stream>();
  const books = new Map<string, LogBook>();
  const apiserverBook = new LogBook();
  const aboutApi = new Map<string, LogBook>();
  /** One batch and one scanner for all: pieces of work follow one another. */
  let batch: LineBatch | undefined;
  let apiservers: readonly FollowedContainer[] = [];
  let notFollowed = 0;
  let startedAt = 0;
  let lastSuccess: number | undefined;
  let trouble: string | undefined;

  function plan(signal: AbortSignal): void {
    if (signal.aborted) return;
    const all = targets.all();
    forgetOthers(books, all);
    forgetOthers(aboutApi, all);
    const wanted = [
      ...wantedStreams(all).map(({ container, apis }) => ({ container, apis })),
      ...apiservers.map((container) => ({ container, apis: [] as readonly string[] })),
    ];
    const keys = new Set(wanted.map(({ container }) => keyOf(container)));
    for (const [key, stream] of streams)
      if (!keys.has(key)) {
        streams.delete(key);
        stream.stop.abort();
      }
    notFollowed = 0;
    for (const { container, apis } of wanted) {
      const stream = streams.get(keyOf(container));
      if (stream) {
        stream.apis = apis;
        stream.books = booksOf(apis);
        stream.container = container;
        stream.follower.update(container);
      } else if (streams.size < maxStreams) open(container, apis, signal);
      else notFollowed++;
    }
  }

  const booksOf = (apis: readonly string[]): readonly LogBook[] =>
    apis.length > 0 ? apis.map((api) => bookIn(books, api)) : [apiserverBook];

  function open(container: FollowedContainer, apis: readonly string[], signal: AbortSignal): void {
    batch ??= new LineBatch(createLogScanner(patterns), signatures);
    const stop = new AbortController();
    const lines: LineSink =
      apis.length > 0
        ? backendSink(() => stream.books)
        : apiserverSink(
            apiserverBook,
            () => targets.all(),
            (api) => bookIn(aboutApi, api),
          );
    const sink: LineSink & Drops = {
      ...lines,
      dropped(why) {
        for (const book of stream.books) book.dropped[why]++;
      },
    };
    const reader = new LogReader({ batch, sink, budget: createByteBudget(bytesPerMinute) });
    const follower = new Follower(container, {
      client,
      clock,
      turns,
      reader,
      pace,
      fromStart: container.restarts === 0 && (container.startedAt ?? clock()) >= startedAt,
      events: {
        gap() {
          for (const book of stream.books) book.dropped.gap++;
        },
        lastWords(words) {
          for (const book of stream.books) book.lastWords(container.pod, container.container, words);
        },
        state(state) {
          stream.state = state;
          if (state.kind === 'open') lastSuccess = state.at;
          report(state);
        },
      },
    });
    const stream: Stream = { follower, stop, apis, books: booksOf(apis), container, state: { kind: 'pending' } };
    streams.set(keyOf(container), stream);
    const end = () => stop.abort();
    signal.addEventListener('abort', end, { once: true });
    stop.signal.addEventListener('abort', () => signal.removeEventListener('abort', end), { once: true });
    follower.run(stop.signal, streams.size * SPREAD_MS).catch((error: unknown) => {
      stream.state = { kind: 'failed', message: String(error) };
      // The next plan opens it anew.
      streams.delete(keyOf(container));
      log.error({ source: 'logs', pod: container.pod, error: String(error) }, 'a log is no longer followed');
    });
  }

  /** One line when reading begins to fail, one when it ends. */
  function report(state: FollowState): void {
    if (state.kind !== 'open' && state.kind !== 'pending') {
      if (trouble === undefined) log.warn({ source: 'logs', state: state.kind }, state.message);
      trouble ??= state.message;
    } else if (trouble !== undefined && [...streams.values()].every((stream) => stream.state.kind === 'open')) {
      log.info({ source: 'logs' }, 'logs are read again');
      trouble = undefined;
    }
  }

  async function lookForApiservers(signal: AbortSignal): Promise<void> {
    try {
      apiservers = (await listApiserverContainers(client, signal)) ?? apiservers;
    } catch (error) {
      log.debug({ source: 'logs', error: String(error) }, 'kube-apiserver pods could not be listed');
    }
    plan(signal);
  }

  const streamsOf = (api: string): Stream[] => [...streams.values()].filter(({ apis }) => apis.includes(api));

  return {
    name: 'logs',
    start(signal) {
      startedAt = clock();
      const unsubscribe = targets.subscribe(() => plan(signal));
      const unreach = client.onReachable?.(() => {
        for (const { follower } of streams.values()) follower.nudge();
      });
      signal.addEventListener(
        'abort',
        () => {
          unsubscribe();
          unreach?.();
          // Their followers end with the signal: whoever starts again opens them anew.
          streams.clear();
        },
        { once: true },
      );
      plan(signal);
      repeat(lookForApiservers, { intervalMs: options.apiserverPodsMs ?? 60_000, signal, log });
    },
    factsFor: (api) => factsOf(streamsOf(api), books.get(api), targets.get(api)?.pods.length === 0),
    apiserverFacts: () =>
      factsOf(
        [...streams.values()].filter(({ apis }) => apis.length === 0),
        apiserverBook,
        apiservers.length === 0,
      ),
    apiserverMatches: (api) => aboutApi.get(api)?.matches() ?? [],
    status(now) {
      const outcomes: Outcome[] = [...streams.values()].map(({ state }) => outcomeOf(state));
      if (notFollowed > 0)
        outcomes.push({ state: 'ok', message: `${notFollowed} containers are not followed: the limit is ${maxStreams}` });
      return bestOf(
        'logs',
        // An open log may be silent for hours: only one that fails grows stale.
        outcomes.map((outcome) =>
          statusOf('logs', { outcome, lastSuccess, staleAfterMs: STALE_MS, ...(outcome.state === 'ok' && { failingSince: now }) }, now),
        ),
      );
    },
  };
}

function bookIn(books: Map<string, LogBook>, api: string): LogBook {
  const book = books.get(api) ?? new LogBook();
  books.set(api, book);
  return book;
}

function forgetOthers(books: Map<string, LogBook>, targets: readonly { readonly name: string }[]): void {
  if (books.size === 0) return;
  const names = new Set(targets.map(({ name }) => name));
  for (const name of books.keys()) if (!names.has(name)) books.delete(name);
}

/** Observed once a log was open, be it empty; what was counted stays, although its pods go. */
function factsOf(streams: readonly Stream[], book: LogBook | undefined, noPods: boolean): Observed<LogFacts> {
  const states = streams.map(({ state }) => state);
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
