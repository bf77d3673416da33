import { describe, expect, it } from 'vitest';
import { readScenario, ScenarioError, type ScenarioInput } from '../../src/simulator/scenario.ts';
import { SCENARIOS } from '../../src/simulator/scenarios/list.ts';
import { runTimeline } from '../../src/simulator/timeline.ts';
import { createTimers } from '../../src/simulator/timers.ts';
import { eventually } from './support/client.ts';
import { smallScenario, TIDES } from './support/scenario.ts';

const KNOWN = { faults: ['panic', 'dns-failing'] };
const [tides] = smallScenario().apis;

describe('a scenario', () => {
  it.each([...SCENARIOS])('%s, which comes along, is valid', async (name, text) => {
    const { FAULTS } = await import('../../src/simulator/faults/list.ts');
    expect(readScenario(text, { faults: FAULTS.map(({ id }) => id) }).name).toBe(name);
  });

  it('has defaults for all that it does not say', () => {
    expect(readScenario({ name: 'bare', apis: [tides!] }, KNOWN)).toMatchObject({
      compression: 1,
      timeouts: 1,
      apiservers: 1,
      traffic: true,
      apis: [{ replicas: 1, port: 10_250, readinessProbe: true, livenessProbe: false }],
      timeline: [],
    });
  });

  it('takes durations in wall-clock time', () => {
    const { timeline } = readScenario(
      smallScenario({ timeline: [{ at: '500ms', fault: 'panic', api: TIDES, for: '10s', every: '2m' }] }),
      KNOWN,
    );
    expect(timeline).toEqual([{ at: 500, fault: 'panic', api: TIDES, for: 10_000, every: 120_000 }]);
  });

  it.each<[string, string | ScenarioInput, string[]]>([
    ['no YAML', 'name: [', [expect.stringMatching(/^not YAML: /)]],
    [
      'unknown keys and bad values, all of them at once',
      { ...smallScenario({ compression: 0 }), colour: 'blue' } as ScenarioInput,
      ['compression: 0: Too small: expected number to be >=1', 'the file: unknown key colour'],
    ],
    [
      'a duration without a unit',
      smallScenario({ timeline: [{ at: '10', fault: 'panic', api: TIDES }] }),
      ['timeline.0.at: "10": a duration such as 500ms, 10s or 2m is allowed'],
    ],
    ['an API twice', smallScenario({ apis: [tides!, tides!] }), [`apis: ${TIDES} is there twice`]],
    [
      'an unknown fault of an unknown API',
      smallScenario({ timeline: [{ at: '1s', fault: 'flood', api: 'v1.moon.example' }] }),
      [
        'timeline.0.api: "v1.moon.example": allowed are v1.tides.example, v1.berths.example',
        'timeline.0.fault: "flood": allowed are panic, dns-failing',
      ],
    ],
    [
      'an HPA of an API that gives no metrics',
      smallScenario({ autoscalers: [{ namespace: 'harbour', name: 'gantry', api: TIDES }] }),
      [`autoscalers.0.api: "${TIDES}": allowed are none: no API here gives metrics`],
    ],
    [
      'a fault that outlasts its period',
      smallScenario({ timeline: [{ at: '1s', fault: 'panic', api: TIDES, for: '9s', every: '5s' }] }),
      ['timeline.0.for: must be there, and shorter than every'],
    ],
  ])('is refused for %s', (_, source, problems) => {
    const error = (() => {
      try {
        readScenario(source, KNOWN);
      } catch (thrown) {
        return thrown as ScenarioError;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(ScenarioError);
    expect([...error!.problems].sort()).toEqual(problems);
  });
});

describe('a timeline', () => {
  const entry = { at: 0, fault: 'panic', api: TIDES };

  it('injects and clears, again and again, until it is stopped', async () => {
    const timers = createTimers(1);
    const done: string[] = [];
    const stop = runTimeline(
      {
        inject: async (fault, api) => void done.push(`+${fault} ${api}`),
        clear: async (fault, api) => void done.push(`-${fault} ${api}`),
      },
      timers,
      [{ ...entry, for: 5, every: 10 }],
    );
    await eventually(() => done.length >= 4);
    stop();
    timers.stop();
    expect(done.slice(0, 4)).toEqual([`+panic ${TIDES}`, `-panic ${TIDES}`, `+panic ${TIDES}`, `-panic ${TIDES}`]);
  });

  it('leaves a fault without an end, and goes on when one can not be injected', async () => {
    const timers = createTimers(1);
    const done: string[] = [];
    runTimeline(
      {
        inject: async (fault) => {
          done.push(`+${fault}`);
          if (fault === 'flood') throw new Error('no such fault');
        },
        clear: async (fault) => void done.push(`-${fault}`),
      },
      timers,
      [
        { ...entry, fault: 'flood', for: 1 },
        { ...entry, at: 20 },
      ],
    );
    await eventually(() => done.includes('+panic'));
    timers.stop();
    expect(done).toEqual(['+flood', '+panic']);
  });
});
