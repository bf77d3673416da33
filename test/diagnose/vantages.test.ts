import { describe, expect, it } from 'vitest';
import { oddApiservers, VANTAGE_TABLE, type VantageState, vantageStates, vantagesInWords } from '../../src/diagnose/vantages.ts';
import { healthyApi, healthyCluster, healthyTally, probeResult } from '../support/healthy.ts';

const STATES: readonly VantageState[] = ['passes', 'fails', 'mixed', 'unseen'];
const bad = (reason: 'connection_refused' | 'forbidden' | 'service_unavailable') => probeResult({ ok: false, reason });

describe('vantages', () => {
  it.each<[string, VantageState, VantageState, VantageState, VantageState, RegExp]>([
    // what, control, aggregator, service, endpoint
    ['only the aggregator fails', 'passes', 'fails', 'passes', 'passes', /directly the backend answers/],
    ['only the aggregator fails, ClusterIP unreachable from here', 'passes', 'fails', 'unseen', 'passes', /the pods answer directly/],
    ['all fail', 'passes', 'fails', 'fails', 'fails', /fault is at the backend/],
    ['pods answer, Service does not', 'passes', 'fails', 'fails', 'passes', /their Service does not/],
    ['some pods fail', 'passes', 'fails', 'unseen', 'mixed', /Some pods answer/],
    ['one replica fails silently', 'passes', 'passes', 'passes', 'mixed', /one replica does not/],
    ['instances disagree', 'passes', 'mixed', 'passes', 'passes', /kube-apiservers disagree/],
    ['we are cut off', 'fails', 'fails', 'unseen', 'unseen', /our own connection/],
    ['the kube-apiserver is down', 'fails', 'fails', 'passes', 'passes', /kube-apiserver itself/],
    ['nothing direct', 'passes', 'fails', 'unseen', 'unseen', /cannot be told apart/],
    ['kept away', 'passes', 'passes', 'fails', 'fails', /users are served/],
    ['all pass', 'passes', 'passes', 'passes', 'passes', /Every vantage passes/],
  ])('%s', (_, control, aggregator, service, endpoint, words) => {
    expect(vantagesInWords({ control, aggregator, service, endpoint, onlyList: false })).toMatch(words);
  });

  it('has words for every combination in which the kube-apiserver or the backend was asked', () => {
    const wordless: string[] = [];
    for (const control of STATES)
      for (const aggregator of STATES)
        for (const service of STATES)
          for (const endpoint of STATES)
            if (vantagesInWords({ control, aggregator, service, endpoint, onlyList: false }) === undefined)
              wordless.push(`${aggregator} ${service} ${endpoint}`);
    // Only where nothing was asked through the kube-apiserver and nothing fails directly.
    expect(new Set(wordless).size).toBe(9);
    expect(wordless.every((states) => states.startsWith('unseen') && !states.includes('fails'))).toBe(true);
  });

  it('has no row that an earlier one hides', () => {
    const hit = new Set<string | undefined>();
    for (const control of STATES)
      for (const aggregator of STATES)
        for (const service of STATES)
          for (const endpoint of STATES) hit.add(vantagesInWords({ control, aggregator, service, endpoint, onlyList: false }));
    expect(VANTAGE_TABLE.filter((row) => !hit.has(row.says))).toEqual([]);
  });

  it('takes 401 and 403 of a direct probe for reachable', () => {
    const api = healthyApi({ probes: [healthyTally('service', 'discovery', { last: bad('forbidden') })] });
    expect(vantageStates(api, healthyCluster()).service).toBe('passes');
    const aggregator = healthyApi({ probes: [healthyTally('aggregator', 'discovery', { last: bad('forbidden') })] });
    expect(vantageStates(aggregator, healthyCluster()).aggregator).toBe('fails');
  });

  it.each<[string, readonly [target: string, ok: boolean][], string[]]>([
    [
      'one of two fails',
      [
        ['192.0.2.3:6443', false],
        ['192.0.2.2:6443', true],
      ],
      ['192.0.2.3:6443'],
    ],
    [
      'all fail: none is odd',
      [
        ['192.0.2.3:6443', false],
        ['192.0.2.2:6443', false],
      ],
      [],
    ],
    [
      'all pass',
      [
        ['192.0.2.3:6443', true],
        ['192.0.2.2:6443', true],
      ],
      [],
    ],
  ])('names the odd kube-apiservers: %s', (_, tallies, odd) => {
    const api = healthyApi({
      probes: tallies.map(([target, ok]) =>
        healthyTally('aggregator', 'discovery', { target, last: ok ? probeResult({}) : bad('service_unavailable') }),
      ),
    });
    expect(oddApiservers(api)).toEqual(odd);
    const words = vantagesInWords(vantageStates(api, healthyCluster()), oddApiservers(api))!;
    expect(words.endsWith('It fails through 192.0.2.3:6443.')).toBe(odd.length > 0);
  });

  it('tells a failing list behind a passing discovery', () => {
    const api = healthyApi({
      probes: [healthyTally('aggregator'), healthyTally('aggregator', 'list', { last: bad('service_unavailable') })],
    });
    expect(vantagesInWords(vantageStates(api, healthyCluster()))).toMatch(/real list fails/);
  });
});
