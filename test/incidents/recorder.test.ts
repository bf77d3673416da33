import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import { createRecorder } from '../../src/incidents/recorder.ts';
import { failed, intermittent, NAME, NO_LIST, Played, START, type Step } from './ticks.ts';

/** What is told of each incident, in seconds after the start: `cause began-ended how`. */
const told = (incidents: readonly Incident[]): string[] =>
  incidents.map(({ cause, began, ended, ending, state, returned }) => {
    const until = ended === undefined ? state : `${ended - START} ${ending}`;
    return `${cause} ${began - START}-${until}${returned > 0 ? ` +${returned}` : ''}`;
  });

describe('an incident', () => {
  it.each<[string, Step[], string[]]>([
    ['is not there while nothing fails', ['well', 'well'], []],
    ['is there from the first tick that fails', ['well', 'a'], ['a 10-failing']],
    ['goes on while it fails', ['well', 'a', 'a', 'a'], ['a 10-failing']],
    ['has not ended while it may still come back', ['well', 'a', '~a'], ['a 10-recovering']],
    ['has ended when the verdict says so, since nothing erred', ['well', 'a', '~a', '~a', 'well'], ['a 10-20 recovered']],
    ['began when the cluster says, where nobody saw it begin', [['a', { since: -500 }]], ['a -500-failing']],
    ['is called after the cause that was held the longest', ['well', 'unknown', 'a', 'b', 'b', 'b', '~b', 'well'], ['b 10-60 recovered']],
    ['has no cause where none was named', ['well', 'unknown', '~unknown', 'well'], ['unknown 10-20 recovered']],
    ['neither ends nor goes on while it is not observed', ['well', 'a', 'blind', 'blind'], ['a 10-not-observed']],
    ['goes on where it is seen again', ['well', 'a', 'blind', 'a'], ['a 10-failing']],
    ['ended while nobody looked', ['well', 'a', ...Array.from({ length: 9 }, () => 'blind'), 'well'], ['a 10-110 while-away']],
    ['ended within a minute of the last look, which is as good as seen', ['well', 'a', 'blind', 'well'], ['a 10-30 recovered']],
    ['ends with its API', ['well', 'a', 'deleted'], ['a 10-20 deleted']],
    ['ends with its API where the deletion was not seen', ['well', 'a', 'gone', 'gone'], ['a 10-20 not-watched']],
    ['does not end because the list can not be read', ['well', 'a', ['gone', { snapshot: NO_LIST }]], ['a 10-not-observed']],
    ['of an API that is made anew is another one', ['a', 'deleted', 'well', 'a'], ['a 0-10 deleted', 'a 30-failing']],
  ])('%s', (_, steps, expected) => {
    expect(told(new Played().play(...steps).incidents)).toEqual(expected);
  });

  it('says that it failed already when it was first looked at', () => {
    expect(new Played().play('a').incidents[0]).toHaveProperty('beganUnseen', true);
    expect(new Played().play('well', 'a').incidents[0]).not.toHaveProperty('beganUnseen');
  });

  it('is told at each tick that fails, once when nobody looks any more, and once when it ends', () => {
    const played = new Played().play('well', 'a', 'a', 'blind', 'blind', 'a', 'well', 'well');
    expect(played.touched.map((touched) => touched.length)).toEqual([0, 1, 1, 1, 0, 1, 1, 0]);
  });

  it('keeps its id for ever, and its id needs no escaping', () => {
    const ids = new Set(
      new Played()
        .play('well', 'a', 'b', '~b', 'b', '~b', 'well')
        .touched.flat()
        .map(({ id }) => id),
    );
    expect([...ids]).toEqual(['20260105t090010z-v1.tides.example.com']);
  });

  it('takes no id that another one has', () => {
    const isTaken = (id: string) => id === '20260105t090010z-v1.tides.example.com';
    expect(new Played(createRecorder(isTaken)).play('well', 'a').incidents[0]?.id).toBe('20260105t090010z-v1.tides.example.com-2');
  });
});

describe('a failure that comes back', () => {
  const wait = (seconds: number, cause = 'a'): Step => [cause, { after: seconds }];
  const flapping = { pattern: intermittent(0, 120, 240) };
  /** Ends 20 s after START + 10, where failures were three in the hour already. */
  const thirdTime: Step[] = ['well', 'a', '~a', ['well', flapping]];

  it.each<[string, Step[], string[]]>([
    ['within a minute is the same', [...['well', 'a', '~a', 'well'], wait(49)], ['a 10-failing +1']],
    ['a minute later is another one', [...['well', 'a', '~a', 'well'], wait(51)], ['a 10-20 recovered', 'a 81-failing']],
    ['within an hour is the same where three failed within one', [...thirdTime, wait(3580)], ['a 10-failing +1']],
    ['later than that is another one', [...thirdTime, wait(3592)], ['a 10-20 recovered', 'a 3622-failing']],
    ['for another cause while it recovers is another one', ['well', 'a', '~a', 'b'], ['a 10-20 recovered', 'b 30-failing']],
    ['for the same cause while it recovers is the same', ['well', 'a', '~a', 'a'], ['a 10-failing']],
    ['without a cause while it recovers is waited with', ['well', 'a', '~a', 'unknown', 'a'], ['a 10-failing +1']],
    ['for another cause is another one', [...thirdTime, wait(300, 'b')], ['a 10-20 recovered', 'b 330-failing']],
    [
      'without a cause is waited with until one is named',
      [...thirdTime, wait(300, 'unknown'), 'b'],
      ['a 10-20 recovered', 'b 330-failing'],
    ],
    ['for the same cause, named later', [...thirdTime, wait(300, 'unknown'), 'a'], ['a 10-failing +1']],
    ['without a cause for 20 s goes on with the last', [...thirdTime, wait(300, 'unknown'), 'unknown', 'unknown'], ['a 10-failing +1']],
    ['without a cause is not told before', [...thirdTime, wait(300, 'unknown'), 'unknown'], ['a 10-20 recovered']],
    ['and passes without a cause goes on with the last', [...thirdTime, wait(300, 'unknown'), '~unknown'], ['a 10-failing +1']],
  ])('%s', (_, steps, expected) => {
    expect(told(new Played().play(...steps).incidents)).toEqual(expected);
  });

  it('goes on with each of several causes that take turns', () => {
    const turn = (cause: string): Step[] => [[cause, { after: 200 }], `~${cause}`, ['well', flapping]];
    const played = new Played().play('well', ...turn('a'), ...turn('b'), ...turn('a'), ...turn('b'));
    expect(played.incidents.map(({ cause, returned }) => `${cause} ${returned}`)).toEqual(['a 1', 'b 1']);
  });

  it('is one incident each day at most, however it flaps, and not a thousand', () => {
    const played = new Played().play('well');
    for (let minute = 0; minute < 2 * 1440; minute++) {
      const at = minute * 60;
      played.play('a', '~a', ['well', { after: 40, pattern: intermittent(at - 120, at - 60, at) }]);
    }
    expect(played.incidents.length).toBeLessThanOrEqual(4);
    expect(played.incidents[0]?.interruptions).toHaveLength(20);
    const { course, ...rest } = played.incidents[0]!;
    expect(JSON.stringify(rest).length).toBeLessThan(4096);
    expect(JSON.stringify(course).length).toBeLessThan(8192);
  }, 30_000);

  it('is settled once it cannot come back any more, once', () => {
    const played = new Played().play('well', 'a', '~a', 'well', ['well', { after: 49 }]);
    expect(played.settled).toEqual([]);
    played.play(['well', { after: 1 }], 'well');
    expect(told(played.settled)).toEqual(['a 10-20 recovered']);
  });

  it('is settled at once with its API', () => {
    expect(told(new Played().play('a', 'deleted').settled)).toEqual(['a 0-10 deleted']);
  });
});

describe('after a restart', () => {
  const before = (...steps: Step[]) => new Played().play(...steps).incidents;
  const resumed = (incidents: readonly Incident[]): Played => {
    const recorder = createRecorder();
    recorder.resume(incidents);
    return new Played(recorder, 100);
  };

  it.each<[string, Step[], Step[], string[]]>([
    ['an open one goes on while the API still fails', ['well', 'a'], ['blind', ['a', { since: 110 }]], ['a 10-failing']],
    ['an open one ended while we were away', ['well', 'a'], ['blind', 'well'], ['a 10-110 while-away']],
    ['it is said too where it recovers just now', ['well', 'a'], ['blind', '~a'], ['a 10-110 while-away']],
    ['an open one of an API that is gone', ['well', 'a'], ['gone'], ['a 10-100 not-watched']],
    ['one that ended goes on where it comes back in time', [...failed('a', 9)], ['a'], ['a 0-failing +1']],
  ])('%s', (_, first, then, expected) => {
    expect(
      told(
        resumed(before(...first))
          .play(...then)
          .incidents.slice(-1),
      ),
    ).toEqual(expected);
  });
});

it('shows an incident of an earlier run as not observed until somebody looks', () => {
  const open = new Played().play('well', 'a').incidents;
  expect(createRecorder().resume(open)).toEqual([{ ...open[0], state: 'not-observed' }]);
});

describe('a clock that is set', () => {
  it.each<[string, Step[], string[]]>([
    ['back while it fails: nothing ends before it began', ['well', 'a', ['a', { after: -3600 }], 'a', '~a', 'well'], ['a 10-10 recovered']],
    ['forward by a day while it fails: it goes on', ['well', 'a', ['a', { after: 86_400 }]], ['a 10-failing']],
    ['forward by a day as it ends: nobody saw when', ['well', 'a', ['well', { after: 86_400 }]], ['a 10-86410 while-away']],
    [
      'back before another failure: it begins after the first',
      [...failed('a', 1), ['b', { after: -3600 }]],
      ['a 0-10 recovered', 'b 10-failing'],
    ],
  ])('%s', (_, steps, expected) => {
    expect(told(new Played().play(...steps).incidents)).toEqual(expected);
  });
});

it('tells of each API on its own', () => {
  expect(new Played().play('a').incidents[0]?.apiservice).toBe(NAME);
});
