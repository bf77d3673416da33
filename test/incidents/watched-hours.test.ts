import { describe, expect, it } from 'vitest';
import { MOST_WATCHED_HOURS, WatchedHours, watchedIn } from '../../src/incidents/watched-hours.ts';

const HOUR = 3600;
/** An hour since the Unix epoch. */
const FIRST = 490_000;
const at = (hour: number, second = 0) => (FIRST + hour) * HOUR + second;
const hours = (watched: WatchedHours, name: string) => [...watched.hoursOf(name)].map((hour) => hour - FIRST).sort((a, b) => a - b);
/** After looks at these APIs in these hours. */
function looked(...looks: readonly (readonly [hour: number, ...apis: string[]])[]): WatchedHours {
  const watched = new WatchedHours(30 * 24 * HOUR);
  for (const [hour, ...apis] of looks) watched.look(apis, at(hour));
  return watched;
}
const again = (line: string) => watchedIn((JSON.parse(line) as { looked: unknown }).looked);

describe('hours in which somebody looked', () => {
  it('are told of each API, and of none that nothing was seen of', () => {
    const watched = looked([0, 'a', 'b'], [0, 'a'], [1, 'a'], [4, 'a', 'b']);
    expect(looked().line()).toBeUndefined();
    expect([hours(watched, 'a'), hours(watched, 'b'), hours(watched, 'c')]).toEqual([[0, 1, 4], [0, 4], []]);
  });

  it('are one line, which is read again', () => {
    const watched = looked([0, 'a', 'b'], [1, 'a'], [4, 'a']);
    expect(watched.line()).toBe(`{"looked":{"a":[${FIRST},2,${FIRST + 4},1],"b":[${FIRST},1]}}`);
    const next = new WatchedHours(30 * 24 * HOUR);
    next.put(again(watched.line()!)!);
    expect(next.line()).toBe(watched.line());
    expect(next.unwritten()).toBeUndefined();
  });

  it('are written once, as soon as they are new, and again where the disk did not take them', () => {
    const watched = looked([0, 'a']);
    const first = watched.unwritten()!;
    watched.look(['a', 'b'], at(0, 10));
    expect(watched.unwritten()!.line).toBe(`{"looked":{"a":[${FIRST},1],"b":[${FIRST},1]}}`);
    first.written();
    expect(watched.unwritten()!.line).toBe(`{"looked":{"b":[${FIRST},1]}}`);
    watched.unwritten()!.written();
    watched.look(['a', 'b'], at(0, HOUR - 1));
    expect(watched.unwritten()).toBeUndefined();
    watched.look(['a'], at(1));
    expect(watched.unwritten()!.line).toBe(`{"looked":{"a":[${FIRST + 1},1]}}`);
  });

  it('are forgotten as incidents are, and with them an API that is gone', () => {
    const watched = looked([0, 'a', 'b'], [1, 'a'], [30 * 24, 'a']);
    expect([hours(watched, 'a'), hours(watched, 'b')]).toEqual([[1, 720], []]);
    expect([...watched.apiservices]).toEqual(['a']);
    const long = new WatchedHours(99 * 24 * HOUR);
    for (let hour = 0; hour < 2 * MOST_WATCHED_HOURS; hour++) long.look(['a'], at(hour));
    expect(hours(long, 'a')).toHaveLength(MOST_WATCHED_HOURS);
    expect(again(long.line()!)?.get('a')).toHaveLength(MOST_WATCHED_HOURS);
  });

  it('that lie ahead are those of a clock that was set back', () => {
    expect(hours(looked([9, 'a'], [2, 'a'], [3, 'a']), 'a')).toEqual([2, 3]);
  });

  it.each<[string, unknown]>([
    ['no object', 7],
    ['nothing', null],
    ['no stretches', { a: 'all' }],
    ['half an hour', { a: [1.5, 1] }],
    ['hours that go back', { a: [9, 1, 3, 1] }],
    ['more than are kept', { a: [1, 9e9] }],
  ])('are not read from %s', (_, text) => {
    expect(watchedIn(text)).toBeUndefined();
  });
});
