import { FAILURE_REASONS, type FailureReason, type Phase, type ProbeResult, type ProbeTally, type Vantage } from '../domain/probe.ts';
import type { Quote } from '../domain/quote.ts';
import type { Signal } from '../domain/signal.ts';
import { type ApiFacts, failuresOf } from '../domain/snapshot.ts';
import { count, flag, isRecent, largest, RECENT_FAILURE_MS } from './reading.ts';

type Pick = (tally: ProbeTally) => boolean;

const from =
  (vantage: Vantage): Pick =>
  (tally) =>
    tally.vantage === vantage;
const discoveryFrom =
  (vantage: Vantage): Pick =>
  (tally) =>
    tally.vantage === vantage && tally.request === 'discovery';
const isList: Pick = (tally) => tally.vantage === 'aggregator' && tally.request === 'list';
const isDirect: Pick = (tally) => tally.vantage === 'service' || tally.vantage === 'endpoint';

/** Share of the targets whose last probe failed. Undefined when nothing was probed from there. */
function failingShare(tallies: readonly ProbeTally[], pick: Pick): number | undefined {
  const kept = tallies.filter(pick);
  return kept.length === 0 ? undefined : count(kept, (tally) => !tally.last.ok) / kept.length;
}

/** Why the target failed last, when that is at most a minute old or still so. */
function recentReason(tally: ProbeTally, time: number): FailureReason | undefined {
  if (!tally.last.ok) return tally.last.reason ?? 'other';
  const failure = tally.lastFailure;
  return isRecent(failure?.at, time, RECENT_FAILURE_MS) ? (failure?.reason ?? 'other') : undefined;
}

function recentFailures(api: ApiFacts, pick: Pick, reason: FailureReason, time: number): number | undefined {
  const kept = api.probes.filter(pick);
  return kept.length === 0 ? undefined : count(kept, (tally) => recentReason(tally, time) === reason);
}

/** What the newest failure of that reason said. */
function newestDetail(api: ApiFacts, pick: Pick, reason: FailureReason, time: number, from: Quote['from']): Quote | undefined {
  let newest: ProbeResult | undefined;
  for (const tally of api.probes) {
    if (!pick(tally) || recentReason(tally, time) !== reason) continue;
    const failure = tally.last.ok ? tally.lastFailure : tally.last;
    if (failure?.detail && (!newest || failure.at > newest.at)) newest = failure;
  }
  return newest?.detail === undefined ? undefined : { text: newest.detail, ...(from === undefined ? {} : { from }) };
}

function slowestPhase(api: ApiFacts, pick: Pick, phase: Phase): number | undefined {
  return largest(api.probes.filter(pick).map((tally) => tally.last.phases[phase]));
}

/** Some targets pass while others fail: one answer of last probes that is split. */
function areSplit(tallies: readonly ProbeTally[], pick: Pick): boolean | undefined {
  const share = failingShare(tallies, pick);
  return share === undefined ? undefined : share > 0 && share < 1;
}

const share = (name: string, help: string, vantage: string, pick: Pick): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: 'aggregated_api_failing_share',
  labels: { vantage },
  source: 'probes',
  observe: (api) => failingShare(api.probes, pick),
});

const counter = (name: string, help: string, metric: string, observe: (api: ApiFacts) => number | undefined): Signal => ({
  name,
  help,
  kind: 'counter',
  metric,
  labels: { vantage: 'aggregator' },
  source: 'probes',
  observe,
});

const slowest = (name: string, help: string, vantage: string, observe: (api: ApiFacts) => number | undefined): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: 'aggregated_api_slowest_probe_seconds',
  labels: { vantage },
  source: 'probes',
  observe,
});

/** One gauge per reason and vantage: `aggregator-connection-timeout`, `direct-not-found`, … */
const reasons = (prefix: string, label: string, where: string, pick: Pick): Signal[] =>
  FAILURE_REASONS.map((reason) => ({
    name: `${prefix}-${reason.replaceAll('_', '-')}`,
    help: `Targets ${where} whose last failure is at most a minute old and has the reason ${reason}.`,
    kind: 'gauge',
    metric: 'aggregated_api_recent_failures',
    labels: { vantage: label, reason },
    source: 'probes',
    observe: (api, _cluster, time) => recentFailures(api, pick, reason, time),
    quote: (api, _cluster, time) => newestDetail(api, pick, reason, time, label === 'direct' ? undefined : 'client'),
  }));

/** What our own probes of the API saw, per vantage. */
export const PROBE_SIGNALS: readonly Signal[] = [
  share(
    'error-ratio',
    'Share of the targets through the kube-apiserver, lists included, whose last probe failed, 0 to 1.',
    'aggregator_all',
    from('aggregator'),
  ),
  share(
    'aggregator-failing',
    'Share of the kube-apiservers through which the last discovery probe failed, 0 to 1.',
    'aggregator',
    discoveryFrom('aggregator'),
  ),
  share('list-failing', 'Share of the kube-apiservers through which the last list failed, 0 to 1.', 'aggregator_list', isList),
  share('service-failing', "1 while the last direct probe of the Service's ClusterIP failed, else 0.", 'service', from('service')),
  share('endpoint-failing', 'Share of the backend addresses whose last direct probe failed, 0 to 1.', 'endpoint', from('endpoint')),
  counter('aggregator-attempts', 'Probes through the kube-apiserver, lists included.', 'aggregated_api_vantage_attempts_total', (api) => {
    const kept = api.probes.filter(from('aggregator'));
    return kept.length === 0 ? undefined : kept.reduce((sum, tally) => sum + tally.attempts, 0);
  }),
  counter(
    'aggregator-failures',
    'Failed probes through the kube-apiserver, lists included.',
    'aggregated_api_vantage_failures_total',
    (api) => failuresOf(api, from('aggregator')),
  ),
  ...reasons('aggregator', 'aggregator', 'through the kube-apiserver (discovery)', discoveryFrom('aggregator')),
  ...reasons('list', 'aggregator_list', 'through the kube-apiserver (list)', isList),
  ...reasons('direct', 'direct', 'probed directly (Service and backend addresses)', isDirect),
  slowest('aggregator-seconds', 'Duration of the slowest last discovery probe through the kube-apiserver.', 'aggregator', (api) =>
    largest(api.probes.filter(discoveryFrom('aggregator')).map((tally) => tally.last.seconds)),
  ),
  slowest('list-seconds', 'Duration of the slowest last list through the kube-apiserver.', 'aggregator_list', (api) =>
    largest(api.probes.filter(isList).map((tally) => tally.last.seconds)),
  ),
  slowest('direct-seconds', 'Duration of the slowest last direct probe.', 'direct', (api) =>
    largest(api.probes.filter(isDirect).map((tally) => tally.last.seconds)),
  ),
  {
    name: 'direct-connect-seconds',
    help: 'TCP connect time of the slowest last direct probe.',
    kind: 'gauge',
    metric: 'aggregated_api_slowest_phase_seconds',
    labels: { vantage: 'direct', phase: 'connect' },
    source: 'probes',
    observe: (api) => slowestPhase(api, isDirect, 'connect'),
  },
  {
    name: 'direct-response-seconds',
    help: 'Time to the first byte of the answer of the slowest last direct probe.',
    kind: 'gauge',
    metric: 'aggregated_api_slowest_phase_seconds',
    labels: { vantage: 'direct', phase: 'response' },
    source: 'probes',
    observe: (api) => slowestPhase(api, isDirect, 'response'),
  },
  {
    name: 'endpoints-disagree',
    help: '1 while some backend addresses answer and others fail, else 0.',
    kind: 'gauge',
    metric: 'aggregated_api_targets_disagree',
    labels: { vantage: 'endpoint' },
    source: 'probes',
    observe: (api) => flag(areSplit(api.probes, from('endpoint'))),
  },
  {
    name: 'apiservers-disagree',
    help: '1 while the API works through some kube-apiservers and fails through others, else 0.',
    kind: 'gauge',
    metric: 'aggregated_api_targets_disagree',
    labels: { vantage: 'aggregator' },
    source: 'probes',
    observe: (api) => flag(areSplit(api.probes, discoveryFrom('aggregator'))),
  },
  {
    name: 'dead-connections',
    help: 'Targets whose newest failure came over a reused connection while a fresh one passed after it.',
    kind: 'gauge',
    metric: 'aggregated_api_dead_connections',
    source: 'probes',
    observe(api, _cluster, time) {
      if (api.probes.length === 0) return undefined;
      return count(api.probes, ({ last, lastFailure }) => {
        const dead = lastFailure?.connection === 'reused' && isRecent(lastFailure.at, time, RECENT_FAILURE_MS);
        return dead && last.ok && last.connection === 'fresh';
      });
    },
  },
  {
    name: 'our-path-failing',
    help: 'Targets that failed on our own way to the kube-apiserver, before the API had any part in it.',
    kind: 'gauge',
    metric: 'aggregated_api_own_path_failures',
    source: 'probes',
    observe: (api) => (api.probes.length === 0 ? undefined : count(api.probes, ({ last }) => !last.ok && last.hop === 'us')),
  },
];
