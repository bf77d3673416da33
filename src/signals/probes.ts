import { observedValue } from '../domain/observed.ts';
import { FAILURE_REASONS, type FailureReason, isDirectVantage, type Phase, type ProbeResult, type Vantage } from '../domain/probe.ts';
import type { Quote } from '../domain/quote.ts';
import type { Signal } from '../domain/signal.ts';
import { type ApiFacts, failuresOf } from '../domain/snapshot.ts';
import { count, flag, hostOf, isRecent, largest, podsOf, RECENT_FAILURE_MS } from './reading.ts';
import {
  areSplit,
  failingShare,
  failsWith,
  familiesDisagree,
  from,
  type Pick,
  passingSeconds,
  serviceAloneSeconds,
  splitSeconds,
  tallyingLoss,
  timesOutByTurns,
} from './targets.ts';

const discoveryFrom =
  (vantage: Vantage): Pick =>
  (tally) =>
    tally.vantage === vantage && tally.request === 'discovery';
const isList: Pick = (tally) => tally.vantage === 'aggregator' && tally.request === 'list';
const isDirect: Pick = ({ vantage }) => isDirectVantage(vantage);

function recentFailures(api: ApiFacts, pick: Pick, reason: FailureReason, time: number): number | undefined {
  // Asked for each reason of each vantage, of each API in each tick.
  let all = 0;
  let failing = 0;
  for (const tally of api.probes) {
    if (!pick(tally)) continue;
    all++;
    if (failsWith(tally, reason, time)) failing++;
  }
  return all === 0 ? undefined : failing;
}

/** What the newest failure of that reason said. */
function newestDetail(api: ApiFacts, pick: Pick, reason: FailureReason, time: number): string | undefined {
  let newest: ProbeResult | undefined;
  for (const tally of api.probes) {
    if (!pick(tally) || !failsWith(tally, reason, time)) continue;
    const failure = tally.last.ok ? tally.lastFailure : tally.last;
    if (failure && saysReason(failure, reason) && (!newest || failure.at > newest.at)) newest = failure;
  }
  return newest?.detail;
}

const saysReason = (failure: ProbeResult, reason: FailureReason): boolean =>
  Boolean(failure.detail) && (failure.reason ?? 'other') === reason;

const quoteOf = (text: string | undefined, from: Quote['from']): Quote | undefined =>
  text === undefined ? undefined : { text, ...(from === undefined ? {} : { from }) };

/** Who the backend address is that fails while others answer, and what it says. */
function oddAddress(api: ApiFacts): Quote | undefined {
  const odd = api.probes.find(({ vantage, last }) => vantage === 'endpoint' && !last.ok);
  if (!odd) return undefined;
  const who = podBehind(api, hostOf(odd.target));
  const says = odd.last.detail ?? odd.last.reason ?? 'no answer';
  return { text: `${who === '' ? odd.target : `${who} (${odd.target})`}: ${says}` };
}

/** `pod <name> on node <name>`, as far as it is known. */
function podBehind(api: ApiFacts, ip: string): string {
  const address = observedValue(api.endpoints)?.addresses.find((one) => one.ip === ip);
  const pod = podsOf(api)?.find((one) => one.ip === ip);
  return [named('pod', address?.pod ?? pod?.name), named('on node', address?.node ?? pod?.node)].filter(Boolean).join(' ');
}

const named = (what: string, name: string | undefined): string => (name ? `${what} ${name}` : '');

function slowestPhase(api: ApiFacts, pick: Pick, phase: Phase): number | undefined {
  return largest(api.probes.filter(pick).map((tally) => tally.last.phases[phase]));
}

const share = (name: string, help: string, vantage: string, pick: Pick): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: 'aggregated_api_failing_share',
  familyHelp: 'Share of the targets of a vantage whose last probe failed, 0 to 1.',
  labels: { vantage },
  source: 'probes',
  observe: (api) => failingShare(api.probes, pick),
});

const slowest = (name: string, help: string, vantage: string, observe: (api: ApiFacts) => number | undefined): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: 'aggregated_api_slowest_probe_seconds',
  familyHelp: 'Duration of the slowest last discovery probe of a vantage.',
  labels: { vantage },
  source: 'probes',
  observe,
});

/** One gauge per reason and vantage: `aggregator-connection-timeout`, `direct-not-found`, … */
/** Where the answers to these probes can be seen again; our own connections nobody can repeat with kubectl. */
const SHOWN_BY: ReadonlyMap<string, Quote['from']> = new Map([
  ['aggregator', 'client'],
  ['aggregator_list', 'list'],
]);

const reasons = (prefix: 'aggregator' | 'list' | 'direct', label: string, where: string, pick: Pick): Signal[] =>
  FAILURE_REASONS.map((reason) => ({
    name: `${prefix}-${reason.replaceAll('_', '-')}`,
    help: `Targets ${where} whose newest probe failed with the reason ${reason}, or where it came back within the last minute.`,
    words: `targets ${where} that failed with "${reason.replaceAll('_', ' ')}"`,
    kind: 'gauge',
    metric: 'aggregated_api_recent_failures',
    familyHelp: 'Targets of a vantage whose last failure is at most a minute old, by its reason.',
    labels: { vantage: label, reason },
    source: 'probes',
    observedWith: `${prefix}-seconds`,
    observe: (api, _cluster, time) => recentFailures(api, pick, reason, time),
    quote: (api, _cluster, time) => quoteOf(newestDetail(api, pick, reason, time), SHOWN_BY.get(label)),
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
  {
    name: 'aggregator-failures',
    help: 'Failed probes through the kube-apiserver, lists included, over all its instances.',
    kind: 'counter',
    metric: 'aggregated_api_vantage_failures_total',
    labels: { vantage: 'aggregator' },
    source: 'probes',
    observe: (api) => failuresOf(api, from('aggregator')),
  },
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
    familyHelp: 'Duration of a phase in the slowest last probe of a vantage.',
    labels: { vantage: 'direct', phase: 'connect' },
    source: 'probes',
    observe: (api) => slowestPhase(api, isDirect, 'connect'),
  },
  {
    name: 'direct-response-seconds',
    help: 'Time to the first byte of the answer of the slowest last direct probe.',
    kind: 'gauge',
    metric: 'aggregated_api_slowest_phase_seconds',
    familyHelp: 'Duration of a phase in the slowest last probe of a vantage.',
    labels: { vantage: 'direct', phase: 'response' },
    source: 'probes',
    observe: (api) => slowestPhase(api, isDirect, 'response'),
  },
  {
    name: 'endpoints-disagree',
    help: '1 while some backend addresses answer and others fail, else 0.',
    kind: 'gauge',
    metric: 'aggregated_api_targets_disagree',
    familyHelp: '1 while some targets of a vantage answer and others fail, else 0.',
    labels: { vantage: 'endpoint' },
    source: 'probes',
    observe: (api) => flag(areSplit(api.probes, from('endpoint'))),
    quote: oddAddress,
  },
  {
    name: 'apiservers-disagree',
    help: '1 while the API works through some kube-apiservers and fails through others, else 0.',
    kind: 'gauge',
    metric: 'aggregated_api_targets_disagree',
    familyHelp: '1 while some targets of a vantage answer and others fail, else 0.',
    labels: { vantage: 'aggregator' },
    source: 'probes',
    observe: (api) => flag(areSplit(api.probes, discoveryFrom('aggregator'))),
  },
  {
    name: 'endpoints-passing',
    help: 'For how long each backend address has passed, seconds, at most 600; 0 while one fails or comes and goes.',
    kind: 'gauge',
    metric: 'aggregated_api_passing_seconds',
    labels: { vantage: 'endpoint' },
    source: 'probes',
    observe: (api, _cluster, time) => passingSeconds(api.probes.filter(from('endpoint')), time),
  },
  {
    name: 'endpoints-split',
    help: 'For how long the same backend addresses have answered while the same others failed, seconds, at most 600; 0 while they agree.',
    kind: 'gauge',
    metric: 'aggregated_api_split_seconds',
    labels: { vantage: 'endpoint' },
    source: 'probes',
    observe: (api, _cluster, time) => splitSeconds(api.probes, from('endpoint'), time),
    quote: oddAddress,
  },
  {
    name: 'families-disagree',
    help: '1 while every backend address of one IP family fails and every one of the other answers, else 0.',
    kind: 'gauge',
    metric: 'aggregated_api_address_families_disagree',
    source: 'probes',
    observe: (api) => flag(familiesDisagree(api.probes)),
    quote: oddAddress,
  },
  {
    name: 'service-alone-failing',
    help: 'How long after each backend address had begun to answer the ClusterIP still failed, seconds, at most 600; 0 while it answers or an address fails.',
    kind: 'gauge',
    metric: 'aggregated_api_service_alone_failing_seconds',
    source: 'probes',
    observe: (api, _cluster, time) => serviceAloneSeconds(api.probes, time),
  },
  {
    name: 'timeouts-by-turns',
    help: 'Targets that timed out within the last minute and have passed since, or come back to it; of several backend addresses only these.',
    kind: 'gauge',
    metric: 'aggregated_api_timeouts_by_turns',
    source: 'probes',
    observe: (api, _cluster, time) =>
      api.probes.length === 0 ? undefined : count(tallyingLoss(api.probes), (tally) => timesOutByTurns(tally, time)),
  },
  {
    name: 'apiservers-split',
    help: 'For how long the API has worked through the same kube-apiservers and failed through the same others, seconds, at most 600; 0 while they agree.',
    kind: 'gauge',
    metric: 'aggregated_api_split_seconds',
    labels: { vantage: 'aggregator' },
    source: 'probes',
    observe: (api, _cluster, time) => splitSeconds(api.probes, discoveryFrom('aggregator'), time),
  },
  {
    name: 'dead-connections',
    help: 'Targets that fail again and again over a reused connection, while a fresh one passed after the last time.',
    kind: 'gauge',
    metric: 'aggregated_api_dead_connections',
    source: 'probes',
    observe(api, _cluster, time) {
      if (api.probes.length === 0) return undefined;
      return count(api.probes, ({ last, lastFailure, recurred }) => {
        if (!last.ok || last.connection !== 'fresh' || lastFailure?.connection !== 'reused') return false;
        // An answer came over it: it was alive.
        if (lastFailure.status !== undefined) return false;
        // Each failure begins on a connection that stood: once alone says nothing.
        return isRecent(recurred?.[lastFailure.reason ?? 'other'], time, RECENT_FAILURE_MS);
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
