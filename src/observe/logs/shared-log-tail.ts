import { ABSENT, type Observed, UNOBSERVED } from '../../domain/observed.ts';
import type { LogFacts, SignatureCount } from '../../domain/snapshot.ts';
import type { SourceStatus } from '../../domain/sources.ts';
import { KubeStatusError } from '../../kube/errors.ts';
import type { Targets } from '../../objects/targets.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { repeat } from '../../source/repeat.ts';
import { type Outcome, statusOf, unauthorised } from '../../source/status.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import type { FollowState } from './follower.ts';
import type { HandedOver, LogHandover } from './handover.ts';
import { LogBooks } from './log-books.ts';
import { factsOf, statusOfLogs } from './log-facts.ts';
import type { LogTail, SavedTail } from './log-tail.ts';

/** Between two tellings of what was read, and between two looks at what was told. */
const TURN_MS = 2_000;
/** What has not changed is told again after so long: silence would look like nobody. */
const AGAIN_MS = 20_000;
/** So long without a telling nobody reads. */
const SILENT_MS = 60_000;

/** A tail that follows, and can tell how far it is. */
export interface SavableTail extends LogTail {
  save(): SavedTail;
}

interface SharedLogTailInput {
  readonly targets: Targets;
  readonly clock: Clock;
  readonly log: Logger;
  readonly handover: LogHandover;
  /** A tail that goes on where another one stopped. */
  readonly follow: (saved: SavedTail | undefined) => SavableTail;
  /** Default 2000. */
  readonly turnMs?: number | undefined;
}

/** What was told last: each replica shows this, the one that reads too. */
interface Told {
  readonly tail: SavedTail;
  readonly books: LogBooks;
  readonly version: string;
  /** By our own monotonic clock. */
  readonly seenAt: number;
}

/** Of the one that reads. */
interface Reading {
  readonly tail: SavableTail;
  readonly end: AbortController;
  handed: HandedOver;
}

/**
 * The logs, read by one of several replicas. What was counted and how far was read are told in one writing, which is refused where another one has
 * written since; only what was told is shown. So whoever goes on counts each line once, whenever the one before it ended, and no count ever
 * falls: lines that were read and not told were counted for nobody.
 */
export class SharedLogTail implements LogTail {
  readonly name = 'logs';
  readonly #input: SharedLogTailInput;
  #told: Told | undefined;
  #own: Reading | undefined;
  #lastSuccess: number | undefined;
  #trouble: Outcome | undefined;
  #text = '';
  /** Said once of each. */
  #unusable: string | undefined;

  constructor(input: SharedLogTailInput) {
    this.#input = input;
  }

  start(signal: AbortSignal): void {
    const { handover, log, turnMs = TURN_MS } = this.#input;
    const isMine = handover.sit();
    signal.addEventListener('abort', () => this.#giveUp(), { once: true });
    repeat((ending) => this.#turn(isMine, ending), { intervalMs: turnMs, signal, log });
  }

  factsFor(api: string): Observed<LogFacts> {
    const noPods = this.#input.targets.get(api)?.pods.length === 0;
    if (!this.#told) return this.#unread() ?? (noPods ? ABSENT : UNOBSERVED);
    return factsOf(
      this.#states((apis) => apis.includes(api)),
      this.#told.books.ofBackend(api),
      noPods,
    );
  }

  apiserverFacts(): Observed<LogFacts> {
    if (!this.#told) return this.#unread() ?? UNOBSERVED;
    const states = this.#states((apis) => apis.length === 0);
    return factsOf(states, this.#told.books.apiserver, states.length === 0);
  }

  apiserverMatches(api: string): SignatureCount[] {
    return this.#told?.books.ofNamed(api)?.matches() ?? [];
  }

  status(now: number): SourceStatus {
    if (this.#trouble) return statusOf('logs', { outcome: this.#trouble, lastSuccess: this.#lastSuccess, staleAfterMs: SILENT_MS }, now);
    if (!this.#told) return { source: 'logs', state: 'pending', message: 'no replica has told yet what it reads' };
    if (performance.now() - this.#told.seenAt > SILENT_MS) {
      const message = `no replica has told for ${SILENT_MS / 1000} s what it reads`;
      return statusOf('logs', { outcome: { state: 'failed', message }, lastSuccess: this.#lastSuccess, staleAfterMs: SILENT_MS }, now);
    }
    // Whoever reads knows also what it cannot follow.
    return this.#own ? this.#own.tail.status(now) : statusOfLogs(this.#states(), { now, lastSuccess: this.#lastSuccess });
  }

  #states(of: (apis: readonly string[]) => boolean = () => true): FollowState[] {
    return this.#told?.tail.followed.logs.flatMap(({ apis, state }) => (of(apis) ? [state] : [])) ?? [];
  }

  /** Why nothing is known, where that is known. */
  #unread(): Observed<never> | undefined {
    const trouble = this.#trouble;
    if (trouble?.state === 'forbidden') return { state: 'forbidden', rule: trouble.rule };
    return trouble?.message === undefined ? undefined : { state: 'unobserved', why: trouble.message };
  }

  async #turn(isMine: () => boolean, signal: AbortSignal): Promise<void> {
    try {
      if (!isMine()) {
        this.#giveUp();
        await this.#look(signal);
      } else if (this.#own) await this.#tell(this.#own, isMine, signal);
      else await this.#takeOver(signal);
      this.#note(undefined);
    } catch (error) {
      if (!signal.aborted) this.#note(this.#outcomeOf(error));
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const found = await this.#input.handover.read(signal);
    if (found) await this.#show(found);
  }

  /** Writing it once more shuts out whoever read until now, before anything is read. */
  async #takeOver(signal: AbortSignal): Promise<void> {
    const { handover, follow, log } = this.#input;
    const found = await handover.read(signal);
    // Where it was deleted, or spoilt, what we heard last is the best that there is.
    const before = (found && (await this.#usable(found))) ?? this.#told?.tail;
    const handed = await handover.write(await encodeCheckpoint(before ?? follow(undefined).save(), handover), found, signal);
    if (!handed || signal.aborted) return;
    await this.#show(handed);
    const end = new AbortController();
    const tail = follow(before);
    this.#own = { tail, end, handed };
    this.#text = '';
    log.info({ source: 'logs', logs: before?.followed.logs.length ?? 0 }, 'reads the logs from now on, from where they were read to');
    tail.start(AbortSignal.any([signal, end.signal]));
  }

  async #usable(found: HandedOver): Promise<SavedTail | undefined> {
    // It was made for us, and nobody has told anything yet.
    if (found.content.length === 0) return undefined;
    try {
      return await decodeCheckpoint(found.content);
    } catch (error) {
      if (this.#unusable === found.version) return undefined;
      this.#unusable = found.version;
      this.#input.log.warn(
        { source: 'logs', error: (error as Error).message.slice(0, 300) },
        'what another replica told of the logs is not usable: they are read anew',
      );
      return undefined;
    }
  }

  async #tell(own: Reading, isMine: () => boolean, signal: AbortSignal): Promise<void> {
    const { handover, log } = this.#input;
    const saved = own.tail.save();
    const text = JSON.stringify(saved);
    if (text === this.#text && performance.now() - (this.#told?.seenAt ?? 0) < AGAIN_MS) return;
    const content = await encodeCheckpoint(saved, handover);
    if (!isMine() || this.#own !== own) return;
    const handed = await handover.write(content, own.handed, signal);
    if (!handed) {
      log.info(
        { source: 'logs' },
        'what was told of the logs was changed or deleted by another: what was read here and not told is read again, by whoever leads',
      );
      this.#giveUp();
      return;
    }
    own.handed = handed;
    this.#text = text;
    await this.#show(handed);
  }

  /** What was read and not told counts for nobody. */
  #giveUp(): void {
    this.#own?.end.abort();
    this.#own = undefined;
  }

  async #show(handed: HandedOver): Promise<void> {
    if (this.#told?.version === handed.version) {
      this.#lastSuccess = this.#input.clock();
      return;
    }
    const tail = await this.#usable(handed);
    if (!tail) return;
    this.#told = { tail, books: new LogBooks(tail.books), version: handed.version, seenAt: performance.now() };
    this.#lastSuccess = this.#input.clock();
  }

  #outcomeOf(error: unknown): Outcome {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof KubeStatusError) {
      if (error.kind === 'forbidden') return { state: 'forbidden', rule: this.#input.handover.rule, message };
      if (error.kind === 'unauthorized') return unauthorised(message);
    }
    return { state: 'failed', message };
  }

  /** One line when it begins to fail, one when it ends. */
  #note(trouble: Outcome | undefined): void {
    const { log } = this.#input;
    if (trouble && !this.#trouble)
      log.warn({ source: 'logs', error: trouble.message }, 'what is read of the logs cannot be told, or not be heard');
    if (!trouble && this.#trouble) log.info({ source: 'logs' }, 'what is read of the logs can be told and heard again');
    this.#trouble = trouble;
  }
}
