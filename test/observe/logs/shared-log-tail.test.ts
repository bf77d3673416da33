import { afterEach, describe, expect, it } from 'vitest';
import { observedValue } from '../../../src/domain/observed.ts';
import type { LogFacts } from '../../../src/domain/snapshot.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import { KubeStatusError } from '../../../src/kube/errors.ts';
import type { HandedOver, LogHandover } from '../../../src/observe/logs/handover.ts';
import { createLogTail, type LogTail } from '../../../src/observe/logs/log-tail.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { SILENT } from '../../../src/source/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { FIRST_STAMP, pod, type TailedCluster, tailedCluster, target } from './kubelet.ts';

const API = 'v1.tides.example.com';
const REFUSED = 'E0105 09:00:00.000000       1 server.go:1] dial tcp 10.0.0.1:443: connect: connection refused';
const FINE = 'I0105 09:00:00.000000       1 server.go:1] serving';
const TURN_MS = 10;

/** What all replicas read and one writes, with what may befall it. */
class Table {
  held: HandedOver | undefined;
  #version = 0;
  /** Of the next writing: it comes through, and its answer does not. */
  unheard = false;
  forbidden = false;
  quotes = true;

  handover(leads: () => boolean): LogHandover {
    return {
      rule: 'configmaps: get, create, update (tides/harbour-logs)',
      quotes: this.quotes,
      sit: () => leads,
      read: () => (this.forbidden ? Promise.reject(new KubeStatusError('/harbour', 403)) : Promise.resolve(this.held)),
      write: async (content, before) => {
        await Promise.resolve();
        if (this.forbidden) throw new KubeStatusError('/harbour', 403);
        if (before?.version !== this.held?.version) return undefined;
        this.held = { content, version: String(++this.#version) };
        if (this.unheard) {
          this.unheard = false;
          throw new Error('no answer');
        }
        return this.held;
      },
    };
  }
}

interface Replica {
  readonly tail: LogTail;
  /** The process is killed: nothing is told any more. */
  kill(): void;
}

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function harbour(): Promise<{
  readonly cluster: TailedCluster;
  readonly table: Table;
  leader: number;
  replica(id: number): Replica;
}> {
  // Its own tail is one of nothing: the replicas ask the same server.
  const cluster = await tailedCluster([]);
  cluster.targets.set(target());
  closing.push(() => cluster.close());
  const table = new Table();
  const whole = {
    cluster,
    table,
    leader: 0,
    replica(id: number) {
      const client = createKubeClient(cluster.server.kubeConfig, { log: SILENT });
      const stop = new AbortController();
      const tail = createLogTail({
        client,
        targets: cluster.targets,
        clock: () => FIRST_STAMP,
        log: SILENT,
        options: {
          handover: table.handover(() => whole.leader === id),
          turnMs: TURN_MS,
          pace: { firstMs: 2, maxMs: 40, idleMs: 60_000, quietMs: 20 },
        },
      });
      const kill = () => {
        stop.abort();
        client.close();
      };
      closing.push(kill);
      tail.start(stop.signal);
      return { tail, kill };
    },
  };
  return whole;
}

const seen = ({ tail }: Replica, api = API): LogFacts | undefined => observedValue(tail.factsFor(api));
const count = (replica: Replica): number => Object.values(seen(replica)?.lines ?? {}).reduce((sum, n) => sum + n, 0);

describe('of two replicas', () => {
  it('one reads, and both say what it has read', async () => {
    const { cluster, ...at } = await harbour();
    const [a, b] = [at.replica(0), at.replica(1)];
    const log = cluster.log('tides/server');
    log.write(FINE, REFUSED);
    await eventually(() => expect([count(a), count(b)]).toEqual([2, 2]));
    expect(seen(b)).toEqual(seen(a));
    expect(seen(b)).toMatchObject({ lines: { info: 1, error: 1 }, matches: [{ signature: 'dial-refused', count: 1, sample: REFUSED }] });
    // The cluster's own tail began with no target, and follows it since.
    expect(log.followers.size).toBe(2);
    expect([a, b].map(({ tail }) => tail.status(cluster.now).state)).toEqual(['ok', 'ok']);
  });

  it('before anybody has told anything nothing is observed, and nothing is called wrong', async () => {
    const whole = await harbour();
    whole.leader = 7;
    const b = whole.replica(1);
    await new Promise((done) => setTimeout(done, 5 * TURN_MS));
    expect(b.tail.factsFor(API)).toEqual({ state: 'unobserved' });
    expect(b.tail.status(whole.cluster.now)).toEqual({
      source: 'logs',
      state: 'pending',
      message: 'no replica has told yet what it reads',
    });
  });

  it('the one that is told nothing by RBAC says the rule', async () => {
    const whole = await harbour();
    whole.table.forbidden = true;
    const a = whole.replica(0);
    const rule = 'configmaps: get, create, update (tides/harbour-logs)';
    await eventually(() => expect(a.tail.status(whole.cluster.now)).toMatchObject({ state: 'forbidden', rule }));
    expect(a.tail.factsFor(API)).toEqual({ state: 'forbidden', rule });
    whole.table.forbidden = false;
    whole.cluster.log('tides/server').write(FINE);
    await eventually(() => expect(count(a)).toBe(1));
  });

  it('where quotations are not for everybody none is told, and everything else is', async () => {
    const whole = await harbour();
    whole.table.quotes = false;
    const [a, b] = [whole.replica(0), whole.replica(1)];
    whole.cluster.log('tides/server').write(FINE, REFUSED, 'E0105 09:00:00.000000       1 gauge.go:7] gauge 17 is stuck');
    await eventually(() => expect([count(a), count(b)]).toEqual([3, 3]));
    expect(seen(b)).toMatchObject({ matches: [{ signature: 'dial-refused', count: 1, sample: '' }], unknownTemplates: [] });
  });

  it.each([
    ['none of ours', 'tides'],
    ['empty', ''],
  ])('a text that is %s is written anew, and the logs are read', async (_, text) => {
    const whole = await harbour();
    whole.table.held = { content: Buffer.from(text), version: 'foreign' };
    const a = whole.replica(0);
    whole.cluster.log('tides/server').write(FINE);
    await eventually(() => expect(count(a)).toBe(1));
  });
});

describe('what was told, deleted by somebody,', () => {
  it('is told anew, and no count falls', async () => {
    const { cluster, table, ...at } = await harbour();
    const [a, b] = [at.replica(0), at.replica(1)];
    const log = cluster.log('tides/server');
    log.write(FINE);
    await eventually(() => expect([count(a), count(b)]).toEqual([1, 1]));
    // What it has counted cannot be read anew.
    log.rotate();
    table.held = undefined;
    log.write(FINE);
    const lowest = [1, 1];
    await eventually(() => {
      for (const [index, one] of [a, b].entries()) lowest[index] = Math.min(lowest[index]!, count(one));
      expect([count(a), count(b)]).toEqual([2, 2]);
    });
    expect(lowest).toEqual([1, 1]);
    expect(table.held).toBeDefined();
  });

  it('together with its teller is told by the next one as that one heard it last', async () => {
    const whole = await harbour();
    const [a, b] = [whole.replica(0), whole.replica(1)];
    const log = whole.cluster.log('tides/server');
    log.write(FINE);
    await eventually(() => expect(count(b)).toBe(1));
    a.kill();
    log.rotate();
    whole.table.held = undefined;
    log.write(FINE);
    whole.leader = 1;
    await eventually(() => expect(count(b)).toBe(2));
  });
});

describe('the next one', () => {
  it('goes on behind the last line that was told, in the log of an instance that ended meanwhile too', async () => {
    const whole = await harbour();
    const [a, b] = [whole.replica(0), whole.replica(1)];
    const log = whole.cluster.log('tides/server');
    log.write(FINE, FINE);
    await eventually(() => expect(count(b)).toBe(2));
    a.kill();
    log.write(FINE);
    log.restart(REFUSED);
    whole.cluster.targets.set(target({ pods: [pod({ containers: [{ ...pod().containers[0]!, restarts: 1 }] })] }));
    whole.leader = 1;
    await eventually(() => expect(count(b)).toBe(4));
    expect(seen(b)).toMatchObject({ lines: { info: 3, error: 1 }, dropped: { gap: 0 } });
    expect(seen(b)!.lastWords).toMatchObject([{ pod: 'tides', lines: [FINE, FINE, FINE] }]);
  });

  it('reads a container that began while nobody read from its first line', async () => {
    const whole = await harbour();
    const [a, b] = [whole.replica(0), whole.replica(1)];
    whole.cluster.log('tides/server').write(FINE);
    await eventually(() => expect(count(b)).toBe(1));
    a.kill();
    whole.leader = 7;
    whole.cluster.log('young/server').write(...Array<string>(1500).fill(FINE));
    const young = pod({ name: 'young', containers: [{ ...pod().containers[0]!, startedAt: FIRST_STAMP + 1 }] });
    whole.cluster.targets.set(target({ pods: [pod(), young] }));
    whole.leader = 1;
    await eventually(() => expect(count(b)).toBe(1501));
  });

  it('is told apart from one that only believes to lead: what that one read and could not tell counts for nobody', async () => {
    const whole = await harbour();
    let both = false;
    const b = whole.replica(1);
    const a = whole.replica(0);
    const log = whole.cluster.log('tides/server');
    log.write(FINE);
    await eventually(() => expect(count(b)).toBe(1));
    // Both take themselves for the leader for a while, and lines come all the time.
    const handover = whole.table.handover(() => both);
    const third = createLogTail({
      client: createKubeClient(whole.cluster.server.kubeConfig, { log: SILENT }),
      targets: whole.cluster.targets,
      clock: () => FIRST_STAMP,
      log: SILENT,
      options: { handover, turnMs: TURN_MS, pace: { firstMs: 2, maxMs: 40, idleMs: 60_000, quietMs: 20 } },
    });
    const stop = new AbortController();
    closing.push(() => stop.abort());
    third.start(stop.signal);
    both = true;
    for (let i = 0; i < 200; i++) {
      log.write(FINE);
      await new Promise((done) => setTimeout(done, 2));
      for (const one of [a, b]) expect(count(one)).toBeLessThanOrEqual(log.lines.length);
    }
    both = false;
    await eventually(() => expect([count(a), count(b)]).toEqual([201, 201]));
  });
});

it('a reader is killed a hundred times while lines come, at whatever moment: each line is counted once, and no count ever falls', async () => {
  const dice = createRandom(11);
  const whole = await harbour();
  const log = whole.cluster.log('tides/server');
  let written = 0;
  let refused = 0;
  const write = () => {
    for (let i = dice.integer(1, 9); i > 0; i--) {
      const bad = dice.integer(0, 3) === 0;
      log.writeAt(log.clock, `${bad ? REFUSED : FINE} ${dice.integer(0, 2)}`);
      if (dice.integer(0, 2) === 0) log.clock += BigInt(dice.integer(0, 200_000_000));
      written++;
      if (bad) refused++;
    }
  };
  let alive = [0, 1, 2].map((id) => ({ id, ...whole.replica(id), highest: 0 }));
  const look = () => {
    for (const one of alive) {
      const now = count(one);
      expect(now).toBeGreaterThanOrEqual(one.highest);
      expect(now).toBeLessThanOrEqual(written);
      one.highest = now;
    }
  };
  // Of a log that nobody has read yet only the last thousand lines are: on a busy machine more come before the first of them reads.
  write();
  await eventually(() => expect(alive.map((one) => count(one))).toEqual([written, written, written]));
  for (let kill = 0; kill < 100; kill++) {
    for (let step = dice.integer(2, 12); step > 0; step--) {
      write();
      await new Promise((done) => setTimeout(done, dice.integer(1, 6)));
      look();
    }
    if (dice.integer(0, 4) === 0) whole.table.unheard = true;
    const [leader] = alive.filter(({ id }) => id === whole.leader);
    // One in four is not killed, but only leads no more.
    if (dice.integer(0, 3) > 0) {
      leader!.kill();
      alive = alive.filter((one) => one !== leader);
      const id = kill + 3;
      alive.push({ id, ...whole.replica(id), highest: 0 });
    }
    const others = alive.filter((one) => one !== leader);
    whole.leader = others[dice.integer(0, others.length - 1)]!.id;
  }
  await eventually(() => expect(alive.map((one) => count(one))).toEqual([written, written, written]));
  expect(seen(alive[0]!)).toMatchObject({ matches: [{ count: refused }], dropped: { budget: 0, truncated: 0, gap: 0 } });
});
