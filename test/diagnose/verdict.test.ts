import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/diagnose/criteria.ts';
import type { EvidenceContext } from '../../src/diagnose/evidence.ts';
import type { HeldVerdict } from '../../src/diagnose/held-verdict.ts';
import type { Weighed } from '../../src/diagnose/scoring.ts';
import { candidatesOf, type Judged, verdictOn } from '../../src/diagnose/verdict.ts';
import type { Cause } from '../../src/domain/cause.ts';
import { above, all } from '../../src/domain/criterion.ts';
import type { Candidate } from '../../src/domain/diagnosis.ts';
import { type LedgerEntry, ledgerOf } from '../../src/domain/ledger.ts';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { SignalDeclaration } from '../../src/domain/signal.ts';
import type { SourceName } from '../../src/domain/sources.ts';
import {
  healthyApi,
  healthyCluster,
  healthyContainer,
  healthyPod,
  healthySnapshot,
  healthyTally,
  NOW,
  probeResult,
} from '../support/healthy.ts';
import { inventCause, last } from '../support/invented.ts';

const BEGAN = NOW / 1000 - 120;
const FAILED = probeResult({ ok: false, reason: 'connection_refused' });

const seen = above(last('wet'), 0);
const burst = inventCause({
  id: 'burst',
  category: 'pod-instability',
  part: 'backend',
  title: 'It leaks',
  summary: 'Water runs out of {service}.',
  severity: 'warning',
  prior: -1,
  evidence: [{ id: 'wet', when: seen, weight: 'strong', says: 'It is wet.', reproduce: 'kubectl -n {namespace} get pods' }],
  remedy: ['Close {service}.', { says: 'Drain it', destroys: 'What is in {service} is lost.' }],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: '{service} is dry' },
  references: [],
});
const leak = inventCause({ ...burst, id: 'leak', likeAStart: true });
const drought = inventCause({
  ...burst,
  id: 'drought',
  part: 'service',
  title: 'It is dry',
  evidence: [
    { id: 'dust', when: all(above(last('dust'), 0), above(last('wind'), 0)), weight: 'suggestive', says: 'There is dust.' },
    { id: 'cool', when: above(last('cool'), 0), weight: 'against', says: 'It is cool.' },
    { id: 'damp', when: above(last('damp'), 0), weight: 'circumstantial', says: 'It is hardly damp.' },
    { id: 'rumour', when: above(last('rumour'), 0), weight: 'circumstantial', says: 'They say so.' },
  ],
});
const CAUSES = new Map<string, Cause>([leak, drought, burst].map((cause) => [cause.id, cause]));
/** `rumour` is declared nowhere. */
const SIGNALS = new Map(
  Object.entries({ wet: 'pods', dust: 'logs', wind: 'events', cool: 'services', damp: 'events' }).map(
    ([name, source]): [string, SignalDeclaration] => [
      name,
      { name, help: name, kind: 'gauge', metric: `aggregated_api_${name}`, source: source as SourceName },
    ],
  ),
);
const ENTRIES = ledgerOf([leak, drought]);

const candidate = (cause: string, confidence: number, differs: Partial<Candidate> = {}): Candidate => ({
  cause,
  category: cause === 'unknown' ? 'unknown' : 'pod-instability',
  confidence,
  score: 3,
  evidence: [],
  ...differs,
});
const held = (differs: Partial<HeldVerdict> = {}): HeldVerdict => ({
  cause: 'leak',
  category: 'pod-instability',
  confidence: 0.9,
  state: 'failing',
  since: BEGAN,
  ...differs,
});
const RECOVERING = held({ state: 'recovering', endedAt: BEGAN + 60 });

/** An API that fails through the kube-apiserver, with all of the rest healthy and `leak` found. */
function judged(differs: Partial<Judged> = {}): Judged {
  const { api = healthyApi({ probes: [healthyTally('aggregator', 'discovery', { last: FAILED })] }) } = differs;
  return {
    api,
    snapshot: healthySnapshot({ apis: [api] }),
    pattern: { name: 'transient', onsets: [BEGAN] },
    candidates: [candidate('leak', 0.9), candidate('unknown', 0.1)],
    verdict: held(),
    weighed: [],
    entries: ENTRIES,
    truths: ENTRIES.map(({ evidence }) => evidence === 'wet'),
    causes: CAUSES,
    signals: SIGNALS,
    ...differs,
  };
}
const verdict = (differs: Partial<Judged> = {}, together?: Parameters<typeof verdictOn>[1]) => verdictOn(judged(differs), together);

/** Everything observed but these entries. */
const unanswered = (...evidence: readonly string[]): Pick<Judged, 'truths'> => ({
  truths: ENTRIES.map((entry) => (evidence.includes(entry.evidence) ? undefined : false)),
});

describe('a verdict', () => {
  it('says of the best candidate what its cause says, filled with the names of this API', () => {
    const evidence = [{ id: 'wet', says: 'It is wet.', weight: 'strong' as const, points: 4, lookBack: false, values: { wet: 1 } }];
    expect(verdict({ candidates: [candidate('leak', 0.9, { evidence }), candidate('unknown', 0.1)] })).toEqual({
      apiservice: 'v1.tides.example.com',
      state: 'failing',
      cause: 'leak',
      category: 'pod-instability',
      title: 'It leaks',
      summary: 'Water runs out of tide-gauge.',
      confidence: 0.9,
      pattern: 'transient',
      failures: { name: 'transient', onsets: [BEGAN] },
      evidence,
      alternatives: [candidate('unknown', 0.1)],
      remedy: ['Before you change anything, make sure of the cause: `kubectl -n harbour get pods`.', 'Close tide-gauge.'],
      verify: { command: 'kubectl get apiservice v1.tides.example.com', expect: 'tide-gauge is dry' },
      notSeen: [],
      vantages: expect.stringMatching(/^Through the kube-apiserver it fails; directly it was not asked, so /) as string,
      since: BEGAN,
      runbook: '/runbooks/leak',
    });
  });

  it('proposes what destroys something on decisive evidence of this API', () => {
    const evidence = [{ id: 'wet', says: '', weight: 'decisive' as const, points: 6, lookBack: false, values: {} }];
    expect(verdict({ candidates: [candidate('leak', 0.9, { evidence })] }).remedy).toEqual([
      'Close tide-gauge.',
      'Drain it. What is in tide-gauge is lost.',
    ]);
  });

  it('has no cause without a candidate: that is a fault of the program', () => {
    expect(() => verdict({ candidates: [] })).toThrow('a candidate, were it unknown,');
  });

  it('of an unknown cause proposes nothing and proves nothing', () => {
    const unknown = verdict({ candidates: [candidate('unknown', 0.9)] });
    expect(unknown).toMatchObject({ cause: 'unknown', category: 'unknown', remedy: [], runbook: '/runbooks/unknown' });
    expect(unknown).not.toHaveProperty('verify');
  });

  it.each<[string, Partial<Judged>, string, string, boolean]>([
    // what, what differs, title, summary, whether it says what would decide it
    ['sure', {}, 'It leaks', 'Water runs', false],
    ['sure from 0.6 on', { candidates: [candidate('leak', 0.6)] }, 'It leaks', 'Water runs', false],
    ['a possibility below', { candidates: [candidate('leak', 0.599)] }, 'Possibly: It leaks', 'If so: Water runs', true],
    ['unknown', { candidates: [candidate('unknown', 0.599)] }, 'The cause is not known yet', 'The API fails, and nothing', true],
    ['unknown for sure', { candidates: [candidate('unknown', 0.99)] }, 'The cause is not known yet', 'The API fails, and nothing', true],
    ['over: nothing is left to decide', { verdict: RECOVERING, candidates: [candidate('leak', 0.55)] }, 'It leaks', 'Water runs', false],
    [
      'over and never known',
      { verdict: RECOVERING, candidates: [candidate('unknown', 0.9)] },
      'The cause is not known yet',
      'The API fails, and nothing',
      false,
    ],
  ])('is %s', (_, differs, title, summary, decides) => {
    const said = verdict({ ...unanswered('wet'), ...differs });
    expect(said.title).toBe(title);
    expect(said.summary.startsWith(summary)).toBe(true);
    expect(said.nextCheck).toBe(decides ? 'Run `kubectl -n harbour get pods`: it would show whether this is "It leaks".' : undefined);
    expect('nextCheck' in said).toBe(decides);
  });

  it('has no next check where everything was seen', () => {
    expect(verdict({ candidates: [candidate('unknown', 0.9)] })).not.toHaveProperty('nextCheck');
  });

  it.each<[string, readonly Candidate[], readonly string[]]>([
    ['none beside it', [], []],
    ['every other cause, however unlikely', [candidate('drought', 0.001)], ['drought']],
    ['unknown from 1 % on', [candidate('unknown', 0.01), candidate('drought', 0.001)], ['unknown', 'drought']],
    ['not unknown below', [candidate('unknown', 0.0099), candidate('drought', 0.001)], ['drought']],
    [
      'five at most, the best',
      ['a', 'b', 'c', 'd', 'e', 'f'].map((cause, index) => candidate(cause, 0.05 - index / 1000)),
      ['a', 'b', 'c', 'd', 'e'],
    ],
    [
      'five beside an unknown that is not worth a word',
      [candidate('unknown', 0.001), ...['a', 'b', 'c', 'd', 'e'].map((cause) => candidate(cause, 0.0001))],
      ['a', 'b', 'c', 'd', 'e'],
    ],
  ])('lists as alternatives %s', (_, others, expected) => {
    const said = verdict({ candidates: [candidate('leak', 0.9), ...others] });
    expect(said.alternatives.map(({ cause }) => cause)).toEqual(expected);
  });

  it.each<[string, Partial<Judged>, { since: number; endedAt?: number }]>([
    ['when the failure was first seen', {}, { since: BEGAN }],
    ['when the pattern knows that it began', { pattern: { name: 'persistent', onsets: [], since: BEGAN - 900 } }, { since: BEGAN - 900 }],
    ['when the failure that is over was first seen', { verdict: RECOVERING }, { since: BEGAN, endedAt: BEGAN + 60 }],
    [
      'when that failure was first seen, whatever began since',
      { verdict: RECOVERING, pattern: { name: 'persistent', onsets: [], since: BEGAN + 70 } },
      { since: BEGAN, endedAt: BEGAN + 60 },
    ],
    ['without an end that nobody saw', { verdict: held({ state: 'recovering' }) }, { since: BEGAN }],
    ['without an end while it fails', { verdict: held({ endedAt: BEGAN + 60 }) }, { since: BEGAN }],
  ])('is since %s', (_, differs, expected) => {
    const { since, endedAt, ...rest } = verdict(differs);
    expect({ since, ...('endedAt' in verdict(differs) && { endedAt }) }).toEqual(expected);
    expect(rest.state).toBe(differs.verdict?.state ?? 'failing');
  });

  it.each<[string, readonly string[], readonly SourceName[]]>([
    ['none while everything was answered', [], []],
    ['the source of evidence that could not be judged', ['wet'], ['pods']],
    ['the source of each signal that it reads', ['dust'], ['events', 'logs']],
    ['also of what could only add a little', ['damp'], ['events']],
    ['of several, by name', ['wet', 'dust'], ['events', 'logs', 'pods']],
    ['no source of what could only speak against', ['cool'], []],
    ['none for a signal that is not declared', ['rumour'], []],
  ])('lists as not seen %s', (_, missing, expected) => {
    const api = healthyApi({ pods: UNOBSERVED, logs: UNOBSERVED, events: UNOBSERVED, service: UNOBSERVED });
    const said = verdict({ api, ...unanswered(...missing) });
    expect(said.notSeen).toEqual(expected.map((source) => ({ source, why: 'was not looked at' })));
  });

  it('names the right that is missing in the next check', () => {
    const api = healthyApi({ pods: { state: 'forbidden', rule: 'pods: list' } });
    expect(verdict({ api, ...unanswered('wet'), candidates: [candidate('unknown', 0.9)] }).nextCheck).toMatch(
      /Grant `pods: list`: the source pods is forbidden\.$/,
    );
  });

  describe('tells of the vantages', () => {
    const direct = (passes: boolean) => [
      healthyTally('aggregator', 'discovery', { last: FAILED }),
      healthyTally('endpoint', 'discovery', passes ? {} : { last: FAILED }),
    ];

    it('what they mean, where that does not blame another part than the cause', () => {
      const api = healthyApi({ probes: direct(false) });
      expect(verdict({ api, candidates: [candidate('leak', 0.9)] }).vantages).toMatch(/no pod answers, so the fault is at the backend/);
      expect(verdict({ api, candidates: [candidate('drought', 0.9)] }).vantages).toMatch(/no pod answers\.$/);
      expect(verdict({ api, candidates: [candidate('unknown', 0.9)] }).vantages).toMatch(/no pod answers, so the fault is at the backend/);
    });

    it('the one kube-apiserver through which it fails', () => {
      const through = (target: string, passes: boolean) =>
        healthyTally('aggregator', 'discovery', { target, ...(passes ? {} : { last: FAILED }) });
      const api = healthyApi({ probes: [through('192.0.2.2:6443', true), through('192.0.2.3:6443', false)] });
      expect(verdict({ api }).vantages).toMatch(/ It fails through 192\.0\.2\.3:6443\.$/);
    });

    it('that of the kube-apiserver itself', () => {
      const api = healthyApi({ probes: [] });
      const cluster = {
        apiservers: [{ ...healthyCluster().apiservers[0]!, control: healthyTally('control', 'discovery', { last: FAILED }) }],
      };
      expect(verdict({ api, snapshot: healthySnapshot({ apis: [api], cluster }) }).vantages).toMatch(
        /^The kube-apiserver itself does not answer us/,
      );
    });

    it('nothing where nobody asked', () => {
      expect(verdict({ api: healthyApi({ probes: [] }) })).not.toHaveProperty('vantages');
    });
  });

  it('says which APIs fail together with it, or nothing', () => {
    const together = { id: 'node-a', shared: 'node a', apiservices: ['v1.docks.example.com', 'v1.tides.example.com'] };
    expect(verdict({}, together).together).toBe(together);
    expect(verdict()).not.toHaveProperty('together');
  });
});

describe('candidates', () => {
  const api = healthyApi();
  const context: EvidenceContext = { api, cluster: healthyCluster(), causes: CAUSES, signals: SIGNALS, time: NOW };
  const entry = (evidence: string): LedgerEntry => ENTRIES.find((one) => one.evidence === evidence)!;
  const weighed = (cause: string, ...met: readonly string[]): Weighed => ({
    cause,
    category: 'pod-instability',
    met: met.map(entry),
    score: 3,
    confidence: 0.7,
  });
  const explained: Explanation = { values: { wet: 1 } };
  const said = (...all: readonly Weighed[]) =>
    candidatesOf(all, context, ({ evidence }) => ({
      explanation: explained,
      since: BEGAN,
      clauses: [{ text: `seen by ${evidence}`, explanation: explained }],
    }));

  it('keep their order and what was weighed', () => {
    expect(said(weighed('drought'), weighed('leak'))).toEqual([
      { cause: 'drought', category: 'pod-instability', confidence: 0.7, score: 3, evidence: [] },
      { cause: 'leak', category: 'pod-instability', confidence: 0.7, score: 3, evidence: [] },
    ]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['the strongest first', ['rumour', 'wet', 'dust'], ['wet', 'dust', 'rumour']],
    ['what speaks against last', ['cool', 'rumour'], ['rumour', 'cool']],
    ['none where none is met', [], []],
  ])('show their evidence, %s', (_, met, expected) => {
    expect(said(weighed('drought', ...met))[0]!.evidence.map(({ id }) => id)).toEqual(expected);
  });

  it('explain each piece of evidence by itself', () => {
    expect(said(weighed('leak', 'wet', 'dust'))[0]!.evidence).toMatchObject([
      { id: 'wet', says: 'Seen by wet.', points: 4, since: BEGAN, values: { wet: 1 }, reproduce: 'kubectl -n harbour get pods' },
      { id: 'dust', says: 'Seen by dust.', points: 2 },
    ]);
  });
});

describe('a server that has just started', () => {
  const young = healthyApi({
    name: 'v1beta1.metrics.k8s.io',
    backend: { namespace: 'kube-system', service: 'metrics-server', port: 443 },
    pods: observed([healthyPod({ ready: false, containers: [healthyContainer({ ready: false, startedAt: NOW - 20_000 })] })]),
  });
  it.each<[what: string, differs: Partial<Judged>, said: boolean]>([
    ['is said where a start looks like the cause', { api: young }, true],
    ['is said where the cause is not known', { api: young, candidates: [candidate('unknown', 0.9)] }, true],
    ['is not said where the cause sits elsewhere', { api: young, candidates: [candidate('drought', 0.9)] }, false],
    ['is not said where no start is like it', { api: young, candidates: [candidate('burst', 0.9)] }, false],
    ['is not said while it recovers', { api: young, verdict: held({ state: 'recovering' }) }, false],
    [
      'is not said of a text',
      { api: young, snapshot: { ...healthySnapshot({ apis: [young] }), asOf: { words: 'then', dated: true } } },
      false,
    ],
    ['is not said of a server that has not just started', {}, false],
  ])('%s', (_, differs, said) => {
    expect(verdict(differs).startingUp !== undefined).toBe(said);
  });
});
