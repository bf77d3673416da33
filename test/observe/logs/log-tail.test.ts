import { afterEach, describe, expect, it, vi } from 'vitest';
import { observedValue } from '../../../src/domain/observed.ts';
import type { LogFacts } from '../../../src/domain/snapshot.ts';
import type { ApiTarget } from '../../../src/objects/targets.ts';
import type { LogTailOptions } from '../../../src/observe/logs/log-tail.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { eventually } from '../../support/eventually.ts';
import { useLoopTime } from '../../support/virtual-time.ts';
import { container, pod, type TailedCluster, tailedCluster, target } from './kubelet.ts';

const API = 'v1.tides.example.com';
const REFUSED = 'E0105 09:00:00.000000       1 server.go:1] dial tcp 10.0.0.1:443: connect: connection refused';
const FINE = 'I0105 09:00:00.000000       1 server.go:1] serving';

const open: TailedCluster[] = [];
afterEach(async () => {
  for (const cluster of open.splice(0)) await cluster.close();
});

async function tailed(
  targets: readonly ApiTarget[] = [target()],
  options: LogTailOptions = {},
  prepare?: Parameters<typeof tailedCluster>[2],
): Promise<TailedCluster> {
  const cluster = await tailedCluster(targets, options, prepare);
  open.push(cluster);
  return cluster;
}

function facts(cluster: TailedCluster, api = API): LogFacts {
  const observed = observedValue(cluster.tail.factsFor(api));
  if (!observed) throw new Error(`not observed: ${JSON.stringify(cluster.tail.factsFor(api))}`);
  return observed;
}

const read = (cluster: TailedCluster, api = API): number => Object.values(facts(cluster, api).lines).reduce((sum, n) => sum + n, 0);
const following = (cluster: TailedCluster, key = 'tides/server') => eventually(() => cluster.log(key).followers.size === 1);
/** Requests for streams; a log that is quiet is asked for by others too. */
const follows = (cluster: TailedCluster, key = 'tides/server') =>
  cluster.log(key).requests.filter((query) => query.get('follow') === 'true');
/** What discovery sees after a restart. */
const restarted = (restarts: number) => target({ pods: [pod({ containers: [container({ restarts })] })] });

describe('a log', () => {
  useLoopTime();

  it('is counted by severity, its known lines by signature, its unknown errors by template', async () => {
    const cluster = await tailed();
    await following(cluster);
    cluster.log('tides/server').write(FINE, REFUSED, REFUSED, 'plain words', 'panic: tide out of range', FINE.replace('I', 'W'));
    cluster
      .log('tides/server')
      .write(
        'E0105 09:00:00.000000       1 gauge.go:7] gauge 17 of "north" is stuck',
        'E0105 09:00:00.000000       1 gauge.go:7] gauge 4 of "south" is stuck',
      );
    await eventually(() => expect(read(cluster)).toBe(8));
    expect(facts(cluster)).toMatchObject({
      lines: { info: 1, warning: 1, error: 4, fatal: 1, unknown: 1 },
      unknownTemplates: [
        {
          template: 'gauge.go: gauge … of "…" is stuck',
          count: 2,
          sample: expect.stringMatching(/^E0105 .* gauge 17 of "north" is stuck$/),
          lastAt: expect.any(Number),
        },
      ],
      dropped: { budget: 0, truncated: 0, gap: 0 },
    });
    expect(facts(cluster).matches.map(({ signature, count, lastAt }) => [signature, count, lastAt - cluster.now])).toEqual([
      ['dial-refused', 2, 2],
      ['ended-by-panic', 1, 4],
    ]);
    expect(cluster.tail.status(cluster.now)).toMatchObject({ source: 'logs', state: 'ok' });
  });

  it('is observed before its first line, although nothing is answered before it', async () => {
    const cluster = await tailed();
    await eventually(() => expect(read(cluster)).toBe(0));
    const asked = cluster.log('tides/server').requests.map((query) => query.get('follow') ?? query.get('tailLines'));
    expect(asked.slice(0, 2)).toEqual(['true', '1']);
  });

  it('of a server that does not answer at all is not observed', async () => {
    const cluster = await tailed([target()], { pace: { idleMs: 50, quietMs: 10 } }, ({ log }) => {
      log('tides/server').silent = true;
    });
    await eventually(() => expect(cluster.log('tides/server').requests.length).toBeGreaterThan(5));
    expect(cluster.tail.factsFor(API)).toEqual({ state: 'unobserved' });
    expect(cluster.tail.status(cluster.now)).toEqual({ source: 'logs', state: 'pending' });
  });

  it('of a pod behind two APIs is read once and counted for both', async () => {
    const second = target({ name: 'v2.tides.example.com' });
    const cluster = await tailed([target(), second]);
    await following(cluster);
    cluster.log('tides/server').write(REFUSED);
    await eventually(() => expect([read(cluster), read(cluster, second.name)]).toEqual([1, 1]));
    expect(follows(cluster)).toHaveLength(1);
  });

  it('that was there before us is read from its last thousand lines', async () => {
    const cluster = await tailed([target()], {}, ({ log }) => log('tides/server').write(...Array<string>(1500).fill(FINE)));
    await eventually(() => expect(read(cluster)).toBe(1000));
  });

  it('of a container that began after us is read from its beginning', async () => {
    const cluster = await tailed([]);
    cluster.log('young/server').write(...Array<string>(1500).fill(FINE));
    cluster.targets.set(target({ pods: [pod({ name: 'young', containers: [container({ startedAt: cluster.now + 1 })] })] }));
    await eventually(() => expect(read(cluster)).toBe(1500));
  });

  it('goes, and what it said stays counted while its API is there', async () => {
    const cluster = await tailed();
    await following(cluster);
    cluster.log('tides/server').write(REFUSED);
    await eventually(() => expect(read(cluster)).toBe(1));
    cluster.targets.set(target({ pods: [] }));
    await eventually(() => cluster.log('tides/server').followers.size === 0);
    expect(read(cluster)).toBe(1);
    cluster.targets.set();
    expect(cluster.tail.factsFor(API)).toEqual({ state: 'unobserved' });
  });

  it('of a pod that leaves its Service and comes back goes on where it was, whatever was written meanwhile', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(FINE, REFUSED);
    await eventually(() => expect(read(cluster)).toBe(2));
    cluster.targets.set(target({ pods: [] }));
    await eventually(() => log.followers.size === 0);
    log.write(REFUSED, FINE, FINE);
    cluster.targets.set(target());
    await eventually(() => expect(read(cluster)).toBe(5));
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(6));
    expect(facts(cluster).dropped.gap).toBe(0);
  });

  it('of a pod that comes back at once is read by one reader', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(...Array<string>(500).fill(FINE));
    cluster.targets.set(target({ pods: [] }));
    cluster.targets.set(target());
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(501));
    await eventually(() => log.followers.size === 1);
    expect(read(cluster)).toBe(501);
  });

  it('of a pod that restarted while it was away loses nothing', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(1));
    cluster.targets.set(target({ pods: [] }));
    await eventually(() => log.followers.size === 0);
    log.write(REFUSED);
    log.restart();
    log.write(FINE);
    cluster.targets.set(restarted(1));
    await eventually(() => expect(read(cluster)).toBe(3));
  });

  it('of an API that was removed and made anew is counted for the new one', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(FINE, FINE);
    await eventually(() => expect(read(cluster)).toBe(2));
    cluster.targets.set();
    await eventually(() => log.followers.size === 0);
    cluster.targets.set(target());
    await eventually(() => expect(read(cluster)).toBe(2));
  });
});

// On the real clock: it waits a thousand times for a millisecond.
it('a stream is cut a thousand times, and each line is counted once', async () => {
  const dice = createRandom(7);
  const roll = (sides: number) => dice.integer(0, sides - 1);
  let ends = 0;
  let written = 0;
  let refused = 0;
  const cluster = await tailed([target()], { pace: { firstMs: 0.5, maxMs: 2 } });
  await following(cluster);
  const log = cluster.log('tides/server');
  const writeSome = () => {
    for (let i = roll(12); i >= 0; i--) {
      const bad = roll(4) === 0;
      // Many lines share a stamp, as they do with a fast writer, and some are the same.
      log.writeAt(log.clock, `${bad ? REFUSED : FINE} ${roll(3)}`);
      if (roll(3) === 0) log.clock += BigInt(roll(200_000_000));
      written++;
      if (bad) refused++;
    }
  };
  log.nextEnd = () => {
    writeSome();
    ends++;
    if (ends >= 1000) {
      log.nextEnd = undefined;
      return { after: Number.POSITIVE_INFINITY, how: 'stand' };
    }
    return { after: roll(8000), how: roll(3) === 0 ? 'end' : 'cut' };
  };
  log.cut();
  await eventually(() => ends === 1000, 150_000);
  writeSome();
  await eventually(() => expect(read(cluster)).toBe(written));
  expect(facts(cluster)).toMatchObject({ matches: [{ count: refused }], dropped: { budget: 0, truncated: 0, gap: 0 } });
});

describe('a stream', () => {
  useLoopTime();

  it('ends cleanly in the middle of a line, which is counted once it is whole', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.nextEnd = () => {
      log.nextEnd = undefined;
      return { after: 60, how: 'end' };
    };
    log.cut();
    log.write(REFUSED);
    await eventually(() => expect(read(cluster)).toBe(1));
    await following(cluster);
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(2));
  });

  it('that is silent is opened anew, and nothing of it is counted again', async () => {
    const cluster = await tailed([target()], { pace: { idleMs: 40 } });
    const log = cluster.log('tides/server');
    log.write(FINE, FINE);
    await eventually(() => expect(read(cluster)).toBe(2));
    await eventually(() => expect(follows(cluster).length).toBeGreaterThan(3));
    expect(follows(cluster).at(-1)!.get('sinceTime')).toBe('2026-01-05T08:59:59Z');
    expect(read(cluster)).toBe(2);
    expect(facts(cluster).dropped.gap).toBe(0);
  });

  it('with the kubelet’s own complaint at its end is no line, and is asked for again', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.end('failed to create fsnotify watcher: too many open files');
    await following(cluster);
    await eventually(() => expect(cluster.tail.status(cluster.now)).toMatchObject({ state: 'ok' }));
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(1));
  });

  it('goes on when the node’s clock was set back', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(FINE, FINE);
    log.clock -= 3_600_000_000_000n;
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(3));
    log.cut();
    log.write(FINE, FINE);
    await eventually(() => expect(read(cluster)).toBe(5));
  });
});

describe('a rotation', () => {
  useLoopTime();

  it('while the stream stands loses nothing', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(FINE);
    log.rotate();
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(2));
    expect(facts(cluster).dropped.gap).toBe(0);
  });

  it('while the stream is down is a gap, and what came after it is read', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(1));
    log.cut();
    log.write(FINE);
    log.rotate();
    log.write(FINE, REFUSED);
    await eventually(() => expect(read(cluster)).toBe(3));
    expect(facts(cluster)).toMatchObject({ matches: [{ count: 1 }], dropped: { gap: 1 } });
    await following(cluster);
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(4));
    expect(facts(cluster).dropped.gap).toBe(1);
  });
});

describe('a restart', () => {
  useLoopTime();

  it('does not lose what was said before it, told of by discovery', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(FINE, FINE);
    await eventually(() => expect(read(cluster)).toBe(2));
    // The stream breaks before the last words, and the log of the instance is soon another one.
    log.cut();
    log.write(REFUSED, 'panic: tide out of range');
    log.restart();
    cluster.targets.set(restarted(1));
    await following(cluster);
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(5));
    expect(facts(cluster)).toMatchObject({ dropped: { gap: 0 }, matches: [{ count: 1 }, { signature: 'ended-by-panic', count: 1 }] });
    expect(facts(cluster).lastWords).toEqual([
      { pod: 'tides', container: 'server', lines: [FINE, FINE, REFUSED, 'panic: tide out of range'] },
    ]);
    expect(log.requests.filter((query) => query.get('previous') === 'true')).toHaveLength(1);
  });

  it('is told by the log itself before discovery knows, and the previous log is read once', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(1));
    log.cut();
    log.write('panic: tide out of range');
    log.restart(FINE, FINE);
    await eventually(() => expect(read(cluster)).toBe(4));
    cluster.targets.set(restarted(1));
    await following(cluster);
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(5));
    expect(facts(cluster).dropped.gap).toBe(0);
    expect(facts(cluster).lastWords).toMatchObject([{ lines: [FINE, 'panic: tide out of range'] }]);
    expect(log.requests.filter((query) => query.get('previous') === 'true')).toHaveLength(1);
  });

  it('of a crash loop is read each time', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    for (let restarts = 1; restarts <= 5; restarts++) {
      log.write(`panic: number ${restarts}`);
      log.stop();
      log.restart(FINE);
      cluster.targets.set(restarted(restarts));
      await eventually(() => expect(read(cluster)).toBe(2 * restarts));
      await following(cluster);
    }
    expect(facts(cluster)).toMatchObject({ dropped: { gap: 0 }, matches: [{ signature: 'ended-by-panic', count: 5 }] });
    expect(facts(cluster).lastWords).toMatchObject([{ lines: [FINE, 'panic: number 5'] }]);
  });

  it('is read when two follow one another before discovery tells of the first', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(FINE, 'panic: zero');
    await eventually(() => expect(read(cluster)).toBe(2));
    log.restart(FINE, 'panic: one');
    await eventually(() => expect(read(cluster)).toBe(4));
    // Nobody follows while the next instance comes and goes.
    log.refusal = { status: 500, reason: 'InternalError', message: 'no kubelet' };
    log.cut();
    log.restart(FINE, 'panic: two');
    log.refusal = undefined;
    await eventually(() => expect(read(cluster)).toBe(6));
    cluster.targets.set(restarted(2));
    await following(cluster);
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(7));
    expect(facts(cluster)).toMatchObject({ dropped: { gap: 0 }, matches: [{ signature: 'ended-by-panic', count: 3 }] });
  });

  it('is read when its instance came and went while the next one was followed already', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(FINE, 'panic: zero');
    await eventually(() => expect(read(cluster)).toBe(2));
    // Told by discovery: its previous log is read, and the stream that follows finds the instance after the next.
    log.restart();
    const gate = { open: false };
    log.onFollow = () => {
      if (gate.open) return;
      gate.open = true;
      log.write('panic: one');
      log.restart(FINE);
    };
    log.end();
    cluster.targets.set(restarted(1));
    await eventually(() => expect(read(cluster)).toBeGreaterThanOrEqual(3));
    cluster.targets.set(restarted(2));
    await following(cluster);
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(5));
    expect(facts(cluster).matches).toMatchObject([{ signature: 'ended-by-panic', count: 2 }]);
  });

  it('that happened shortly before us is read once too; one of long ago is not', async () => {
    const startedAt = { recent: Date.UTC(2026, 0, 5, 8, 50), old: Date.UTC(2026, 0, 4) };
    const pods = Object.entries(startedAt).map(([name, at]) => pod({ name, containers: [container({ restarts: 3, startedAt: at })] }));
    const cluster = await tailed([target({ pods })], {}, ({ log }) => {
      for (const name of Object.keys(startedAt)) {
        log(`${name}/server`).write('panic: before');
        log(`${name}/server`).restart(FINE);
      }
    });
    await eventually(() => expect(read(cluster)).toBe(3));
    await following(cluster, 'recent/server');
    await following(cluster, 'old/server');
    expect(facts(cluster).lastWords).toEqual([{ pod: 'recent', container: 'server', lines: ['panic: before'] }]);
  });

  it('whose previous log is gone does no harm', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(1));
    log.restart(FINE);
    log.previous = undefined;
    cluster.targets.set(restarted(1));
    await eventually(() => expect(read(cluster)).toBe(2));
  });
});

describe('too much', () => {
  useLoopTime();

  it('for the budget is counted as dropped, line by line, and read again when the budget fills', async () => {
    const line = `${FINE} ${'x'.repeat(900)}`;
    // The clock that nobody sets: it stands.
    let elapsed = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => elapsed);
    const cluster = await tailed([target()], { bytesPerMinute: 100 * 1024 });
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(...Array<string>(500).fill(line));
    await eventually(() => expect(read(cluster) + facts(cluster).dropped.budget).toBe(500));
    expect(read(cluster)).toBe(Math.floor((100 * 1024) / (line.length + 1)));
    elapsed += 30_000;
    log.cut();
    log.write(...Array<string>(500).fill(line));
    await eventually(() => expect(read(cluster) + facts(cluster).dropped.budget).toBe(1000));
    expect(read(cluster)).toBe(Math.floor((150 * 1024) / (line.length + 1)));
    vi.restoreAllMocks();
  });

  it('in one line is cut at 64 KiB, counted once, and judged by what was read', async () => {
    const cluster = await tailed();
    await following(cluster);
    const log = cluster.log('tides/server');
    log.write(`${REFUSED} ${'x'.repeat(200_000)} panic: late`, FINE, `${FINE} ${'x'.repeat(70_000)} ${REFUSED}`);
    await eventually(() => expect(read(cluster)).toBe(3));
    expect(facts(cluster)).toMatchObject({ dropped: { truncated: 2 }, matches: [{ signature: 'dial-refused', count: 1 }] });
    expect(facts(cluster).matches[0]!.sample).toHaveLength(512);
    log.cut();
    log.write(FINE);
    await eventually(() => expect(read(cluster)).toBe(4));
  });

  it('for the limit of streams leaves each API its first container, and says so', async () => {
    const pods = (api: string) => ['a', 'b'].map((name) => pod({ name: `${api}-${name}` }));
    const targets = ['v1.one.example.com', 'v1.two.example.com'].map((name, i) => target({ name, pods: pods(`api${i}`) }));
    const cluster = await tailed(targets, { maxStreams: 2 });
    await following(cluster, 'api0-a/server');
    await following(cluster, 'api1-a/server');
    await eventually(() =>
      expect(cluster.tail.status(cluster.now)).toMatchObject({
        state: 'ok',
        message: '2 containers are not followed: the limit is 2',
      }),
    );
    cluster.targets.set(target({ name: 'v1.two.example.com', pods: pods('api1') }));
    await following(cluster, 'api1-b/server');
    expect(cluster.tail.status(cluster.now).message).toBeUndefined();
  });
});

describe('a refusal', () => {
  useLoopTime();

  it('of rights is forbidden, with the rule that would open it, and ends when it is granted', async () => {
    const cluster = await tailed([target()], {}, ({ log }) => {
      log('tides/server').refusal = { status: 403, reason: 'Forbidden', message: 'pods "tides" is forbidden' };
    });
    await eventually(() => expect(cluster.tail.factsFor(API)).toEqual({ state: 'forbidden', rule: 'pods/log: get' }));
    expect(cluster.tail.status(cluster.now)).toMatchObject({ state: 'forbidden', rule: 'pods/log: get' });
    cluster.log('tides/server').refusal = undefined;
    await following(cluster);
    await eventually(() => expect(cluster.tail.factsFor(API)).toMatchObject({ state: 'observed' }));
    expect(cluster.tail.status(cluster.now).state).toBe('ok');
  });

  it.each([
    [400, 'BadRequest', 'container "server" in pod "tides" is waiting to start: ContainerCreating'],
    [404, 'NotFound', 'pods "tides" not found'],
  ])('with %i means that there is nothing to read yet', async (status, reason, message) => {
    const cluster = await tailed([target()], {}, ({ log }) => {
      log('tides/server').refusal = { status, reason, message };
    });
    await eventually(() => expect(read(cluster)).toBe(0));
    cluster.log('tides/server').refusal = undefined;
    await following(cluster);
    cluster.log('tides/server').write(FINE);
    await eventually(() => expect(read(cluster)).toBe(1));
  });

  it('of the kubelet proves nothing about the log', async () => {
    const cluster = await tailed([target()], {}, ({ log }) => {
      log('tides/server').refusal = { status: 500, reason: 'InternalError', message: 'dial tcp 192.0.2.10:10250: i/o timeout' };
    });
    await eventually(() => expect(cluster.tail.status(cluster.now).state).toBe('failed'));
    expect(cluster.tail.factsFor(API)).toMatchObject({ state: 'unobserved', why: expect.stringContaining('i/o timeout') });
  });

  it('of one pod does not hide the others', async () => {
    const cluster = await tailed([target({ pods: [pod({ name: 'a' }), pod({ name: 'b' })] })], {}, ({ log }) => {
      log('a/server').refusal = { status: 500, reason: 'InternalError', message: 'no node' };
    });
    await following(cluster, 'b/server');
    cluster.log('b/server').write(FINE);
    await eventually(() => expect(read(cluster)).toBe(1));
    await eventually(() =>
      expect(cluster.tail.status(cluster.now)).toMatchObject({ state: 'ok', message: expect.stringContaining('no node') }),
    );
  });

  it('is absent where there is no pod', async () => {
    const cluster = await tailed([target({ pods: [] })]);
    expect(cluster.tail.factsFor(API)).toEqual({ state: 'absent' });
  });
});

describe('a kube-apiserver that is a pod', () => {
  useLoopTime();

  const APISERVER = {
    metadata: { name: 'kube-apiserver-one', namespace: 'kube-system', uid: 'apiserver-1' },
    spec: { nodeName: 'control-plane' },
    status: { containerStatuses: [{ name: 'kube-apiserver', restartCount: 0, state: { running: { startedAt: '2026-01-05T08:00:00Z' } } }] },
  };

  it('is heard: what names an API is of that API, the rest of the control plane', async () => {
    const cluster = await tailed([target()], { apiserverPodsMs: 20 });
    expect(cluster.tail.apiserverFacts()).toEqual({ state: 'absent' });
    cluster.apiserverPods.push(APISERVER);
    await following(cluster, 'kube-apiserver-one/kube-apiserver');
    cluster.log('kube-apiserver-one/kube-apiserver').write(
      FINE,
      // What it says of its own clients means nothing of an aggregated server.
      REFUSED,
      `E0105 09:00:00.000000       1 remote_available_controller.go:471] "Unhandled Error" err="${API} failed with: failing or missing response from https://10.1.0.5:443/apis/tides.example.com/v1: bad status from https://10.1.0.5:443/apis/tides.example.com/v1: 401" logger="UnhandledError"`,
      'W0105 09:00:00.000000       1 logging.go:59] grpc: addrConn.createTransport failed to connect to {Addr: "127.0.0.1:2379"}. Err: connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"',
    );
    await eventually(() => expect(observedValue(cluster.tail.apiserverFacts())?.lines).toMatchObject({ info: 1, warning: 1, error: 2 }));
    expect(cluster.tail.apiserverMatches(API)).toMatchObject([{ speaker: 'kube-apiserver', count: 1 }]);
    expect(observedValue(cluster.tail.apiserverFacts())?.matches).toMatchObject([{ count: 1 }]);
    await eventually(() => expect(read(cluster)).toBe(0));
  });
});

describe('the user’s signatures', () => {
  useLoopTime();

  it('are asked first', async () => {
    const signatures = [
      { id: 'north-gauge', pattern: 'dial tcp .* refused', pointsTo: ['backend-dependency-failing'], speaker: 'client' as const },
    ];
    const cluster = await tailed([target()], { signatures });
    await following(cluster);
    cluster.log('tides/server').write(REFUSED, 'panic: tide out of range');
    await eventually(() => expect(read(cluster)).toBe(2));
    expect(facts(cluster).matches).toEqual([
      {
        signature: 'north-gauge',
        speaker: 'client',
        count: 1,
        lastAt: expect.any(Number),
        sample: REFUSED,
        busyMinutes: 0,
        pointsTo: ['backend-dependency-failing'],
      },
      {
        signature: 'ended-by-panic',
        speaker: 'aggregated-server',
        count: 1,
        lastAt: expect.any(Number),
        sample: 'panic: tide out of range',
        busyMinutes: 0,
      },
    ]);
  });
});
