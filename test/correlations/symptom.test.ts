import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { ProbeTally, Vantage } from '../../src/domain/probe.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { shownApis } from '../../src/expose/page/state.ts';
import { readSignals } from '../../src/signals/read.ts';
import { viewOf } from '../expose/view.ts';
import { healthyApi, healthySnapshot, NOW, probeResult } from '../support/healthy.ts';

/** What fails at each tick of ten seconds; `slow` = the answer through the kube-apiserver takes three seconds. */
type Tick = readonly (Vantage | 'slow')[];
const times = (count: number, tick: Tick): Tick[] => Array.from({ length: count }, () => tick);

function snapshotsOf(ticks: readonly Tick[]): Snapshot[] {
  let failures = 0;
  return ticks.map((fails, index) => {
    const time = NOW + index * 10_000;
    if (fails.includes('aggregator')) failures++;
    const probes = healthyApi().probes.map((tally): ProbeTally => {
      const slow = tally.vantage === 'aggregator' && fails.includes('slow') ? { seconds: 3 } : {};
      const failed = fails.includes(tally.vantage) ? ({ ok: false, reason: 'connection_refused' } as const) : {};
      const last = probeResult({ vantage: tally.vantage, request: tally.request, target: tally.target, at: time, ...slow, ...failed });
      return { ...tally, last, failures: tally.vantage === 'aggregator' ? { connection_refused: failures } : {} };
    });
    return healthySnapshot({ time, apis: [healthyApi({ probes })] });
  });
}

/** The state of the card after each tick: h(ealthy), f(ailing), r(ecovering); and aggregated_api_failing. */
function cards(ticks: readonly Tick[]): { states: string; failing: string } {
  const doctor = createDiagnostician(catalogueOptions());
  let states = '';
  let failing = '';
  for (const snapshot of snapshotsOf(ticks)) {
    const { diagnoses } = doctor.observe(snapshot);
    states += shownApis({ ...viewOf(snapshot), round: { ...viewOf(snapshot).round, diagnoses } })[0]!.state[0];
    failing += readSignals(snapshot).get('v1.tides.example.com')!.get('failing');
  }
  return { states, failing };
}

describe('the card of an API', () => {
  it.each<[string, Tick[], string]>([
    [
      'is red while it fails, and recovers from the second pass on to a minute after the last failure',
      [[], ...times(3, ['aggregator']), ...times(9, [])],
      'hffffrrrrhhhh',
    ],
    [
      'is red while one request in three fails',
      [...times(2, ['aggregator', 'endpoint']), [], ['aggregator'], [], ['aggregator'], [], [], []],
      'fffffffrr',
    ],
    [
      'goes on recovering when one answer is slow',
      [[], ...times(3, ['aggregator']), ...times(3, []), ['slow'], ...times(2, [])],
      'hffffrrrrh',
    ],
    ['is red while it is slow, though nothing fails, and no longer', [...times(8, ['slow']), ...times(5, [])], 'fffffffffrhhh'],
    [
      'does not recover while a backend that has answered directly does not',
      [[], ...times(2, ['aggregator', 'endpoint']), ...times(2, ['endpoint']), ...times(2, [])],
      'hfffffr',
    ],
    [
      'recovers though we are kept away from the backend for ever',
      [...times(2, ['aggregator', 'endpoint', 'service']), ...times(4, ['endpoint', 'service'])],
      'fffrrr',
    ],
  ])('%s', (_, ticks, expected) => {
    expect(cards(ticks).states).toBe(expected);
  });

  it('is not red for longer than one tick while aggregated_api_failing is 0', () => {
    const { states, failing } = cards([[], ...times(3, ['aggregator']), ...times(9, [])]);
    expect(failing).toBe('0111000000000');
    expect([...states].filter((state, tick) => state === 'f' && failing[tick] === '0')).toHaveLength(1);
    expect([...states].filter((state, tick) => state !== 'f' && failing[tick] === '1')).toHaveLength(0);
  });
});
