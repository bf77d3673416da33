import { describe, expect, it } from 'vitest';
import { EpisodeLog } from '../../src/diagnose/episodes.ts';
import { LongMemory } from '../../src/diagnose/long-memory.ts';
import { patternOf } from '../../src/diagnose/pattern.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { recurrenceInWords } from '../../src/domain/pattern.ts';
import { memoriesOf } from '../../src/incidents/memories.ts';
import { WatchedHours } from '../../src/incidents/watched-hours.ts';
import { createRandom } from '../../src/simulator/random.ts';
import { incident } from './incident.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** A Monday, 00:00 UTC. */
const START = Date.UTC(2026, 0, 5) / 1000;
const DAYS = 28;
const END = START + DAYS * DAY;
const API = 'v1.lighthouse.example.com';

const failed = (began: number, differs: Partial<Incident> = {}): Incident =>
  incident({ id: `at-${began}`, apiservice: API, began, lastFailing: began + 300, ended: began + 300, ...differs });

/** What an exporter that has just begun, with the incidents of four weeks and nothing else, says of this API. */
function told(incidents: readonly Incident[], watches: (hour: number) => boolean = () => true): string {
  const watched = new WatchedHours(30 * DAY);
  for (let hour = 0; hour < DAYS * 24; hour++) if (watches(hour)) watched.look([API], START + hour * HOUR);
  const log = new EpisodeLog();
  log.memory.join(memoriesOf(incidents, watched).get(API) ?? {});
  log.append(END, false);
  return recurrenceInWords(patternOf(log.list, END, undefined, log.memory)).replace(/^; /, '');
}
const at = (days: readonly number[], second: number) => days.map((day) => failed(START + day * DAY + second));
const mondays = at([0, 7, 14, 21], 2 * HOUR);

describe('four weeks of incidents, read by an exporter that saw none of them', () => {
  it.each<[string, readonly Incident[], string]>([
    [
      'on each Monday at two',
      mondays,
      'every Monday about 02:00 UTC: it began then in each of the 4 weeks in which that time was observed',
    ],
    [
      'on Mondays, and now and then',
      [...mondays, ...at([3, 12], 15 * HOUR)],
      'every Monday about 02:00 UTC: it began then in each of the 4 weeks in which that time was observed',
    ],
    ['on three Mondays', at([0, 7, 14], 2 * HOUR), ''],
    ['at three random times', at([2, 9, 17], 5 * HOUR).map((one, i) => failed(one.began + i * 7777)), ''],
    [
      'in each of the last nights',
      at([20, 21, 22, 23, 24, 25, 26, 27], 3.5 * HOUR),
      'it began at about 03:30 UTC on 8 of the 8 days on which that time was observed',
    ],
    ['in each night of weeks before the last', at([10, 11, 12, 13, 14, 15, 16, 17], 3.5 * HOUR), ''],
    ['on Mondays, of which nobody saw the begin', mondays.map((one) => ({ ...one, beganUnseen: true as const })), ''],
    [
      'on Mondays, each while another one was hardly over',
      mondays.flatMap((one) => [failed(one.began - HOUR, { ended: one.began - 60, beganUnseen: true }), one]),
      '',
    ],
    ['of another API', mondays.map((one) => ({ ...one, apiservice: 'v1.buoys.example.com' })), ''],
  ])('%s', (_, incidents, words) => {
    expect(told(incidents)).toBe(words);
  });

  it('count no week in which nobody looked, and tell nothing where hardly anybody did', () => {
    const [first, second, , fourth] = mondays;
    const later = [first!, second!, fourth!];
    expect(told(later, (hour) => Math.floor(hour / 168) !== 2)).toBe('');
    expect(told(mondays, (hour) => hour % 168 !== 49 || hour > 168)).toContain('Monday');
    expect(told(mondays, (hour) => hour % 168 < 24)).toBe('');
  });

  it('tell of a random history hardly ever that it comes again', () => {
    const random = createRandom(14);
    const RUNS = 150;
    const wrong: string[] = [];
    const counts = [3, 4, 8, 16, 40];
    for (const count of counts)
      for (let run = 0; run < RUNS; run++) {
        const words = told(Array.from({ length: count }, () => failed(START + random.integer(0, DAYS * DAY - 301))));
        if (words !== '') wrong.push(`${count}: ${words}`);
      }
    process.stdout.write(`incidents of four weeks: ${wrong.length} of ${RUNS * counts.length} random histories were said to come again\n`);
    expect(wrong.filter((one) => one.startsWith('3:'))).toEqual([]);
    // The bounds are one in a hundred for a time of day, and one in a thousand for a day of the week.
    expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(0.01 * RUNS * counts.length);
  });
});

describe('what others saw', () => {
  it('is joined once, however often it is read', () => {
    const memory = new LongMemory({ hours: [10, 11], onsets: [10 * HOUR + 60] });
    const other = { hours: [11, 12], onsets: [10 * HOUR + 63, 12 * HOUR] };
    memory.join(other);
    memory.join(other);
    expect(memory.toJSON()).toEqual({ hours: [10, 11, 12], onsets: [10 * HOUR + 60, 12 * HOUR] });
  });

  it('is bounded as what it sees itself', () => {
    const memory = new LongMemory({ hours: [1], onsets: [HOUR] });
    memory.join({
      hours: Array.from({ length: 2000 }, (_, i) => 1000 + i),
      onsets: Array.from({ length: 300 }, (_, i) => (1000 + 2 * i) * HOUR),
    });
    const { hours, onsets } = memory.toJSON();
    expect([hours.length, Math.min(...hours), onsets.length, onsets.at(-1)]).toEqual([865, 2999 - 864, 128, 1598 * HOUR]);
  });

  it('is Monday again where the newest of its own is one', () => {
    const watched = new WatchedHours(30 * DAY);
    for (let hour = 0; hour < DAYS * 24; hour++) watched.look([API], START + hour * HOUR);
    const log = new EpisodeLog();
    log.memory.join(memoriesOf(mondays.slice(0, 3), watched).get(API) ?? {});
    for (const [second, failing] of [
      [-60, false],
      [0, true],
      [60, true],
      [2000, false],
    ] as const)
      log.append(START + 3 * WEEK + 2 * HOUR + second, failing);
    expect(patternOf(log.list, START + 3 * WEEK + 3 * HOUR, undefined, log.memory).dayOfWeek).toMatchObject({ weekday: 1, met: 4, of: 4 });
  });
});
