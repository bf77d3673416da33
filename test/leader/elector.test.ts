import { describe, expect, it } from 'vitest';
import { timingProblem, USUAL_TIMING } from '../../src/leader/timing.ts';
import { type Replica, Stage } from './stage.ts';

/** Lease 15 s, deadline 10 s, a try each 2 s; who wants the Lease tries each 3.2 s (the mean of client-go's jitter). */
const leaders = (...replicas: Replica[]) => replicas.filter(({ leads }) => leads).map(({ identity }) => identity);

/** Passes the time in small steps, and holds all of it against "never two". */
async function watched(stage: Stage, seconds: number, ...replicas: Replica[]): Promise<{ readonly at: number; readonly leader: string }[]> {
  const changes: { at: number; leader: string }[] = [];
  for (let step = 0; step < seconds * 10; step++) {
    await stage.pass(0.1);
    const now = leaders(...replicas);
    expect(now.length, `two leaders at ${stage.now / 1000} s: ${now.join()}`).toBeLessThan(2);
    const [leader = 'nobody'] = now;
    if (changes.at(-1)?.leader !== leader) changes.push({ at: stage.now / 1000, leader });
  }
  return changes;
}

/** a leads, and b has just begun to stand. */
async function leaderAndFollower(): Promise<{ readonly stage: Stage; readonly a: Replica; readonly b: Replica }> {
  const stage = new Stage();
  const [a, b] = [stage.replica('a').start(), stage.replica('b')];
  await stage.pass(0);
  b.start();
  return { stage, a, b };
}

const names = (changes: readonly { readonly leader: string }[]) => changes.map(({ leader }) => leader);

describe('the first', () => {
  it('makes the Lease, and leads', async () => {
    const stage = new Stage();
    const a = stage.replica('a').start();
    expect(a.leads).toBe(false);
    await stage.pass(0);
    expect(a.leads).toBe(true);
    expect(stage.record).toEqual({
      holder: 'a',
      durationSeconds: 15,
      acquireTime: '2026-01-05T12:00:00.000000Z',
      renewTime: '2026-01-05T12:00:00.000000Z',
      transitions: 0,
    });
  });

  it('renews each retry period, and keeps since when it leads', async () => {
    const stage = new Stage();
    stage.replica('a').start();
    await stage.pass(1.9);
    expect(stage.record?.renewTime).toBe('2026-01-05T12:00:00.000000Z');
    await stage.pass(0.1);
    expect(stage.record).toMatchObject({
      renewTime: '2026-01-05T12:00:02.000000Z',
      acquireTime: '2026-01-05T12:00:00.000000Z',
      transitions: 0,
    });
  });

  it('takes a Lease that nobody holds at once, and counts itself as another leader', async () => {
    const stage = new Stage();
    stage.write({ holder: '', durationSeconds: 1, transitions: 6 });
    const a = stage.replica('a').start();
    await stage.pass(0);
    expect(a.leads).toBe(true);
    expect(stage.record).toMatchObject({ holder: 'a', transitions: 7 });
  });
});

describe('a follower', () => {
  it('leaves a Lease alone that is renewed, for as long as it is', async () => {
    const { stage, a, b } = await leaderAndFollower();
    expect(names(await watched(stage, 300, a, b))).toEqual(['a']);
    expect(b.elector.candidacy()).toEqual({ identity: 'b', leads: false, holder: 'a' });
  });

  it('takes it 15 s after it last saw it renewed, and not before', async () => {
    const { stage, a, b } = await leaderAndFollower();
    await stage.pass(20);
    a.kill();
    const killed = stage.now / 1000;
    const [, gone, taken] = await watched(stage, 30, a, b);
    expect(gone).toMatchObject({ leader: 'nobody' });
    expect(gone!.at - killed).toBeLessThanOrEqual(10);
    expect(taken).toMatchObject({ leader: 'b' });
    expect(taken!.at - killed).toBeGreaterThan(13);
    // Seen late by one try, and taken late by another one.
    expect(taken!.at - killed).toBeLessThanOrEqual(15 + 2 * 3.2);
    expect(stage.record).toMatchObject({ holder: 'b', transitions: 1 });
  });

  it.each([
    ['an hour behind', -3_600_000],
    ['an hour ahead', 3_600_000],
  ])(
    'whose time of day is %s takes nothing from a leader that renews, and waits no longer for one that does not',
    async (_, wallAheadMs) => {
      const stage = new Stage();
      const [a, b] = [stage.replica('a').start(), stage.replica('b', { wallAheadMs })];
      await stage.pass(0);
      b.start();
      expect(names(await watched(stage, 60, a, b))).toEqual(['a']);
      a.kill();
      expect(names(await watched(stage, 22, a, b))).toEqual(['a', 'nobody', 'b']);
    },
  );

  it.each([
    ['shorter', 4, 4 + 3.2],
    ['longer', 60, 60 + 3.2],
  ])('waits as long as the holder says: %s than its own', async (_, durationSeconds, most) => {
    const stage = new Stage();
    stage.write({ holder: 'somebody', durationSeconds });
    const b = stage.replica('b').start();
    const [, taken] = await watched(stage, 70, b);
    expect(taken!.at).toBeGreaterThanOrEqual(durationSeconds);
    expect(taken!.at).toBeLessThanOrEqual(most + 0.1);
  });

  it('two that try at the same moment: one is refused by the version, and follows', async () => {
    const stage = new Stage();
    stage.write({ holder: '' });
    const [a, b] = [stage.replica('a'), stage.replica('b')];
    for (const one of [a, b]) one.delayMs = 100;
    a.start();
    b.start();
    expect(names(await watched(stage, 60, a, b)).filter((name) => name !== 'nobody')).toHaveLength(1);
    expect(stage.record!.transitions).toBe(1);
    expect(stage.told.join('\n')).not.toContain('cannot');
  });
});

describe('the leader', () => {
  it('stops 10 s after its last renewal while the kube-apiserver is away for it, before another one begins', async () => {
    const { stage, a, b } = await leaderAndFollower();
    await stage.pass(10);
    a.weather = 'away';
    await stage.pass(9.9);
    expect(leaders(a, b)).toEqual(['a']);
    await stage.pass(0.1);
    expect(leaders(a, b)).toEqual([]);
    expect(stage.told.at(-1)).toBe('20.0 a: leads the replicas no more (not renewed for 10 s)');
    expect(names(await watched(stage, 30, a, b))).toEqual(['nobody', 'b']);
    a.weather = 'fair';
    expect(names(await watched(stage, 30, a, b))).toEqual(['b']);
    expect(a.elector.candidacy()).toEqual({ identity: 'a', leads: false, holder: 'b' });
  });

  it('goes on when the kube-apiserver is back in time', async () => {
    const stage = new Stage();
    const a = stage.replica('a').start();
    await stage.pass(10);
    a.weather = 'away';
    await stage.pass(7);
    expect(a.elector.candidacy().problem).toContain('connection refused');
    a.weather = 'fair';
    expect(names(await watched(stage, 30, a))).toEqual(['a']);
    expect(a.elector.candidacy().problem).toBeUndefined();
  });

  it('stops in time also while a request hangs', async () => {
    const { stage, a, b } = await leaderAndFollower();
    await stage.pass(10);
    a.weather = 'hangs';
    expect(names(await watched(stage, 40, a, b))).toEqual(['a', 'nobody', 'b']);
  });

  it('whose writes come through unheard stops, and does not take it back while another one holds it', async () => {
    const { stage, a, b } = await leaderAndFollower();
    await stage.pass(10);
    a.weather = 'takes writes, answers nothing';
    await watched(stage, 60, a, b);
    expect(leaders(a)).toEqual([]);
    a.weather = 'fair';
    expect((await watched(stage, 60, a, b)).length).toBeLessThanOrEqual(3);
  });

  it('that stood still for a minute does not lead when it goes on, not even for a moment', async () => {
    const { stage, a, b } = await leaderAndFollower();
    await stage.pass(10);
    a.freeze();
    await watched(stage, 60, a, b);
    expect(leaders(a, b)).toEqual(['b']);
    a.thaw();
    expect(leaders(a, b)).toEqual(['b']);
    expect(names(await watched(stage, 60, a, b))).toEqual(['b']);
  });

  it('stops at once when it finds another holder, and says so', async () => {
    const stage = new Stage();
    const a = stage.replica('a').start();
    await stage.pass(5);
    stage.write({ holder: 'somebody' });
    await stage.pass(2);
    expect(a.leads).toBe(false);
    expect(stage.told).toContain('6.0 a: leads the replicas no more (another one holds the Lease)');
  });

  it('renews by a second look when the Lease was changed under it, and it still holds it', async () => {
    const stage = new Stage();
    const a = stage.replica('a').start();
    await stage.pass(5);
    stage.write({});
    expect(names(await watched(stage, 30, a))).toEqual(['a']);
    expect(stage.record).toMatchObject({ holder: 'a', transitions: 0 });
  });

  it('makes the Lease anew when it was deleted under it; a follower leaves it to it', async () => {
    const { stage, a, b } = await leaderAndFollower();
    await stage.pass(1.9);
    stage.remove();
    await stage.pass(0.2);
    expect(stage.record).toMatchObject({ holder: 'a' });
    expect(names(await watched(stage, 60, a, b))).toEqual(['a']);
  });

  // a renews each 2 s, b looks each 3.2 s: after 3.1, 9.5 and 12.7 s it is b that finds it gone first.
  it.each([1.9, 2.1, 3.1, 4.1, 6.3, 8.1, 9.5, 12.7])(
    'and no follower that finds it gone leads beside it: deleted after %s s',
    async (after) => {
      const { stage, a, b } = await leaderAndFollower();
      await stage.pass(after);
      stage.remove();
      expect(names(await watched(stage, 60, a, b))).toEqual(['a']);
      expect(stage.record).toMatchObject({ holder: 'a' });
    },
  );

  it('that is killed with its Lease deleted is followed when the Lease would have run out, and not before', async () => {
    const { stage, a, b } = await leaderAndFollower();
    await stage.pass(20);
    a.kill();
    stage.remove();
    const killed = stage.now / 1000;
    const [, , taken] = await watched(stage, 30, a, b);
    expect(taken).toMatchObject({ leader: 'b' });
    expect(taken!.at - killed).toBeGreaterThan(13);
    expect(taken!.at - killed).toBeLessThanOrEqual(15 + 2 * 3.2);
  });

  it('whose deleted Lease another one has made meanwhile follows that one', async () => {
    const stage = new Stage();
    const a = stage.replica('a').start();
    await stage.pass(2.1);
    stage.remove();
    const b = stage.replica('b').start();
    await stage.pass(0.1);
    // Nothing in the world can tell a that: it stops with its next try.
    expect(stage.record).toMatchObject({ holder: 'b' });
    await stage.pass(2);
    expect(leaders(a, b)).toEqual(['b']);
  });

  it('gives it up when it ends: nobody holds it, for one second, and the next one needs not wait', async () => {
    const { stage, a, b } = await leaderAndFollower();
    await stage.pass(10);
    const ended = a.elector.stop();
    expect(a.leads).toBe(false);
    await stage.pass(0);
    await ended;
    expect(stage.record).toEqual({
      holder: '',
      durationSeconds: 1,
      acquireTime: '2026-01-05T12:00:10.000000Z',
      renewTime: '2026-01-05T12:00:10.000000Z',
      transitions: 0,
    });
    await stage.pass(3.2);
    expect(leaders(a, b)).toEqual(['b']);
    expect(stage.record).toMatchObject({ holder: 'b', transitions: 1 });
  });

  it('gives up what it does not hold to nobody', async () => {
    const stage = new Stage();
    const a = stage.replica('a').start();
    await stage.pass(1);
    stage.write({ holder: 'somebody' });
    const ended = a.elector.stop();
    await stage.pass(0);
    await ended;
    expect(stage.record).toMatchObject({ holder: 'somebody' });
  });
});

describe('without the right', () => {
  it('it follows, and names the rule', async () => {
    const stage = new Stage();
    const a = stage.replica('a');
    a.weather = 'forbidden';
    a.start();
    expect(names(await watched(stage, 30, a))).toEqual(['nobody']);
    expect(a.elector.candidacy()).toEqual({
      identity: 'a',
      leads: false,
      problem: expect.stringContaining('403 Forbidden') as string,
      rule: 'coordination.k8s.io/leases: get, create, update (tides/harbour)',
    });
    expect(stage.told).toEqual(['0.0 a: the Lease cannot be read or written: this replica cannot lead']);
  });

  it('that is given later it leads', async () => {
    const stage = new Stage();
    const a = stage.replica('a');
    a.weather = 'forbidden';
    a.start();
    await stage.pass(10);
    a.weather = 'fair';
    await stage.pass(3.2);
    expect(leaders(a)).toEqual(['a']);
    expect(a.elector.candidacy().rule).toBeUndefined();
  });
});

describe('a hundred leaders killed one after another', () => {
  it('are followed by one each, never two at once', async () => {
    const stage = new Stage();
    let alive = [stage.replica('r0').start(), stage.replica('r1').start(), stage.replica('r2').start()];
    const all = [...alive];
    for (let kill = 0; kill < 100; kill++) {
      await watched(stage, 25, ...all.slice(-6));
      const [leader] = alive.filter(({ leads }) => leads);
      expect(leader, `no leader before kill ${kill}`).toBeDefined();
      leader!.kill();
      alive = alive.filter((one) => one !== leader);
      alive.push(stage.replica(`r${all.length}`).start());
      all.push(alive.at(-1)!);
    }
    expect(stage.record!.transitions).toBe(100 - 1);
  });
});

it.each([
  [{}, undefined],
  [{ leaseDurationMs: 10_000 }, 'lease_duration: more than renew_deadline is allowed'],
  [{ leaseDurationMs: 10_001 }, 'lease_duration: whole seconds are allowed'],
  [{ renewDeadlineMs: 2400 }, 'renew_deadline: more than 1.2 × retry_period is allowed'],
  [{ renewDeadlineMs: 2401 }, undefined],
] as const)('%j of the usual timing: %s', (differs, problem) => {
  expect(timingProblem({ ...USUAL_TIMING, ...differs })).toBe(problem);
});
