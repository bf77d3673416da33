import { KubeRequestError, KubeStatusError } from '../../src/kube/errors.ts';
import { createElector, type Elector } from '../../src/leader/elector.ts';
import { type LeaseRecord, recordOf, specOf } from '../../src/leader/lease-record.ts';
import type { OneObject, RequestLimits, StoredObject } from '../../src/leader/one-object.ts';
import { type Timing, USUAL_TIMING } from '../../src/leader/timing.ts';

const PATH = '/apis/coordination.k8s.io/v1/namespaces/tides/leases/harbour';
const NOON = Date.UTC(2026, 0, 5, 12);

/** What a replica's requests meet. */
export type Weather = 'fair' | 'away' | 'hangs' | 'forbidden' | 'takes writes, answers nothing';

/** One Lease, some replicas, and a clock that the test moves. A replica's own clock may run apart from the others'. */
export class Stage {
  now = 0;
  /** Seconds and words, in order. */
  readonly told: string[] = [];
  #lease: StoredObject | undefined;
  #version = 0;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  /** @param wallAheadMs how far its idea of the time of day is from the others'. */
  replica(identity: string, { timing = USUAL_TIMING, wallAheadMs = 0 }: { timing?: Timing; wallAheadMs?: number } = {}): Replica {
    const replica = new Replica(identity, this, { timing, wallAheadMs });
    return replica;
  }

  get record(): LeaseRecord | undefined {
    return this.#lease && recordOf(this.#lease);
  }

  /** Somebody who is no replica of ours writes it. */
  write(record: Partial<LeaseRecord>): void {
    const before = this.record ?? { holder: '', durationSeconds: 15, acquireTime: '', renewTime: '', transitions: 0 };
    this.#put({ metadata: {}, spec: specOf({ ...before, ...record }) });
  }

  remove(): void {
    this.#lease = undefined;
  }

  async pass(seconds: number): Promise<void> {
    const end = this.now + seconds * 1000;
    for (;;) {
      await settled();
      const next = this.#sleepers.sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.now = Math.max(this.now, next.at);
      next.wake();
    }
    this.now = end;
    await settled();
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { at: this.now + ms, wake };
      this.#sleepers.push(sleeper);
      signal.addEventListener('abort', wake);
    });
  }

  get(): StoredObject | undefined {
    return this.#lease;
  }

  create(object: object): StoredObject {
    if (this.#lease) throw new KubeStatusError(PATH, 409, { method: 'POST', reason: 'AlreadyExists' });
    return this.#put({ metadata: {}, ...object });
  }

  update(object: StoredObject): StoredObject {
    if (!this.#lease) throw new KubeStatusError(PATH, 404, { method: 'PUT', reason: 'NotFound' });
    if (object.metadata.resourceVersion !== this.#lease.metadata.resourceVersion)
      throw new KubeStatusError(PATH, 409, { method: 'PUT', reason: 'Conflict' });
    return this.#put(object);
  }

  #put(object: StoredObject): StoredObject {
    this.#lease = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
    return this.#lease;
  }

  wall(aheadMs: number): number {
    return NOON + this.now + aheadMs;
  }
}

export class Replica {
  readonly elector: Elector;
  weather: Weather = 'fair';
  /** Milliseconds until the server has it, and the same until the answer is here. */
  delayMs = 0;
  readonly identity: string;
  readonly #stage: Stage;
  /** Its process stands still: neither its timers nor its answers come. */
  #frozen = false;
  #thawed: (() => void)[] = [];

  constructor(identity: string, stage: Stage, { timing, wallAheadMs }: { timing: Timing; wallAheadMs: number }) {
    this.identity = identity;
    this.#stage = stage;
    const say = (fields: object, message: string) =>
      stage.told.push(`${(stage.now / 1000).toFixed(1)} ${identity}: ${message}${'reason' in fields ? ` (${String(fields.reason)})` : ''}`);
    this.elector = createElector({
      lease: this.#leaseOf(),
      identity,
      timing,
      log: { debug: say, info: say, warn: say, error: say },
      clock: () => stage.now,
      wall: () => stage.wall(wallAheadMs),
      random: () => 0.5,
      wait: async (ms, signal) => {
        await stage.wait(ms, signal);
        await this.#awake();
      },
    });
  }

  get leads(): boolean {
    return this.elector.leads();
  }

  start(): this {
    this.elector.start();
    return this;
  }

  /** The process is killed: it asks no more, and nothing of it is written any more. */
  kill(): void {
    this.freeze();
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    for (const wake of this.#thawed.splice(0)) wake();
  }

  async #awake(): Promise<void> {
    while (this.#frozen) await new Promise<void>((resolve) => this.#thawed.push(resolve));
  }

  #leaseOf(): OneObject {
    const stage = this.#stage;
    const meet = async <T>(method: string, limits: RequestLimits, act: () => T): Promise<T> => {
      const { weather } = this;
      await stage.wait(this.delayMs, limits.signal);
      await this.#awake();
      if (limits.signal.aborted) throw new KubeRequestError(method, PATH, 'ABORTED', 'was given up');
      if (weather === 'away') throw new KubeRequestError(method, PATH, 'ECONNREFUSED', 'connection refused');
      if (weather === 'forbidden') throw new KubeStatusError(PATH, 403, { method, reason: 'Forbidden' });
      const done = weather === 'hangs' ? undefined : act();
      if (weather !== 'fair') {
        await stage.wait(limits.timeoutMs, limits.signal);
        throw new KubeRequestError(method, PATH, 'TIMEOUT', 'no answer');
      }
      await stage.wait(this.delayMs, limits.signal);
      await this.#awake();
      return done as T;
    };
    return {
      name: 'tides/harbour',
      rule: 'coordination.k8s.io/leases: get, create, update (tides/harbour)',
      get: (limits) => meet('GET', limits, () => stage.get()),
      create: (object, limits) => meet('POST', limits, () => stage.create(object)),
      update: (object, limits) => meet('PUT', limits, () => stage.update(object)),
    };
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
}
