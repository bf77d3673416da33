import { describe, expect, it } from 'vitest';
import { parseCron, runsAt } from '../../src/diagnose/cron.ts';
import { matchSchedule } from '../../src/diagnose/schedules.ts';
import type { FailurePattern } from '../../src/domain/pattern.ts';
import type { Change, ScheduleFacts } from '../../src/domain/snapshot.ts';

const MONDAY = Date.UTC(2026, 0, 5) / 1000;
const at = (day: number, hour: number, minute: number) => MONDAY + day * 86_400 + hour * 3600 + minute * 60;

describe('cron', () => {
  it.each<[string, number, boolean]>([
    ['* * * * *', at(0, 3, 7), true],
    ['*/15 * * * *', at(0, 3, 30), true],
    ['*/15 * * * *', at(0, 3, 31), false],
    ['5/20 * * * *', at(0, 3, 45), true],
    ['5/20 * * * *', at(0, 3, 40), false],
    ['0 2 * * *', at(1, 2, 0), true],
    ['0 2 * * *', at(1, 3, 0), false],
    ['30 9-17/4 * * MON-FRI', at(0, 13, 30), true],
    ['30 9-17/4 * * MON-FRI', at(5, 13, 30), false],
    ['0 0 * * 7', at(6, 0, 0), true],
    ['0 0 6 jan *', at(1, 0, 0), true],
    ['0 0 6 feb *', at(1, 0, 0), false],
    ['0 0 13 * 1', at(0, 0, 0), true],
    ['0 0 13 * 2', at(0, 0, 0), false],
    ['0 0 1,5,9 * ?', at(0, 0, 0), true],
    ['@hourly', at(0, 5, 0), true],
    ['@daily', at(0, 5, 0), false],
    ['TZ=Etc/UTC 0 5 * * *', at(0, 5, 0), true],
  ])('%s at %d: %s', (schedule, minute, expected) => {
    expect(runsAt(parseCron(schedule)!, minute)).toBe(expected);
  });

  it.each([
    '',
    'constructor',
    '__proto__',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '*/0 * * * *',
    '5-2 * * * *',
    '1-2-3 * * * *',
    'a * * * *',
    '@reboot',
    '-1 * * * *',
    '1e1 * * * *',
  ])('refuses %j', (schedule) => {
    expect(parseCron(schedule)).toBeUndefined();
  });
});

const pattern = (onsets: readonly number[], periodSeconds?: number): FailurePattern => ({
  name: periodSeconds === undefined ? 'intermittent' : 'periodic',
  onsets,
  ...(periodSeconds === undefined ? {} : { periodSeconds, phaseSeconds: 0 }),
});
const job = (schedule: string, differs: Partial<ScheduleFacts> = {}): ScheduleFacts => ({
  object: 'CronJob harbour/tide-table',
  schedule,
  runs: [],
  ...differs,
});
const change = (what: Change['what'], object: string, seconds: number): Change => ({
  what,
  object,
  at: seconds * 1000,
  summary: 'changed',
});

describe('schedules', () => {
  const halfHourly = [0, 1, 2, 3].map((n) => at(0, 0, 30 * n) + 20);
  it.each<[string, readonly number[], readonly ScheduleFacts[], readonly Change[], string | undefined]>([
    ['the job that runs then', halfHourly, [job('0 4 * * *'), job('*/30 * * * *')], [], 'CronJob harbour/tide-table (*/30 * * * *)'],
    ['a job that runs all the time explains nothing', halfHourly, [job('* * * * *')], [], undefined],
    ['a job that runs at another time', halfHourly, [job('15,45 * * * *')], [], undefined],
    ['two onsets are too few', halfHourly.slice(0, 2), [job('*/30 * * * *')], [], undefined],
    [
      'one of five onsets may be another one',
      [...halfHourly, at(0, 2, 11)],
      [job('*/30 * * * *')],
      [],
      'CronJob harbour/tide-table (*/30 * * * *)',
    ],
    ['two of five may not', [...halfHourly.slice(0, 3), at(0, 2, 11), at(0, 2, 17)], [job('*/30 * * * *')], [], undefined],
    [
      'a job in another time zone, as its runs show',
      [0, 1, 2].map((day) => at(day, 1, 0) + 30),
      [job('0 2 * * *', { runs: [0, 1].map((day) => at(day, 1, 0) * 1000) })],
      [],
      'CronJob harbour/tide-table (0 2 * * *)',
    ],
    [
      'an unreadable schedule, by its runs',
      halfHourly,
      [job('@every 30m', { runs: halfHourly.map((onset) => (onset - 20) * 1000) })],
      [],
      'CronJob harbour/tide-table (@every 30m)',
    ],
    [
      'a certificate that rotates',
      halfHourly,
      [],
      halfHourly.map((onset) => change('ca-bundle', 'APIService v1.tides.example.com', onset - 40)),
      'ca-bundle of APIService v1.tides.example.com',
    ],
    [
      'changes at other times',
      halfHourly,
      [],
      halfHourly.map((onset) => change('rollout', 'Deployment harbour/tide-gauge', onset + 600)),
      undefined,
    ],
  ])('%s', (_, onsets, jobs, changes, expected) => {
    expect(matchSchedule(pattern(onsets), { jobs, changes })).toBe(expected);
  });

  it.each([
    [15, 'HorizontalPodAutoscaler sync (every 15 s)'],
    [16.4, 'HorizontalPodAutoscaler sync (every 15 s)'],
    [17, undefined],
  ])('a period of %d s', (period, expected) => {
    expect(
      matchSchedule(
        pattern(
          [0, 1, 2, 3].map((n) => MONDAY + n * period),
          period,
        ),
        { jobs: [], changes: [] },
      ),
    ).toBe(expected);
  });
});
