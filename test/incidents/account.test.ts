import { describe, expect, it } from 'vitest';
import type { Hurt } from '../../src/domain/impact.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ApiFacts, Change, ClusterEvent } from '../../src/domain/snapshot.ts';
import { diagnosis } from '../expose/view.ts';
import { healthyTally } from '../support/healthy.ts';
import { type Differs, Played, START, type Step } from './ticks.ts';

const only = (...steps: Step[]): Incident => {
  const [incident, ...others] = new Played().play(...steps).incidents;
  if (!incident || others.length > 0) throw new Error(`${others.length + (incident ? 1 : 0)} incidents`);
  return incident;
};
const with_ = (said: string, api: Partial<ApiFacts>, more: Differs = {}): Step => [said, { api, ...more }];
const change = (at: number, differs: Partial<Change> = {}): Change => ({
  what: 'rollout',
  at: (START + at) * 1000,
  object: 'Deployment harbour/tide-gauge',
  summary: 'image changed',
  ...differs,
});
const event = (at: number, differs: Partial<ClusterEvent> = {}): ClusterEvent => ({
  type: 'Normal',
  reason: 'Started',
  kind: 'Pod',
  object: 'harbour/tide-gauge',
  message: 'Started container server',
  at: (START + at) * 1000,
  count: 1,
  ...differs,
});
const events = (...recent: ClusterEvent[]): Partial<ApiFacts> => ({ events: observed({ counts: [], recent }) });

describe('what came before', () => {
  it.each<[string, Partial<ApiFacts>, string[]]>([
    ['nothing', {}, []],
    ['a change as it began', { changes: [change(10)] }, ['10 rollout Deployment harbour/tide-gauge: image changed']],
    ['not one after it', { changes: [change(11)] }, []],
    ['a quarter of an hour before', { changes: [change(-890)] }, ['-890 rollout Deployment harbour/tide-gauge: image changed']],
    ['not one of longer ago', { changes: [change(-891)] }, []],
    ['with who did it', { changes: [change(0, { manager: 'helm' })] }, ['0 rollout Deployment harbour/tide-gauge: image changed, by helm']],
    ['an event', events(event(0, { count: 3 })), ['0 event Started harbour/tide-gauge (3 times)']],
    [
      'all of them, oldest first',
      { changes: [change(5)], ...events(event(7), event(3)) },
      [
        '3 event Started harbour/tide-gauge',
        '5 rollout Deployment harbour/tide-gauge: image changed',
        '7 event Started harbour/tide-gauge',
      ],
    ],
  ])('is %s', (_, api, expected) => {
    const { before } = only('well', with_('a', api));
    expect(before.map(({ at, what, says }) => `${at - START} ${what} ${says}`)).toEqual(expected);
  });

  it('is also what is told later, within two minutes', () => {
    const late = (after: number) => only('well', 'a', with_('a', { changes: [change(5)] }, { after })).before.length;
    expect([late(120), late(121)]).toEqual([1, 0]);
  });

  it('is the newest twenty', () => {
    const { before } = only('well', with_('a', { changes: Array.from({ length: 30 }, (_, n) => change(n - 40)) }));
    expect(before.map(({ at }) => at - START)).toEqual(Array.from({ length: 20 }, (_, n) => n - 30));
  });
});

describe('what coincides with the end', () => {
  /** Fails from 10, passes from 200. */
  const endedWith = (api: Partial<ApiFacts>) => {
    const by = only('well', 'a', ['a', { after: 180 }], '~a', with_('well', api)).endedBy;
    return by && `${by.at - START} ${by.what}`;
  };

  it.each<[string, Partial<ApiFacts>, string | undefined]>([
    ['nothing', {}, undefined],
    ['a change two minutes before', { changes: [change(81)] }, '81 rollout'],
    ['not one of longer ago', { changes: [change(80)] }, undefined],
    ['one ten seconds after, as clocks differ', { changes: [change(210)] }, '210 rollout'],
    ['not one after that', { changes: [change(211)] }, undefined],
    ['the nearest', { changes: [change(150), change(190)] }, '190 rollout'],
    ['a change before an event', { changes: [change(150)], ...events(event(195)) }, '150 rollout'],
    ['an event of an ordinary kind', events(event(195)), '195 event'],
    ['no warning, which is what a failure looks like', events(event(195, { type: 'Warning' })), undefined],
  ])('is %s', (_, api, expected) => {
    expect(endedWith(api)).toBe(expected);
  });

  it('is nothing that was there before it began', () => {
    expect(only('well', 'a', '~a', with_('well', { changes: [change(10)] })).endedBy).toBeUndefined();
    expect(only('well', 'a', '~a', with_('well', { changes: [change(11)] })).endedBy).toBeDefined();
  });

  it('is not told of an end that nobody saw', () => {
    const blind = Array.from({ length: 7 }, (): Step => 'blind');
    expect(only('well', 'a', ...blind, with_('well', { changes: [change(85)] }))).not.toHaveProperty('endedBy');
  });
});

describe('its causes in time', () => {
  const spans = (...steps: Step[]) =>
    only(...steps).causes.map(({ cause, from, to }) => `${cause} ${from - START}-${to === undefined ? '' : to - START}`);

  it.each<[string, Step[], string[]]>([
    ['one that is held', ['well', 'a', 'a'], ['a 10-']],
    ['one after the other', ['well', 'unknown', 'a', 'b', 'b'], ['unknown 10-20', 'a 20-30', 'b 30-']],
    ['end with it', ['well', 'a', 'b', '~b', 'well'], ['a 10-20', 'b 20-30']],
    ['end where it was last seen', ['well', 'a', 'a', 'deleted'], ['a 10-20']],
    ['go on after a pause', ['well', 'a', '~a', 'well', 'a'], ['a 10-']],
  ])('%s', (_, steps, expected) => {
    expect(spans(...steps)).toEqual(expected);
  });

  it('keep the first, and the newest, of many', () => {
    const turns = Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? `even-${n}` : `odd-${n}`));
    const { causes } = only('well', ...turns);
    expect(causes).toHaveLength(24);
    expect([causes[0]?.cause, causes.at(-1)?.cause]).toEqual(['even-0', 'odd-99']);
  });

  it('are as sure as they were at the most', () => {
    const sure = new Played().play('well', 'a').incidents[0]?.confidence;
    expect(sure).toBe(0.9);
  });
});

describe('its evidence', () => {
  const piece = (id: string, differs = {}) => ({
    ...diagnosis().evidence[0]!,
    id,
    says: `${id} is so`,
    points: 3,
    since: START + 5,
    ...differs,
  });
  const showing = (said: string, ...evidence: ReturnType<typeof piece>[]): Step => [said, { diagnosis: { evidence } }];
  const evidence = (...steps: Step[]) =>
    only(...steps).evidence.map(({ id, cause, from, to }) => `${cause}/${id} ${from - START}-${to === undefined ? '' : to - START}`);

  it.each<[string, Step[], string[]]>([
    ['begins when it was first met', ['well', showing('a', piece('x'))], ['a/x 5-']],
    ['ends when it is met no more', ['well', showing('a', piece('x')), showing('a')], ['a/x 5-20']],
    [
      'goes on when it is met again',
      ['well', showing('a', piece('x')), showing('a'), showing('a', piece('x', { since: START + 30 }))],
      ['a/x 5-'],
    ],
    ['is of the cause that it was for', ['well', showing('a', piece('x')), showing('b', piece('x'))], ['a/x 5-20', 'b/x 5-']],
    ['ends with it', ['well', showing('a', piece('x')), '~a', 'well'], ['a/x 5-20']],
    ['is none that speaks against it', ['well', showing('a', piece('x', { points: -3 }), piece('y', { points: 0 }))], []],
  ])('%s', (_, steps, expected) => {
    expect(evidence(...steps)).toEqual(expected);
  });

  it('has its newest words, and keeps the line that showed it', () => {
    const steps = [showing('a', piece('x', { says: '1 restart', sample: 'killed' })), showing('a', piece('x', { says: '2 restarts' }))];
    const { sample: _, ...without } = piece('x', { says: '2 restarts' });
    const [one] = only('well', steps[0]!, showing('a', without)).evidence;
    expect(one).toMatchObject({ says: '2 restarts', sample: 'killed' });
  });

  it('is at most 24 pieces', () => {
    const many = Array.from({ length: 40 }, (_, n) => piece(`p${n}`));
    expect(only('well', showing('a', ...many)).evidence).toHaveLength(24);
  });
});

describe('who asked', () => {
  const asked = (attempts: number, failed: number, target = '10.0.0.1:443') =>
    healthyTally('aggregator', 'discovery', { attempts, failures: failed === 0 ? {} : { other: failed }, target });
  const counts = (...steps: Step[]) => only(...steps).vantages.map(({ vantage, failed, asked: all }) => `${vantage} ${failed}/${all}`);
  const probes = (said: string, ...tallies: ReturnType<typeof asked>[]) => with_(said, { probes: tallies });

  it.each<[string, Step[], string[]]>([
    ['counts what failed since the tick before it', [probes('well', asked(100, 2)), probes('a', asked(103, 4))], ['aggregator 2/3']],
    ['goes on counting', [probes('well', asked(100, 0)), probes('a', asked(101, 1)), probes('a', asked(105, 4))], ['aggregator 4/5']],
    [
      'counts what passes too',
      [probes('well', asked(100, 0)), probes('a', asked(101, 1)), probes('~a', asked(103, 1))],
      ['aggregator 1/3'],
    ],
    [
      'counts a new target from 0',
      [probes('well', asked(9, 0)), probes('a', asked(9, 0), asked(3, 3, '10.0.0.2:443'))],
      ['aggregator 3/3'],
    ],
    ['does not count backwards', [probes('well', asked(100, 50)), probes('a', asked(2, 1))], ['aggregator 1/2']],
  ])('%s', (_, steps, expected) => {
    expect(counts(...steps)).toEqual(expected);
  });
});

describe('who was hurt', () => {
  const NOBODY = { autoscaler: UNOBSERVED, namespace: UNOBSERVED, webhook: UNOBSERVED, controller: UNOBSERVED, client: UNOBSERVED };
  const hpa = (name: string, since?: number): Hurt => ({
    kind: 'autoscaler',
    namespace: 'harbour',
    name,
    says: `HPA ${name} cannot scale`,
    ...(since !== undefined && { since: START + since }),
  });
  const hurting = (...all: Hurt[]): Step => with_('a', { hurt: { ...NOBODY, autoscaler: observed(all) } });

  it.each<[string, Step[], string[], object]>([
    ['nobody, as far as is known', ['well', 'a'], [], {}],
    ['each once', ['well', hurting(hpa('x')), hurting(hpa('x'), hpa('y'))], ['x', 'y'], { autoscaler: 2 }],
    [
      'also who is not any more, and the most at once',
      ['well', hurting(hpa('x'), hpa('y')), hurting(hpa('z'))],
      ['x', 'y', 'z'],
      { autoscaler: 2 },
    ],
  ])('%s', (_, steps, names, most) => {
    const { hurt, hurtCounts } = only(...steps);
    expect(hurt.map(({ name }) => name)).toEqual(names);
    expect(hurtCounts).toEqual(most);
  });

  it('since the earliest that was told', () => {
    expect(only('well', hurting(hpa('x', 30)), hurting(hpa('x', 20)), hurting(hpa('x'))).hurt[0]?.since).toBe(START + 20);
  });

  it('is a list of fifty, and all are counted', () => {
    const { hurt, hurtCounts } = only('well', hurting(...Array.from({ length: 60 }, (_, n) => hpa(`x${n}`))));
    expect([hurt.length, hurtCounts]).toEqual([50, { autoscaler: 60 }]);
  });
});

it('remembers the largest group that failed together', () => {
  const together = (...apiservices: string[]): Step => ['a', { diagnosis: { together: { id: 'node-a', shared: 'node a', apiservices } } }];
  expect(only('well', together('a', 'b', 'c'), together('a', 'b'), 'a').shared?.apiservices).toEqual(['a', 'b', 'c']);
});
