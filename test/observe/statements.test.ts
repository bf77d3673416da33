import { describe, expect, it } from 'vitest';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ProbeTally } from '../../src/domain/probe.ts';
import type { ApiFacts, ClusterEvent, ConditionFacts } from '../../src/domain/snapshot.ts';
import { readTexts } from '../../src/observe/statements.ts';
import { healthyApi, healthyTally, NOW, probeResult } from '../support/healthy.ts';

const SAID = 'dial tcp 10.1.0.5:10250: connect: connection refused';

/** What is handed in of an API at NOW. */
function texts(differs: Partial<ApiFacts>) {
  const stands: unknown[] = [];
  const told: unknown[] = [];
  readTexts(
    {
      stand: (api, statements, now) => void stands.push([api, statements, now]),
      record: (...said) => void told.push(said),
      factsFor: () => [],
    },
    healthyApi(differs),
    NOW,
  );
  return { stands, told };
}
const standing = (differs: Partial<ApiFacts>) =>
  (texts(differs).stands as [string, unknown[], number][]).flatMap(([, statements]) => statements);

describe('a condition', () => {
  const condition = (differs: Partial<ConditionFacts>): Partial<ApiFacts> => ({
    condition: observed({ status: 'False', reason: 'FailedDiscoveryCheck', message: SAID, lastTransition: NOW - 60_000, ...differs }),
  });

  it.each<[string, Partial<ApiFacts>, unknown[]]>([
    ['says nothing while the API is available', {}, []],
    ['says what it says since it has its status', condition({}), [{ text: SAID, at: NOW - 60_000, where: 'condition', from: 'condition' }]],
    [
      'does so where the status is unknown',
      condition({ status: 'Unknown' }),
      [{ text: SAID, at: NOW - 60_000, where: 'condition', from: 'condition' }],
    ],
    [
      'says it now where it does not tell since when',
      condition({ lastTransition: undefined } as never),
      [{ text: SAID, at: NOW, where: 'condition', from: 'condition' }],
    ],
    ['says nothing that was not observed', { condition: UNOBSERVED }, []],
  ])('%s', (_, differs, expected) => expect(standing(differs)).toEqual(expected));
});

describe('a probe through a kube-apiserver', () => {
  const FAILED = probeResult({ at: NOW - 5000, ok: false, reason: 'connection_refused', detail: SAID });
  const probes = (differs: Partial<ProbeTally>): Partial<ApiFacts> => ({
    probes: [healthyTally('aggregator', 'list', { last: FAILED, lastFailure: FAILED, ...differs })],
  });
  const passes: Partial<ProbeTally> = { last: probeResult() };
  const SAYS = [{ text: SAID, at: NOW - 5000, where: 'list 10.0.0.1:443', from: 'list' }];

  it.each<[string, Partial<ApiFacts>, unknown[]]>([
    ['says what it was answered, while it fails', probes({}), SAYS],
    ['says nothing once it passes', probes(passes), []],
    ['says nothing where it was given no words', probes({ lastFailure: { ...FAILED, detail: '' } }), []],
    ['says nothing that never failed', { probes: [healthyTally('aggregator')] }, []],
    [
      'says it still when it passes once within a minute of a failure that came again',
      probes({ ...passes, recurred: { connection_refused: NOW - 60_000 } }),
      SAYS,
    ],
    ['does not after that minute', probes({ ...passes, recurred: { connection_refused: NOW - 60_001 } }), []],
    ['does not because another failure came again', probes({ ...passes, recurred: { connection_reset: NOW } }), []],
    [
      'says a failure of no known reason still, too',
      probes({ ...passes, lastFailure: { ...FAILED, reason: undefined } as never, recurred: { other: NOW } }),
      SAYS,
    ],
  ])('%s', (_, differs, expected) => expect(standing(differs)).toEqual(expected));

  it.each(['control', 'service', 'endpoint'] as const)('is none from %s: of a connection of our own the reason is known', (vantage) => {
    expect(standing({ probes: [healthyTally(vantage, 'discovery', { last: FAILED, lastFailure: FAILED })] })).toEqual([]);
  });
});

describe('what stands', () => {
  it('is handed in each time, all of it together: what is not among it has ended', () => {
    const failed = probeResult({ ok: false, reason: 'connection_reset', detail: 'broken pipe' });
    const both = texts({
      condition: observed({ status: 'False', reason: 'FailedDiscoveryCheck', message: SAID, lastTransition: NOW }),
      probes: ['discovery', 'list'].map((request) => healthyTally('aggregator', request as 'list', { last: failed, lastFailure: failed })),
    });
    expect(both.stands).toEqual([
      [
        'v1.tides.example.com',
        [
          { text: SAID, at: NOW, where: 'condition', from: 'condition' },
          { text: 'broken pipe', at: NOW, where: 'discovery 10.0.0.1:443', from: 'client' },
          { text: 'broken pipe', at: NOW, where: 'list 10.0.0.1:443', from: 'list' },
        ],
        NOW,
      ],
    ]);
    expect(texts({}).stands).toEqual([['v1.tides.example.com', [], NOW]]);
  });
});

describe('an event', () => {
  const event = (differs: Partial<ClusterEvent>): ClusterEvent => ({
    kind: 'Pod',
    type: 'Warning',
    reason: 'Unhealthy',
    object: 'harbour/tide-gauge-1',
    message: SAID,
    at: NOW - 9000,
    count: 1,
    ...differs,
  });

  it.each<[string, Partial<ApiFacts>, unknown[]]>([
    [
      'is told with its object and its reason, at its time',
      { events: observed({ counts: [], recent: [event({}), event({ message: 'broken pipe', at: NOW })] }) },
      [
        ['v1.tides.example.com', SAID, NOW - 9000, 'harbour/tide-gauge-1 Unhealthy'],
        ['v1.tides.example.com', 'broken pipe', NOW, 'harbour/tide-gauge-1 Unhealthy'],
      ],
    ],
    ['that is Normal is none: it is known as a change', { events: observed({ counts: [], recent: [event({ type: 'Normal' })] }) }, []],
    ['is none where events are not observed', { events: UNOBSERVED }, []],
  ])('%s', (_, differs, expected) => expect(texts(differs).told).toEqual(expected));
});
