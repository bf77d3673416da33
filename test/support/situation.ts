import { type Observed, observed } from '../../src/domain/observed.ts';
import type { FailureReason } from '../../src/domain/probe.ts';
import type { ApiFacts, ApiserverMetrics, ChangeKind, ClusterFacts, ContainerFacts, PodFacts } from '../../src/domain/snapshot.ts';
import { healthyApi, healthyCluster, healthyContainer, healthyPod, healthyTally, healthyWorkload, probeResult } from './healthy.ts';

/** What one fault, or a healthy oddity, shows, as it was seen on real control planes: probes, condition, events, log lines and objects. */
export interface Situation {
  readonly probes?: Readonly<Partial<Record<'aggregator' | 'list' | 'service' | 'endpoint', FailureReason>>>;
  readonly details?: Readonly<Partial<Record<'aggregator' | 'list' | 'service' | 'endpoint', string>>>;
  /** Reason and message of Available=False. */
  readonly condition?: Condition;
  /** Reason, kind of the object, message; one more each tick. */
  readonly events?: readonly (readonly [string, string, string])[];
  /** Lines of the aggregated server; one more each tick. */
  readonly lines?: readonly string[];
  facts?(moment: Moment): { api?: Partial<ApiFacts>; cluster?: Partial<ClusterFacts> };
}

type Condition = readonly [reason: string, message: string];

export interface Moment {
  /** Since the fault began; at least 1. */
  readonly ticks: number;
  readonly since: number;
  readonly time: number;
}

export const URL = 'https://10.96.7.7:443/apis/tides.example.com/v1';
export const MISSING: Condition = [
  'MissingEndpoints',
  'endpointslices for service/tide-gauge in "harbour" have no addresses with port name "https"',
];
export const checkFailed = (error: string): Condition => ['FailedDiscoveryCheck', `failing or missing response from ${URL}: ${error}`];
export const unreachable = (error: string) => ({
  aggregator: `error trying to reach service: ${error}`,
  list: `error trying to reach service: ${error}`,
});
export const klog = (text: string) => `E0105 09:02:00.000000       1 tide.go:12] ${text}`;

/** The pod is there and not ready; probes end at the aggregator's own 503. */
export const NO_ENDPOINTS = {
  probes: { aggregator: 'service_unavailable', list: 'service_unavailable', service: 'connection_refused', endpoint: 'connection_refused' },
  condition: MISSING,
} as const;
export const ALL = (reason: FailureReason, through: FailureReason = 'service_unavailable') =>
  ({ aggregator: through, list: through, service: reason, endpoint: reason }) as const;

export const notReady: Partial<ApiFacts> = {
  endpoints: observed({
    ready: 0,
    notReady: 1,
    terminating: 0,
    slices: 1,
    portServed: true,
    addresses: [{ ip: '10.1.0.5', port: 10250, ready: false, pod: 'tide-gauge-7c9f8d6b5-abcde', node: 'node-a' }],
  }),
  workload: observed(healthyWorkload({ available: 0, unavailable: 1 })),
};
export const noAddresses: Observed<ApiFacts['endpoints'] extends Observed<infer T> ? T : never> = observed({
  ready: 0,
  notReady: 0,
  terminating: 0,
  slices: 1,
  portServed: false,
  addresses: [],
});

export const pod = (differs: Partial<PodFacts>, container: Partial<ContainerFacts> = {}): Partial<ApiFacts> => ({
  ...notReady,
  pods: observed([healthyPod({ ready: false, ...differs, containers: [healthyContainer({ ready: false, ...container })] })]),
});
export const waiting = (reason: string, message: string, differs: Partial<PodFacts> = {}) =>
  pod({ phase: 'Pending', ...differs }, { running: false, waiting: { reason, message } });
/** Dies again and again: restarts rise, the last termination tells how. */
export const dying = ({ ticks, time }: Moment, reason: string, exitCode: number): Partial<ApiFacts> =>
  pod(
    {},
    {
      running: false,
      restarts: Math.ceil(ticks / 3),
      restartTimes: Array.from({ length: Math.ceil(ticks / 3) }, (_, n) => time - n * 30_000),
      waiting: {
        reason: 'CrashLoopBackOff',
        message: 'back-off 40s restarting failed container=server pod=tide-gauge-7c9f8d6b5-abcde_harbour',
      },
      lastTermination: { reason, exitCode, startedAt: time - 8000, finishedAt: time - 3000 },
    },
  );
export const changed = (what: ChangeKind, object: string, at: number): Partial<ApiFacts> => ({
  changes: [{ what, object, at, summary: 'changed', manager: 'kubectl-edit' }],
});
export const withMetrics =
  (differs: (ticks: number) => Partial<ApiserverMetrics>, control: Partial<Parameters<typeof probeResult>[0]> = {}) =>
  ({ ticks }: Moment) => {
    const [apiserver] = healthyCluster().apiservers;
    const metrics = apiserver!.metrics.state === 'observed' ? apiserver!.metrics.value : undefined;
    return {
      cluster: {
        apiservers: [
          {
            ...apiserver!,
            control: healthyTally('control', 'discovery', { last: probeResult({ vantage: 'control', ...control }) }),
            metrics: observed({ ...metrics!, ...differs(ticks) }),
          },
        ],
      },
    };
  };
export const certificate = (
  differs: Partial<NonNullable<ReturnType<typeof probeResult>['certificate']>>,
  moment: Moment,
  reason: FailureReason,
): Partial<ApiFacts> => {
  const seconds = moment.time / 1000;
  const presented = {
    notBefore: seconds - 86_400 * 300,
    notAfter: seconds + 86_400 * 60,
    subject: 'CN=tide-gauge',
    issuer: 'CN=harbour-ca',
    dnsNames: ['tide-gauge.harbour.svc'],
    serverName: 'tide-gauge.harbour.svc',
    nameMatches: true,
    verifiedByCaBundle: true,
    verifiedBySystem: false,
    fingerprint256: 'c0:ff:ee',
    ...differs,
  };
  const { probes } = healthyApi();
  return {
    probes: probes.map((tally) => {
      const failed = tally.vantage === 'aggregator' ? ('service_unavailable' as const) : reason;
      const last = probeResult({
        vantage: tally.vantage,
        request: tally.request,
        target: tally.target,
        at: moment.time,
        ok: false,
        reason: failed,
        ...(tally.vantage === 'aggregator' ? {} : { certificate: presented }),
      });
      return { ...tally, attempts: 360 + moment.ticks, failures: { [failed]: moment.ticks }, last, lastFailure: last };
    }),
  };
};
