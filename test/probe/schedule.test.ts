import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSchedule, fractionOf, type JobOutcome, type Schedule } from '../../src/probe/schedule.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  schedule.stop();
  vi.useRealTimers();
});

let schedule: Schedule;

/** Runs one job for `ms`; its outcomes are taken in order, the last one for ever. Returns the times of its runs. */
async function runs(outcomes: readonly JobOutcome[], ms: number, intervalMs = 10_000): Promise<number[]> {
  const times: number[] = [];
  schedule = createSchedule({ clock: Date.now, burstSteps: 3, burstStepMs: 1000, firstWithinMs: 2000, random: () => 0.5 });
  schedule.add({
    key: 'a',
    interval: () => intervalMs,
    run: async () => {
      times.push(Date.now() - 1_000_000);
      return outcomes[Math.min(times.length, outcomes.length) - 1]!;
    },
  });
  await vi.advanceTimersByTimeAsync(ms);
  return times;
}
const gaps = (times: readonly number[]) => times.slice(1).map((time, i) => time - times[i]!);

describe('the schedule', () => {
  it('runs a new job soon and then once per interval, at its own moment', async () => {
    const times = await runs(['ok'], 60_000);
    expect(times[0]).toBeLessThanOrEqual(2000);
    expect(
      gaps(times)
        .slice(1)
        .every((gap) => Math.abs(gap - 10_000) <= 1),
    ).toBe(true);
    expect(times.length).toBeGreaterThanOrEqual(6);
  });

  it.each<[string, JobOutcome[], number]>([
    ['a first failure', ['failed'], 3],
    ['a failure after a success', ['ok', 'failed'], 3],
    ['a failure after something that was not measured', ['skipped', 'failed'], 3],
    ['success only', ['ok'], 0],
    ['nothing measured', ['skipped'], 0],
    ['a failure that recovers: its burst runs to the end', ['failed', 'ok'], 3],
    ['a failure that goes on: one burst', ['failed', 'failed', 'failed', 'failed', 'failed', 'failed'], 3],
    ['a failure, a recovery, and another failure: two bursts', ['failed', 'failed', 'failed', 'failed', 'ok', 'failed'], 6],
    ['a failure, and another after good burst probes: two bursts', ['failed', 'ok', 'ok', 'ok', 'failed'], 6],
  ])('makes %s', async (_, outcomes, steps) => {
    expect(gaps(await runs(outcomes, 60_000)).filter((gap) => gap === 1000)).toHaveLength(steps);
  });

  it.each<[string, number, boolean]>([
    ['brings a run that is far away near', 5000, true],
    ['leaves a run alone that comes anyhow', 9900, false],
  ])('when hurried %s', async (_, after, brought) => {
    const times = await runs(['ok'], 12_000);
    for (const ran = times.length; times.length === ran; ) await vi.advanceTimersByTimeAsync(10);
    const last = times.at(-1)!;
    await vi.advanceTimersByTimeAsync(after);
    schedule.hurry('a');
    await vi.advanceTimersByTimeAsync(300);
    expect(times.at(-1) !== last).toBe(true);
    expect(times.at(-1)! - last < 9_900).toBe(brought);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(new Set(times).size).toBe(times.length);
  });

  it('hurries nothing that is running, or that it does not know', async () => {
    let started = 0;
    schedule = createSchedule({ clock: Date.now, burstSteps: 0, burstStepMs: 1000, firstWithinMs: 0, random: () => 0.5 });
    schedule.add({
      key: 'slow',
      interval: () => 10_000,
      run: () => {
        started += 1;
        return new Promise(() => undefined);
      },
    });
    await vi.advanceTimersByTimeAsync(100);
    schedule.hurry('slow');
    schedule.hurry('nobody');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(started).toBe(1);
  });

  it('asks for the interval after each run', async () => {
    let interval = 1000;
    const times: number[] = [];
    schedule = createSchedule({ clock: Date.now, burstSteps: 0, burstStepMs: 1000, firstWithinMs: 0, random: () => 0.5 });
    const run = async (): Promise<JobOutcome> => {
      times.push(Date.now());
      return 'ok';
    };
    schedule.add({ key: 'a', interval: () => interval, run });
    await vi.advanceTimersByTimeAsync(5000);
    const before = times.length;
    interval = 60_000;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(before).toBeGreaterThanOrEqual(4);
    expect(times.length - before).toBeLessThanOrEqual(1);
  });

  it('never runs a job twice at a time, nor after it was removed', async () => {
    schedule = createSchedule({ clock: Date.now, burstSteps: 0, burstStepMs: 1, firstWithinMs: 0 });
    let open = 0;
    let most = 0;
    let started = 0;
    schedule.add({
      key: 'slow',
      interval: () => 100,
      run: async () => {
        started += 1;
        open += 1;
        most = Math.max(most, open);
        await new Promise((done) => setTimeout(done, 1000));
        open -= 1;
        return 'ok';
      },
    });
    await vi.advanceTimersByTimeAsync(10_500);
    expect(most).toBe(1);
    schedule.remove('slow');
    const before = started;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(started).toBe(before);
    expect(schedule.size).toBe(0);
  });

  it('spreads many jobs evenly over the interval', () => {
    schedule = createSchedule({ clock: Date.now, burstSteps: 0, burstStepMs: 1, firstWithinMs: 0 });
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 1000; i++) {
      const fraction = fractionOf(`v1.group-${i}.example.com aggregator discovery 192.0.2.2:6443`);
      expect(fraction).toBeGreaterThanOrEqual(0);
      expect(fraction).toBeLessThan(1);
      buckets[Math.floor(fraction * 10)]! += 1;
    }
    expect(Math.min(...buckets)).toBeGreaterThan(60);
    expect(Math.max(...buckets)).toBeLessThan(140);
  });
});
