import { answerOf } from '../../src/diagnose/answers.ts';
import { wholeAnswer } from '../../src/domain/answer.ts';
import { DIAGNOSES_SCHEMA, type Diagnosis } from '../../src/domain/diagnosis.ts';
import type { FailurePattern } from '../../src/domain/pattern.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import type { ExporterView } from '../../src/expose/view.ts';
import { readSignals } from '../../src/signals/read.ts';
import { healthySnapshot, NOW } from '../support/healthy.ts';

/** The view of a tick; nothing is diagnosed unless it is given. */
export function viewOf(
  snapshot: Snapshot = healthySnapshot(),
  differs: {
    readonly diagnoses?: readonly Diagnosis[];
    readonly patterns?: Readonly<Record<string, FailurePattern>>;
    readonly signals?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  } = {},
): ExporterView {
  const diagnoses = differs.diagnoses ?? [];
  const signals = readSignals(snapshot);
  const answers = snapshot.apis
    .filter(({ deletedAt }) => deletedAt === undefined)
    .map((api) =>
      answerOf(
        api,
        signals.get(api.name)?.get('failing'),
        diagnoses.find((one) => one.apiservice === api.name),
      ),
    );
  return {
    snapshot,
    signals: new Map(Object.entries(differs.signals ?? {}).map(([api, values]) => [api, new Map(Object.entries(values))])),
    round: {
      diagnoses: {
        schema: DIAGNOSES_SCHEMA,
        time: snapshot.time / 1000,
        answer: wholeAnswer(answers),
        answers,
        diagnoses,
        examined: snapshot.apis.map((api) => api.name),
        notSeen: [],
      },
      patterns: new Map(
        snapshot.apis.map((api) => [api.name, differs.patterns?.[api.name] ?? { name: 'none', onsets: [] }] as [string, FailurePattern]),
      ),
      candidates: new Map(diagnoses.map((d) => [d.apiservice, [{ ...d, score: 5 }, ...d.alternatives]])),
    },
  };
}

/** A verdict with everything that one can have. */
export function diagnosis(differs: Partial<Diagnosis> = {}): Diagnosis {
  const since = NOW / 1000 - 480;
  return {
    apiservice: 'v1.tides.example.com',
    state: 'failing',
    cause: 'out-of-memory-killed',
    category: 'resource-pressure',
    title: 'The backend is killed for its memory',
    summary:
      'The kernel killed the server because its working set reached the memory limit. While it restarts, nobody answers for the API.',
    confidence: 0.93,
    pattern: 'periodic',
    failures: { name: 'periodic', onsets: [since - 1800, since - 900, since], periodSeconds: 900, since },
    evidence: [
      {
        id: 'oom-killed',
        says: 'A container was terminated with reason OOMKilled.',
        weight: 'decisive',
        points: 6,
        lookBack: false,
        values: { 'terminations-oom-killed': 3 },
        readings: ['containers killed for their memory: 3'],
        since,
        reproduce: 'kubectl -n harbour get pods -l app=tide-gauge -o wide',
        sample: 'Last State: Terminated, Reason: OOMKilled, Exit Code: 137',
      },
    ],
    alternatives: [{ cause: 'pod-crash-looping', category: 'pod-instability', confidence: 0.05, score: 2, evidence: [] }],
    remedy: ['Raise the memory limit of deployment/tide-gauge.', 'Look for what makes it grow.'],
    verify: { command: 'kubectl get apiservice v1.tides.example.com', expect: 'AVAILABLE True' },
    notSeen: [{ source: 'logs', why: 'RBAC refuses', rule: 'pods/log: get' }],
    vantages: 'aggregator fails, service fails, endpoint fails',
    since,
    runbook: '/runbooks/out-of-memory-killed',
    ...differs,
  };
}
