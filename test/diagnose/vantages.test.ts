import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/correlations/list.ts';
import {
  contradicts,
  oddApiservers,
  VANTAGE_MEANINGS,
  type VantageState,
  type VantageStates,
  vantageStates,
  vantagesInWords,
} from '../../src/diagnose/vantages.ts';
import { PARTS, type Part } from '../../src/domain/part.ts';
import { VANTAGES, type Vantage } from '../../src/domain/probe.ts';
import { healthyApi, healthyCluster, healthyTally, probeResult } from '../support/healthy.ts';

const STATES: readonly VantageState[] = ['passes', 'fails', 'mixed', 'unseen'];
const bad = (reason: 'connection_refused' | 'forbidden' | 'service_unavailable') => probeResult({ ok: false, reason });
const NONE_ASKED: VantageStates = {
  ...(Object.fromEntries(VANTAGES.map((vantage) => [vantage, 'unseen'])) as Record<Vantage, VantageState>),
  onlyList: false,
};
const ALL_STATES: readonly VantageStates[] = STATES.flatMap((control) =>
  STATES.flatMap((aggregator) =>
    STATES.flatMap((service) =>
      STATES.flatMap((endpoint) =>
        [false, ...(aggregator === 'mixed' ? [true] : [])].map((onlyList) => ({
          ...NONE_ASKED,
          control,
          aggregator,
          service,
          endpoint,
          onlyList,
        })),
      ),
    ),
  ),
);

/** What a reader takes from certain words, stated apart from the table: in which parts the cause may sit then. */
const READ: readonly (readonly [words: RegExp, parts: readonly Part[]])[] = [
  [/not the backend/, ['path', 'trust', 'rights']],
  [/not the pods/, ['path', 'service', 'trust', 'rights']],
  [/fault is with the kube-apiserver or on our way|told apart from our own connection/, ['kube-apiserver']],
  [/port or the selector of the Service.*broken/, ['service']],
  [/fault is at the backend or in the network before it/, ['backend', 'path', 'network']],
  [/not for ordinary users, or its storage does not/, ['rights', 'backend']],
  [/one kube-apiserver, the way from it, or one kind of request is at fault/, ['kube-apiserver', 'path', 'trust', 'rights']],
  [/users are served/, []],
];

/** What may be said only where it was seen. */
const SEEN: readonly (readonly [words: RegExp, seen: (states: VantageStates) => boolean])[] = [
  [/kube-apiserver it answers|Every vantage passes/, ({ aggregator }) => aggregator === 'passes'],
  [/kube-apiserver it fails/, ({ aggregator }) => aggregator === 'fails'],
  [/it was not asked/, ({ aggregator, service, endpoint }) => [aggregator, service, endpoint].includes('unseen')],
  [/its Service answers(?! now)/, ({ service }) => service === 'passes'],
  [/its Service does not answer/, ({ service }) => service === 'fails'],
  [/each pod answers/, ({ endpoint }) => endpoint === 'passes'],
  [/no pod answers/, ({ endpoint }) => endpoint === 'fails'],
  [/some pods answer and some do not/, ({ endpoint }) => endpoint === 'mixed'],
  [/Every vantage passes/, ({ service, endpoint }) => !/fails|mixed/.test(service + endpoint) && /passes/.test(service + endpoint)],
  [/[Kk]ube-apiserver itself does not answer us/, ({ control }) => control === 'fails'],
];

describe('vantages', () => {
  it.each<[string, VantageState, VantageState, VantageState, VantageState, RegExp]>([
    // what, control, aggregator, service, endpoint
    ['only the aggregator fails', 'passes', 'fails', 'passes', 'passes', /directly its Service answers and each pod answers, so the path/],
    ['only the aggregator fails, ClusterIP unreachable from here', 'passes', 'fails', 'unseen', 'passes', /each pod answers.*not the pods/],
    ['all fail', 'passes', 'fails', 'fails', 'fails', /fault is at the backend/],
    ['pods answer, Service does not', 'passes', 'fails', 'fails', 'passes', /Service does not answer and each pod answers, so the port/],
    [
      'some pods fail',
      'passes',
      'fails',
      'unseen',
      'mixed',
      /some pods answer and some do not, so the next connection may end at the one that does not\.$/,
    ],
    ['one replica fails silently', 'passes', 'passes', 'passes', 'mixed', /some do not, so the next connection/],
    ['instances disagree', 'passes', 'mixed', 'passes', 'passes', /^Some requests .* pass and some fail.*one kube-apiserver/],
    ['we are cut off', 'fails', 'fails', 'unseen', 'unseen', /our own connection/],
    ['the kube-apiserver is down', 'fails', 'fails', 'passes', 'passes', /kube-apiserver itself.*the fault is with the kube-apiserver/],
    ['nothing direct', 'passes', 'fails', 'unseen', 'unseen', /directly it was not asked, so .* cannot be told apart/],
    [
      'nothing direct, and it answers',
      'passes',
      'passes',
      'unseen',
      'unseen',
      /^Through the kube-apiserver it answers; directly it was not asked\.$/,
    ],
    ['kept away', 'passes', 'passes', 'fails', 'fails', /users are served/],
    ['all pass', 'passes', 'passes', 'passes', 'passes', /^Every vantage passes now, so the fault is over/],
  ])('%s', (_, control, aggregator, service, endpoint, words) => {
    expect(vantagesInWords({ ...NONE_ASKED, control, aggregator, service, endpoint, onlyList: false })).toMatch(words);
  });

  it('have words for every combination in which the kube-apiserver or the backend was asked', () => {
    const wordless = ALL_STATES.filter((states) => vantagesInWords(states) === undefined);
    expect(wordless.length).toBe(3);
    for (const states of wordless) expect(states).toMatchObject({ aggregator: 'unseen', service: 'unseen', endpoint: 'unseen' });
  });

  it('say only what was seen, in every combination', () => {
    const unseen = ALL_STATES.flatMap((states) => {
      const text = vantagesInWords(states) ?? '';
      return SEEN.filter(([words, seen]) => words.test(text) && !seen(states)).map(([words]) => [words, states, text]);
    });
    expect(unseen).toEqual([]);
    for (const [words] of SEEN) expect(ALL_STATES.some((states) => words.test(vantagesInWords(states) ?? ''))).toBe(true);
  });

  it('have no row that an earlier one hides', () => {
    const first = new Set(ALL_STATES.map((states) => VANTAGE_MEANINGS.find(({ when }) => when(states))));
    expect(VANTAGE_MEANINGS.filter((row) => !first.has(row))).toEqual([]);
  });
});

describe('the sentence of the vantages and the verdict', () => {
  it.each(CAUSES.map((cause) => [cause.id, cause.part] as const))('do not contradict each other: %s', (_, part) => {
    const contradictions = ALL_STATES.flatMap((states) => {
      const text = vantagesInWords(states, part) ?? '';
      return READ.filter(([words, parts]) => words.test(text) && (part === 'anywhere' || !parts.includes(part))).map(() => text);
    });
    expect(contradictions).toEqual([]);
  });

  it('the words of every row are read, and every part is blamed by some row', () => {
    for (const { says, blames } of VANTAGE_MEANINGS) expect(READ.some(([words]) => words.test(says))).toBe(blames !== undefined);
    const blamed = new Set(VANTAGE_MEANINGS.flatMap(({ blames }) => blames ?? []));
    expect(PARTS.filter((part) => !blamed.has(part))).toEqual(['client']);
  });

  const ONLY_THROUGH: VantageStates = { ...NONE_ASKED, control: 'passes', aggregator: 'fails', service: 'passes', endpoint: 'passes' };
  const ONLY_DIRECTLY: VantageStates = { ...ONLY_THROUGH, aggregator: 'passes', service: 'fails', endpoint: 'unseen' };
  it.each<[string, VantageStates, string]>([
    ['cpu-throttled', ONLY_THROUGH, 'Through the kube-apiserver it fails; directly its Service answers and each pod answers.'],
    ['rate-limited', ONLY_THROUGH, 'Through the kube-apiserver it fails; directly its Service answers and each pod answers.'],
    ['apiserver-overloaded', ONLY_THROUGH, 'Through the kube-apiserver it fails; directly its Service answers and each pod answers.'],
    ['selector-matches-no-pods', ONLY_DIRECTLY, 'Through the kube-apiserver it answers; directly its Service does not answer.'],
    [
      'network-policy-blocking',
      ONLY_THROUGH,
      'Through the kube-apiserver it fails; directly its Service answers and each pod answers, so the path, the trust or the rights between kube-apiserver and backend are broken, not the backend.',
    ],
  ])('%s', (id, states, expected) => {
    expect(vantagesInWords(states, CAUSES.find((cause) => cause.id === id)?.part)).toBe(expected);
  });

  it.each<[string, Parameters<typeof contradicts>, boolean]>([
    ['what blames nobody contradicts nothing', [{}, 'backend'], false],
    ['nothing contradicts an unknown cause', [{ blames: ['us'] }, undefined], false],
    ['a cause that sits elsewhere', [{ blames: ['path'] }, 'backend'], true],
    ['a cause that sits there', [{ blames: ['path', 'trust'] }, 'trust'], false],
    ['a cause that does not tell where it sits', [{ blames: ['path'] }, 'anywhere'], true],
  ])('%s', (_, args, expected) => {
    expect(contradicts(...args)).toBe(expected);
  });
});

describe('vantage states', () => {
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
    const words = vantagesInWords(vantageStates(api, healthyCluster()), undefined, oddApiservers(api))!;
    expect(words.endsWith('It fails through 192.0.2.3:6443.')).toBe(odd.length > 0);
  });

  it('tells a failing list behind a passing discovery', () => {
    const api = healthyApi({
      probes: [healthyTally('aggregator'), healthyTally('aggregator', 'list', { last: bad('service_unavailable') })],
    });
    expect(vantagesInWords(vantageStates(api, healthyCluster()))).toMatch(/real list fails/);
  });
});
