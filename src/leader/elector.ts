import { setTimeout as sleep } from 'node:timers/promises';
import type { Candidacy } from '../domain/candidacy.ts';
import { KubeStatusError } from '../kube/errors.ts';
import { type Clock, monotonic } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import { type LeaseRecord, microTime, recordOf, specOf } from './lease-record.ts';
import { isConflict, type OneObject, type StoredObject } from './one-object.ts';
import { JITTER, type Timing } from './timing.ts';

export interface ElectorOptions {
  readonly lease: OneObject;
  readonly identity: string;
  readonly timing: Timing;
  readonly log: Logger;
  /** Milliseconds of a clock that nobody sets: every duration is measured by it, and never by a time that stands in the Lease. */
  readonly clock?: Clock;
  /** Unix milliseconds, for the times in the Lease. */
  readonly wall?: Clock;
  /** 0 to 1. */
  readonly random?: () => number;
  /** Resolves after so long, or when the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Elector {
  /** Stands for election until `stop`; returns at once. */
  start(): void;
  /** Whether we lead at this very moment: false as soon as the deadline has passed, whatever goes on meanwhile. */
  leads(): boolean;
  candidacy(): Candidacy;
  /** Gives the Lease up. What only the leader does must have ended before. */
  stop(): Promise<void>;
}

/**
 * Leader election by a Lease, as client-go 0.37 does it (tools/leaderelection), with four differences, all to the safe side; README.md says which.
 */
export function createElector(options: ElectorOptions): Elector {
  return new LeaseElector(options);
}

const abortable = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => {});

class LeaseElector implements Elector {
  readonly #options: Required<ElectorOptions>;
  readonly #end = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** The Lease as it was last read or written. */
  #lease: StoredObject | undefined;
  /** What it said then, and since when it says that, by our own clock. */
  #observed: LeaseRecord | undefined;
  #observedText = '';
  #observedAt = Number.NEGATIVE_INFINITY;
  #leading = false;
  /** We lead until then, unless it is renewed. */
  #until = Number.NEGATIVE_INFINITY;
  #trouble: { readonly problem: string; readonly rule?: string } | undefined;
  #said: string | undefined;

  constructor(options: ElectorOptions) {
    this.#options = { clock: monotonic, wall: Date.now, random: Math.random, wait: abortable, ...options };
  }

  start(): void {
    const { log } = this.#options;
    this.#running = this.#run(this.#end.signal).catch((error: unknown) => {
      this.#leading = false;
      log.error({ error: String(error) }, 'the election ended, which is a bug: this replica only follows from now on');
    });
  }

  leads(): boolean {
    return this.#leading && this.#isHolder() && this.#options.clock() < this.#until;
  }

  candidacy(): Candidacy {
    const holder = this.#observed?.holder;
    return {
      identity: this.#options.identity,
      leads: this.leads(),
      ...(holder !== undefined && holder !== '' && { holder }),
      ...this.#trouble,
    };
  }

  async stop(): Promise<void> {
    this.#leading = false;
    this.#end.abort();
    await this.#running;
    await this.#release();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#acquire(signal);
      if (signal.aborted) return;
      await this.#hold(signal);
      this.#leading = false;
    }
  }

  /** Until we hold the Lease. */
  async #acquire(signal: AbortSignal): Promise<void> {
    const { timing, random, wait, log, identity, lease } = this.#options;
    while (!signal.aborted) {
      const held = await this.#try(timing.renewDeadlineMs / 2);
      // One who was told to end meanwhile gives it up again.
      if (held) {
        this.#leading = true;
        this.#said = identity;
        log.info({ lease: lease.name, identity }, 'leads the replicas from now on');
        return;
      }
      this.#sayLeader();
      await wait(timing.retryPeriodMs * (1 + JITTER * random()), signal);
    }
  }

  /** Until it could not be renewed in time, or another one holds it. */
  async #hold(signal: AbortSignal): Promise<void> {
    const { timing, clock, wait, log, lease, identity } = this.#options;
    const left = () => this.#until - clock();
    while (!signal.aborted) {
      await wait(Math.max(0, Math.min(timing.retryPeriodMs, left())), signal);
      if (signal.aborted) return;
      if (left() > 0) await this.#try(Math.min(timing.renewDeadlineMs / 2, left()));
      if (left() > 0 && this.#isHolder()) continue;
      const reason = this.#isHolder() ? `not renewed for ${timing.renewDeadlineMs / 1000} s` : 'another one holds the Lease';
      log.warn(
        { lease: lease.name, identity, reason, ...(this.#trouble && { error: this.#trouble.problem }) },
        'leads the replicas no more',
      );
      return;
    }
  }

  /** Takes or renews the Lease, once. True: we hold it. */
  async #try(timeoutMs: number): Promise<boolean> {
    const limits = { signal: this.#end.signal, timeoutMs };
    try {
      const held = await this.#takeOrRenew(limits);
      this.#well();
      return held;
    } catch (error) {
      // Another one was quicker: that is what the version is for.
      if (isConflict(error)) this.#well();
      else if (!this.#end.signal.aborted) this.#ill(error);
      return false;
    }
  }

  async #takeOrRenew(limits: { readonly signal: AbortSignal; readonly timeoutMs: number }): Promise<boolean> {
    const { lease, clock } = this.#options;
    if (this.#lease && this.#isHolder() && this.#isValid()) {
      const begun = clock();
      try {
        this.#wrote(await lease.update(this.#withRecord(this.#lease, this.#own()), limits), begun);
        return true;
      } catch (error) {
        // It was changed under us, or is gone: read what it is now. Who did not answer is not asked twice in one turn.
        if (!(error instanceof KubeStatusError) || !(isConflict(error) || error.kind === 'not-found')) throw error;
      }
    }
    const begun = clock();
    const found = await lease.get(limits);
    if (!found) {
      // Whoever held it is not told that it is gone until its next renewal, and leads until then.
      if (this.#isAnothers()) return false;
      this.#wrote(await lease.create({ spec: specOf(this.#own()) }, limits), begun);
      return true;
    }
    this.#read(found);
    if (this.#isAnothers()) return false;
    const beforeUpdate = clock();
    this.#wrote(await lease.update(this.#withRecord(found, this.#own()), limits), beforeUpdate);
    return true;
  }

  /** The record that says that we hold it. */
  #own(): LeaseRecord {
    const { identity, timing, wall } = this.#options;
    const now = microTime(wall());
    const before = this.#observed;
    const goesOn = before !== undefined && this.#isHolder();
    return {
      holder: identity,
      durationSeconds: timing.leaseDurationMs / 1000,
      acquireTime: goesOn ? before.acquireTime : now,
      renewTime: now,
      transitions: before === undefined ? 0 : before.transitions + (goesOn ? 0 : 1),
    };
  }

  #withRecord(lease: StoredObject, record: LeaseRecord): StoredObject {
    return { ...lease, spec: specOf(record) };
  }

  #isHolder(): boolean {
    return this.#observed?.holder === this.#options.identity;
  }

  /** Another one held it when it was last seen, and that has not run out. */
  #isAnothers(): boolean {
    return this.#observed !== undefined && this.#observed.holder !== '' && !this.#isHolder() && this.#isValid();
  }

  /** By its own duration, since we saw it change: what its times say is by somebody else's clock. */
  #isValid(): boolean {
    return this.#observed !== undefined && this.#observedAt + this.#observed.durationSeconds * 1000 > this.#options.clock();
  }

  #read(lease: StoredObject): void {
    this.#lease = lease;
    const text = JSON.stringify(lease['spec'] ?? null);
    if (this.#observed !== undefined && text === this.#observedText) return;
    this.#observe(lease, text);
  }

  /** @param begun when the request was sent: others may have counted from then on. */
  #wrote(lease: StoredObject, begun: number): void {
    this.#lease = lease;
    this.#observe(lease, JSON.stringify(lease['spec'] ?? null));
    this.#until = begun + this.#options.timing.renewDeadlineMs;
  }

  #observe(lease: StoredObject, text: string): void {
    this.#observed = recordOf(lease);
    this.#observedText = text;
    this.#observedAt = this.#options.clock();
  }

  /** Nobody holds it from now on: the next one needs not wait. What another one changed meanwhile is read anew. */
  async #release(): Promise<void> {
    const { lease, timing, wall, log } = this.#options;
    // One that was never answered has nothing to give up; a write of any other may have come through unheard.
    if (!this.#lease || (this.#trouble && !this.#isHolder())) return;
    const wholeMs = Math.min(timing.renewDeadlineMs, RELEASED_WITHIN_MS);
    const limits = { signal: AbortSignal.timeout(wholeMs), timeoutMs: wholeMs };
    const now = microTime(wall());
    try {
      for (let tries = 0; tries < MOST_RELEASES; tries++) {
        const found = await lease.get(limits);
        if (!found) return;
        const record = recordOf(found);
        if (record.holder !== this.#options.identity) return;
        const released = { holder: '', durationSeconds: 1, acquireTime: now, renewTime: now, transitions: record.transitions };
        const done = await lease.update(this.#withRecord(found, released), limits).catch(undefinedOnConflict);
        if (!done) continue;
        this.#read(done);
        log.info({ lease: lease.name }, 'the Lease is released');
        return;
      }
    } catch (error) {
      log.warn(
        { lease: lease.name, error: (error as Error).message },
        'the Lease could not be released: the next leader waits until it has run out',
      );
    }
  }

  #sayLeader(): void {
    const { log, lease, identity } = this.#options;
    const holder = this.#observed?.holder ?? '';
    if (holder === '' || holder === this.#said) return;
    this.#said = holder;
    log.info({ lease: lease.name, identity, leader: holder }, 'follows another replica');
  }

  #well(): void {
    if (this.#trouble) this.#options.log.info({ lease: this.#options.lease.name }, 'the Lease can be read and written again');
    this.#trouble = undefined;
  }

  #ill(error: unknown): void {
    const { lease, log } = this.#options;
    const forbidden = error instanceof KubeStatusError && error.kind === 'forbidden';
    const problem = error instanceof Error ? error.message : String(error);
    if (!this.#trouble)
      log.warn(
        { lease: lease.name, error: problem, ...(forbidden && { rule: lease.rule }) },
        'the Lease cannot be read or written: this replica cannot lead',
      );
    this.#trouble = { problem, ...(forbidden && { rule: lease.rule }) };
  }
}

/** The process ends meanwhile: where the kube-apiserver is gone too, the others wait until the Lease has run out, and we do not. */
const RELEASED_WITHIN_MS = 1000;
/** Our own last renewal may still be on its way; whoever conflicts more often is somebody else. */
const MOST_RELEASES = 3;

function undefinedOnConflict(error: unknown): undefined {
  if (isConflict(error)) return undefined;
  throw error;
}
