import type { Vantage } from '../domain/probe.ts';
import type { ApiFacts, ClusterFacts } from '../domain/snapshot.ts';

/** What all probes of one vantage say together; `mixed` = some targets pass and some fail; `unseen` = none has ended. */
export type VantageState = 'passes' | 'fails' | 'mixed' | 'unseen';

export interface VantageStates {
  readonly aggregator: VantageState;
  readonly service: VantageState;
  readonly endpoint: VantageState;
  /** The kube-apiserver's own /readyz, asked by us: is it us? */
  readonly control: VantageState;
  /** Discovery passes through the aggregator while a real list fails, or the other way round. */
  readonly onlyList: boolean;
}

type Expected = VantageState | 'any';

/**
 * The truth table of vantage disagreement: the first row that fits says what it means. `direct` is the service vantage, or,
 * where a ClusterIP cannot be reached from here, the endpoint vantage.
 */
export const VANTAGE_TABLE: readonly {
  readonly control: Expected;
  readonly aggregator: Expected;
  readonly service: Expected;
  readonly endpoint: Expected;
  readonly says: string;
}[] = [
  {
    control: 'fails',
    aggregator: 'any',
    service: 'passes',
    endpoint: 'any',
    says: 'The kube-apiserver itself does not answer, the backend does directly: the fault is with the kube-apiserver or on our way to it.',
  },
  {
    control: 'fails',
    aggregator: 'any',
    service: 'any',
    endpoint: 'any',
    says: 'Not even the kube-apiserver answers us: what the API does cannot be told apart from our own connection.',
  },
  {
    control: 'any',
    aggregator: 'fails',
    service: 'passes',
    endpoint: 'mixed',
    says: 'Only the way through the kube-apiserver fails for certain, and one replica fails directly too.',
  },
  {
    control: 'any',
    aggregator: 'fails',
    service: 'passes',
    endpoint: 'any',
    says: 'Through the kube-apiserver it fails, directly the backend answers: the path, the trust or the rights between kube-apiserver and backend are broken, not the backend.',
  },
  {
    control: 'any',
    aggregator: 'fails',
    service: 'fails',
    endpoint: 'passes',
    says: 'The pods answer directly, their Service does not: its port, its selector or the service proxy is broken.',
  },
  {
    control: 'any',
    aggregator: 'fails',
    service: 'unseen',
    endpoint: 'passes',
    says: 'Through the kube-apiserver it fails, the pods answer directly: the path, the Service, the trust or the rights in between are broken, not the pods.',
  },
  {
    control: 'any',
    aggregator: 'fails',
    service: 'any',
    endpoint: 'mixed',
    says: 'Some pods answer directly and some do not, and it shows through the kube-apiserver.',
  },
  {
    control: 'any',
    aggregator: 'fails',
    service: 'fails',
    endpoint: 'any',
    says: 'It fails through the kube-apiserver and directly: the fault is at the backend or in the network before it.',
  },
  {
    control: 'any',
    aggregator: 'fails',
    service: 'unseen',
    endpoint: 'fails',
    says: 'It fails through the kube-apiserver, and the pods fail directly too: the fault is at the backend or in the network before it.',
  },
  {
    control: 'any',
    aggregator: 'fails',
    service: 'any',
    endpoint: 'any',
    says: 'It fails through the kube-apiserver; the backend was not reached directly, so the two cannot be told apart.',
  },
  {
    control: 'any',
    aggregator: 'mixed',
    service: 'passes',
    endpoint: 'any',
    says: 'Some ways through the kube-apiserver fail and some pass, directly it answers: the kube-apiservers disagree, or one kind of request fails.',
  },
  {
    control: 'any',
    aggregator: 'mixed',
    service: 'any',
    endpoint: 'any',
    says: 'Some ways through the kube-apiserver fail and some pass: one instance, one replica or one kind of request is at fault.',
  },
  {
    control: 'any',
    aggregator: 'passes',
    service: 'passes',
    endpoint: 'mixed',
    says: 'It answers, but one replica does not: the next connection may end there.',
  },
  {
    control: 'any',
    aggregator: 'passes',
    service: 'passes',
    endpoint: 'passes',
    says: 'Every vantage passes now: the fault is over, comes and goes, or is in what probes do not ask.',
  },
  {
    control: 'any',
    aggregator: 'passes',
    service: 'any',
    endpoint: 'any',
    says: 'Through the kube-apiserver it answers while a direct vantage fails: users are served, we may be kept away, e.g. by a NetworkPolicy.',
  },
  {
    control: 'any',
    aggregator: 'unseen',
    service: 'fails',
    endpoint: 'any',
    says: 'Directly it fails; through the kube-apiserver it was not asked.',
  },
  {
    control: 'any',
    aggregator: 'unseen',
    service: 'any',
    endpoint: 'fails',
    says: 'The pods fail directly; through the kube-apiserver it was not asked.',
  },
];

export function vantageStates(api: ApiFacts, cluster: ClusterFacts): VantageStates {
  const aggregator = api.probes.filter((tally) => tally.vantage === 'aggregator');
  const discovery = aggregator.filter((tally) => tally.request === 'discovery');
  const list = aggregator.filter((tally) => tally.request === 'list');
  return {
    aggregator: stateOf(aggregator.map((tally) => tally.last.ok)),
    service: direct(api, 'service'),
    endpoint: direct(api, 'endpoint'),
    control: stateOf(cluster.apiservers.flatMap(({ control }) => (control ? [control.last.ok] : []))),
    onlyList: stateOf(discovery.map((tally) => tally.last.ok)) === 'passes' && stateOf(list.map((tally) => tally.last.ok)) === 'fails',
  };
}

/** Directly 401 and 403 mean reachable: a direct probe carries no credentials. */
function direct(api: ApiFacts, vantage: Vantage): VantageState {
  return stateOf(
    api.probes
      .filter((tally) => tally.vantage === vantage)
      .map(({ last }) => last.ok || last.reason === 'unauthorized' || last.reason === 'forbidden'),
  );
}

function stateOf(passed: readonly boolean[]): VantageState {
  if (passed.length === 0) return 'unseen';
  return passed.every(Boolean) ? 'passes' : passed.some(Boolean) ? 'mixed' : 'fails';
}

/** kube-apiservers through which the API fails while it passes through others, `host:port`: the odd ones. */
export function oddApiservers(api: ApiFacts): string[] {
  const discovery = api.probes.filter((tally) => tally.vantage === 'aggregator' && tally.request === 'discovery');
  const failing = discovery.filter((tally) => !tally.last.ok).map((tally) => tally.target);
  return failing.length === discovery.length ? [] : failing.sort();
}

/** The disagreement in words, with the odd kube-apiservers; undefined when nothing was probed. */
export function vantagesInWords(states: VantageStates, odd: readonly string[] = []): string | undefined {
  const says = meaningOf(states);
  return says === undefined || odd.length === 0 ? says : `${says} It fails through ${odd.join(' and ')}.`;
}

function meaningOf(states: VantageStates): string | undefined {
  if (states.onlyList)
    return 'Discovery passes through the kube-apiserver and a real list fails: the backend answers, but not for ordinary users, or its storage does not.';
  const row = VANTAGE_TABLE.find(
    (candidate) =>
      fits(candidate.control, states.control) &&
      fits(candidate.aggregator, states.aggregator) &&
      fits(candidate.service, states.service) &&
      fits(candidate.endpoint, states.endpoint),
  );
  return row?.says;
}

function fits(expected: Expected, state: VantageState): boolean {
  return expected === 'any' || expected === state;
}
