import { describe, expect, it } from 'vitest';
import { createDiagnostician, type DiagnosticianOptions, diagnoseSnapshots } from '../../src/diagnose/diagnostician.ts';
import { restoreState, StateError } from '../../src/diagnose/parse-state.ts';
import type { Cause } from '../../src/domain/cause.ts';
import { above, HOUR, MINUTE, not } from '../../src/domain/criterion.ts';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { Signal } from '../../src/domain/signal.ts';
import type { ApiFacts, Snapshot } from '../../src/domain/snapshot.ts';
import { SOURCES } from '../../src/domain/sources.ts';
import { healthyApi, healthyPod, healthySnapshot, healthyTally, NOW, probeResult } from '../support/healthy.ts';
import { changedWithin, increase, inventCause, max } from '../support/invented.ts';

const signal = (name: string, source: Signal['source'], kind: Signal['kind'], observe: Signal['observe']): Signal => ({
  name,
  help: name,
  kind,
  metric: `aggregated_api_${name.replaceAll('-', '_')}`,
  source,
  observe,
});
const SIGNALS: readonly Signal[] = [
  signal('failing', 'probes', 'gauge', (api) => (api.probes.length === 0 ? undefined : Number(api.probes.some(({ last }) => !last.ok)))),
  signal('restarts-total', 'pods', 'counter', ({ pods }) =>
    pods.state === 'observed'
      ? pods.value.reduce((sum, pod) => sum + pod.containers.reduce((n, one) => n + one.restarts, 0), 0)
      : undefined,
  ),
  {
    ...signal('panics-total', 'logs', 'counter', ({ logs }) =>
      logs.state === 'observed' ? logs.value.matches.reduce((sum, match) => sum + match.count, 0) : undefined,
    ),
    quote: ({ logs }) => (logs.state === 'observed' && logs.value.matches[0] ? { text: logs.value.matches[0].sample } : undefined),
  },
  signal('policy-change-timestamp', 'network-policies', 'timestamp', ({ changes }) => {
    const found = changes.findLast((change) => change.what === 'network-policy');
    return found && found.at / 1000;
  }),
];

const CAUSES: readonly Cause[] = [
  inventCause({
    id: 'restarting',
    category: 'pod-instability',
    part: 'backend',
    title: 'The pods restart',
    summary: 'Pods of {namespace}/{service} restart.',
    severity: 'warning',
    prior: -1,
    evidence: [
      {
        id: 'restarts',
        when: above(increase('restarts-total', 10 * MINUTE), 0.5),
        weight: 'strong',
        says: 'Restarted {value} times in 10 minutes.',
        reproduce: 'kubectl -n {namespace} get pods',
      },
      { id: 'quiet', when: not(above(increase('restarts-total', 10 * MINUTE), 0.5)), weight: 'stronglyAgainst', says: 'No restart.' },
    ],
    remedy: ['Look at the last words of {apiservice}.'],
    verify: { command: 'kubectl get apiservice {apiservice}', expect: 'True' },
    references: [],
  }),
  inventCause({
    id: 'panic',
    category: 'software-bug',
    part: 'backend',
    title: 'It panics',
    summary: 'A bug.',
    severity: 'critical',
    prior: -1,
    evidence: [
      {
        id: 'line',
        when: above(increase('panics-total', HOUR), 0.5),
        weight: 'decisive',
        says: 'It panicked.',
        reproduce: 'kubectl -n {namespace} logs svc/{service}',
      },
    ],
    supersedes: ['restarting'],
    remedy: [],
    verify: { command: '', expect: '' },
    references: [],
  }),
  inventCause({
    id: 'policy-changed',
    category: 'network-policy',
    part: 'backend',
    title: 'A policy changed',
    summary: '',
    severity: 'warning',
    prior: -1,
    evidence: [],
    lookBack: [
      { id: 'changed', when: changedWithin('policy-change-timestamp', HOUR), weight: 'suggestive', says: 'A policy changed at {value}.' },
    ],
    remedy: [],
    verify: { command: '', expect: '' },
    references: [],
  }),
];
const OPTIONS: DiagnosticianOptions = {
  causes: CAUSES,
  signals: SIGNALS,
};

const FAILED = [healthyTally('aggregator', 'discovery', { last: probeResult({ ok: false, reason: 'service_unavailable' }) })];
const restarted = (restarts: number): Partial<ApiFacts> => ({
  pods: observed([healthyPod({ containers: [{ ...healthyPod().containers[0]!, restarts }] })]),
});
const panicked = (count: number): Partial<ApiFacts> => {
  const { logs } = healthyApi();
  if (logs.state !== 'observed') throw new Error('unreachable');
  const line = { signature: 'go-panic', speaker: 'aggregated-server' as const, lastAt: NOW, sample: `panic: low water ${'~'.repeat(600)}` };
  return { logs: observed({ ...logs.value, matches: [{ ...line, count }] }) };
};
const moment = (tick: number, ...apis: Partial<ApiFacts>[]): Snapshot =>
  healthySnapshot({ time: NOW + tick * 10_000, apis: apis.map((differs) => healthyApi(differs)) });

describe('diagnostician', () => {
  it('says nothing of a healthy API', () => {
    const round = createDiagnostician(OPTIONS).observe(moment(0, {}));
    expect(round.diagnoses).toMatchObject({ diagnoses: [], examined: ['v1.tides.example.com'], time: NOW / 1000, notSeen: [] });
    expect(round.patterns.get('v1.tides.example.com')?.name).toBe('none');
    expect(round.candidates.size).toBe(0);
  });

  it('says nothing of an API that was not observed', () => {
    expect(createDiagnostician(OPTIONS).observe(moment(0, { probes: [] })).diagnoses.diagnoses).toEqual([]);
  });

  it('names the cause with its evidence in words', () => {
    const [verdict] = diagnoseSnapshots([moment(0, restarted(3)), moment(1, { ...restarted(5), probes: FAILED })], OPTIONS).diagnoses;
    expect(verdict).toMatchObject({
      apiservice: 'v1.tides.example.com',
      cause: 'restarting',
      category: 'pod-instability',
      summary: 'Pods of harbour/tide-gauge restart.',
      pattern: 'transient',
      since: NOW / 1000 + 10,
      remedy: ['Look at the last words of v1.tides.example.com.'],
      verify: { command: 'kubectl get apiservice v1.tides.example.com', expect: 'True' },
      runbook: '/runbooks/restarting',
      evidence: [
        {
          id: 'restarts',
          says: 'Restarted 3 times in 10 minutes.',
          weight: 'strong',
          points: 4,
          since: NOW / 1000 + 10,
          reproduce: 'kubectl -n harbour get pods',
        },
      ],
    });
    expect(verdict!.confidence).toBeCloseTo(Math.exp(3) / (Math.exp(3) + 1), 9);
    expect(verdict!.vantages).toMatch(/^Through the kube-apiserver it fails; directly it was not asked/);
  });

  it('quotes the line that shows it, and explains the consequence away', () => {
    const [verdict] = diagnoseSnapshots(
      [moment(0, { ...restarted(3), ...panicked(0) }), moment(1, { ...restarted(5), ...panicked(2), probes: FAILED })],
      OPTIONS,
    ).diagnoses;
    expect(verdict!.cause).toBe('panic');
    expect(verdict!.evidence[0]!.sample).toMatch(/^panic: low water ~/);
    expect(verdict!.evidence[0]!.sample).toHaveLength(512);
    expect(verdict!.alternatives.find(({ cause }) => cause === 'restarting')?.evidence.at(-1)).toMatchObject({
      weight: 'superseded',
      says: 'It is a consequence of: It panics.',
      points: -16,
    });
  });

  it('looks back when nothing else explains it', () => {
    const changes = [{ what: 'network-policy' as const, at: NOW - 1_800_000, object: 'NetworkPolicy harbour/quay', summary: 'changed' }];
    const [verdict] = diagnoseSnapshots([moment(0, { changes }), moment(1, { changes, probes: FAILED })], OPTIONS).diagnoses;
    expect(verdict).toMatchObject({
      cause: 'policy-changed',
      evidence: [{ lookBack: true, says: 'A policy changed at 2026-01-05T08:30:00Z.' }],
    });
    const [restarting] = diagnoseSnapshots(
      [moment(0, { changes }), moment(1, { changes, ...restarted(9), probes: FAILED })],
      OPTIONS,
    ).diagnoses;
    expect(restarting!.cause).toBe('restarting');
  });

  it('is honest when it does not know, and says what would decide it', () => {
    const unseen: Partial<ApiFacts> = { logs: { state: 'forbidden', rule: 'pods/log: get' }, pods: UNOBSERVED, probes: FAILED };
    const [verdict] = diagnoseSnapshots([moment(0, unseen), moment(1, unseen)], OPTIONS).diagnoses;
    expect(verdict).toMatchObject({ cause: 'unknown', category: 'unknown', confidence: 1, remedy: [] });
    expect(verdict!.nextCheck).toBe(
      'Run `kubectl -n harbour logs svc/tide-gauge`: it would show whether this is "It panics". Grant `pods/log: get`: the source logs is forbidden.',
    );
    expect(verdict!.notSeen).toEqual([
      { source: 'logs', why: 'is forbidden', rule: 'pods/log: get' },
      { source: 'pods', why: 'was not looked at' },
    ]);
  });

  it('lists the sources that did not answer', () => {
    const sources = SOURCES.map((source) => ({
      source,
      state: source === 'events' ? ('stale' as const) : ('ok' as const),
      message: 'no answer for 2 min',
    }));
    const round = createDiagnostician(OPTIONS).observe({ ...moment(0, {}), sources });
    expect(round.diagnoses.notSeen).toEqual([{ source: 'events', why: 'has not answered for a while: no answer for 2 min' }]);
  });

  it('keeps the time since which evidence is met', () => {
    const snapshots = [0, 1, 2, 3].map((tick) => moment(tick, { ...restarted(tick === 0 ? 0 : 1), probes: FAILED }));
    expect(diagnoseSnapshots(snapshots, OPTIONS).diagnoses[0]!.evidence[0]!.since).toBe(NOW / 1000 + 10);
  });

  it('does not look at a tombstone, and forgets an API that is gone', () => {
    const doctor = createDiagnostician(OPTIONS);
    doctor.observe(moment(0, { probes: FAILED }));
    expect(doctor.observe(moment(1, { probes: FAILED, deletedAt: NOW })).diagnoses.examined).toEqual([]);
    doctor.observe(moment(2, { name: 'v1.docks.example.com' }));
    expect(doctor.serialise()).not.toContain('tides');
  });

  it('orders by confidence, then by name', () => {
    const apis = ['v1.c.example.com', 'v1.a.example.com', 'v1.b.example.com'].map((name) => ({ name, probes: FAILED, ...restarted(1) }));
    const before = moment(0, ...apis.map((api) => ({ ...api, ...restarted(0) })));
    const after = moment(1, ...apis.map((api, index) => (index === 0 ? api : { ...api, ...restarted(0) })));
    expect(diagnoseSnapshots([before, after], OPTIONS).diagnoses.map(({ apiservice, cause }) => [apiservice, cause])).toEqual([
      ['v1.a.example.com', 'unknown'],
      ['v1.b.example.com', 'unknown'],
      ['v1.c.example.com', 'restarting'],
    ]);
  });

  /** Fails for 30 s each 5 minutes, restarting each time. */
  const recording = Array.from({ length: 200 }, (_, tick) => {
    const failing = tick % 30 >= 20 && tick % 30 < 23;
    return moment(tick, { ...restarted(Math.floor((tick + 10) / 30)), ...(failing ? { probes: FAILED } : {}) });
  });

  it('finds the pattern, publishes it as derived signals, and names the schedule', () => {
    const doctor = createDiagnostician(OPTIONS);
    const cronJobs = observed([{ object: 'CronJob harbour/tide-table', schedule: '3-59/5 * * * *', runs: [] }]);
    const rounds = recording.map((snapshot) => doctor.observe({ ...snapshot, cluster: { ...snapshot.cluster, cronJobs } }));
    const last = rounds.at(-1)!;
    expect(last.patterns.get('v1.tides.example.com')).toMatchObject({
      name: 'periodic',
      periodSeconds: 300,
      matches: 'CronJob harbour/tide-table (3-59/5 * * * *)',
    });
    expect(Object.fromEntries(last.derived.get('v1.tides.example.com')!)).toEqual({ 'failures-periodic': 1, 'schedule-matched': 1 });
    expect(Object.fromEntries(rounds[0]!.derived.get('v1.tides.example.com')!)).toEqual({ 'failures-periodic': 0, 'schedule-matched': 0 });
  });

  it('replays byte for byte, and goes on after a restart as if there had been none', () => {
    const run = (restartAt: number) => {
      let doctor = createDiagnostician(OPTIONS);
      return recording.map((snapshot, tick) => {
        if (tick === restartAt) {
          const state = doctor.serialise();
          doctor = createDiagnostician(OPTIONS);
          restoreState(doctor, state);
          expect(doctor.serialise()).toBe(state);
        }
        const round = doctor.observe(JSON.parse(JSON.stringify(snapshot)) as Snapshot);
        return JSON.stringify([
          round.diagnoses,
          [...round.patterns],
          [...round.candidates],
          [...round.derived].map(([name, values]) => [name, ...values]),
        ]);
      });
    };
    const first = run(-1);
    expect(run(-1)).toEqual(first);
    expect(run(117)).toEqual(first);
    expect(first.filter((round) => round.includes('restarting')).length).toBeGreaterThan(10);
  });

  describe('after a failure', () => {
    const API = 'v1.tides.example.com';
    /** Restarts, fails, and passes from the third tick on, while a policy that changed meanwhile would explain it too. */
    const remembering: DiagnosticianOptions = { ...OPTIONS, symptom: above(max('failing', MINUTE), 0.5) };
    const changes = [{ what: 'network-policy' as const, at: NOW + 15_000, object: 'NetworkPolicy harbour/quay', summary: 'changed' }];
    const ticks = [
      moment(0, restarted(3)),
      moment(1, { ...restarted(5), probes: FAILED }),
      ...[2, 3, 4, 5, 6, 7, 8].map((tick) => moment(tick, { ...panicked(tick - 1), ...restarted(5), changes })),
    ];

    it('keeps its cause while it recovers, says since when it passes, and ends', () => {
      const doctor = createDiagnostician(remembering);
      const rounds = ticks.map((snapshot) => doctor.observe(snapshot));
      expect(
        rounds.map(({ diagnoses: { diagnoses }, verdicts }) => [
          diagnoses.map((one) => `${one.cause} ${one.state}`),
          verdicts.get(API)?.state,
        ]),
      ).toEqual([
        [[], undefined],
        [['restarting failing'], 'failing'],
        [['restarting failing'], 'failing'],
        ...Array.from({ length: 4 }, () => [['restarting recovering'], 'recovering']),
        [[], 'recovered'],
        [[], 'recovered'],
      ]);
      const [failed, recovering] = [rounds[1]!.diagnoses.diagnoses[0]!, rounds[4]!.diagnoses.diagnoses[0]!];
      expect(recovering).toMatchObject({ since: NOW / 1000 + 10, endedAt: NOW / 1000 + 20, confidence: failed.confidence });
      expect(recovering.evidence).toEqual(failed.evidence);
      expect(recovering.vantages).toMatch(/Every vantage passes now/);
      expect(rounds[4]!.candidates.get(API)!.map(({ cause }) => cause)).toEqual(['restarting', 'unknown']);
    });

    it('is the same after a restart of the exporter at any tick', () => {
      const run = (restartAt: number) => {
        let doctor = createDiagnostician(remembering);
        return ticks.map((snapshot, tick) => {
          if (tick === restartAt) {
            const state = doctor.serialise();
            doctor = createDiagnostician(remembering);
            restoreState(doctor, state);
          }
          const { diagnoses, verdicts } = doctor.observe(snapshot);
          return [diagnoses, Object.fromEntries(verdicts)];
        });
      };
      const uninterrupted = run(-1);
      for (let tick = 1; tick < ticks.length; tick++) expect(run(tick)).toEqual(uninterrupted);
    });

    it('goes on from a state that was written before verdicts were held', () => {
      const doctor = createDiagnostician(remembering);
      for (const snapshot of ticks.slice(0, 2)) doctor.observe(snapshot);
      const { held, ...old } = JSON.parse(doctor.serialise()) as { held: object };
      expect(Object.keys(held)).toEqual([API]);
      restoreState(doctor, JSON.stringify({ ...old, version: 1 }));
      expect(doctor.observe(ticks[2]!).verdicts.get(API)).toMatchObject({ state: 'failing' });
    });
  });

  it.each([
    ['', /Unexpected end/],
    ['{"version":1', /Expected/],
    ['{"version":3,"history":{},"episodes":{},"ledger":{}}', /version/],
    [
      '{"version":1,"history":{"names":["failing"],"apis":{"a":{"times":[1],"columns":{"0":[1,9]}}}},"episodes":{},"ledger":{}}',
      /a run of 9 rows/,
    ],
    [
      '{"version":1,"history":{"names":[],"apis":{}},"episodes":{"a":{"episodes":[{"start":"x"}],"lastGood":null,"last":null}},"ledger":{}}',
      /episodes\.a\.episodes\.0\.start/,
    ],
    ['{"version":1,"history":{"names":"a","apis":{}},"episodes":{},"ledger":{}}', /history\.names/],
  ])('refuses the state %j and goes on as if there had been none', (text, message) => {
    const doctor = createDiagnostician(OPTIONS);
    doctor.observe(moment(0, { probes: FAILED }));
    const before = doctor.serialise();
    expect(() => restoreState(doctor, text)).toThrow(StateError);
    expect(() => restoreState(doctor, text)).toThrow(message);
    expect(doctor.serialise()).toBe(before);
  });
});
