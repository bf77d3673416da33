import type { Cause } from '../domain/cause.ts';
import type { Part } from '../domain/part.ts';
import { DIRECT_VANTAGES, type DirectVantage, type ProbeTally, type Vantage } from '../domain/probe.ts';
import type { ApiFacts, ClusterFacts } from '../domain/snapshot.ts';

/** What all probes of one vantage say together; `mixed` = some targets pass and some fail; `unseen` = none has ended. */
export type VantageState = 'passes' | 'fails' | 'mixed' | 'unseen';

/** `control` is the kube-apiserver's own /readyz, asked by us: is it us? */
export interface VantageStates extends Readonly<Record<Vantage, VantageState>> {
  /** Discovery passes through the aggregator while a real list fails, or the other way round. */
  readonly onlyList: boolean;
}

type Direct = Pick<VantageStates, 'service' | 'endpoint'>;
type Asked = Omit<VantageStates, 'onlyList'>;

/** What a disagreement of the vantages points to, beyond what was seen. */
export interface VantageMeaning {
  /** Words after "so". */
  readonly says: string;
  /**
   * The parts that it blames; `us` = our own connection. It contradicts each cause that sits in another part, or that does not
   * tell where it sits. Absent = it blames nobody.
   */
  readonly blames?: readonly (Part | 'us')[];
  readonly when: (states: VantageStates) => boolean;
}

const asked = (state: VantageState) => state !== 'unseen';
const answersDirectly = ({ service, endpoint }: Direct) => service === 'passes' || endpoint === 'passes';
const allAskedPass = ({ service, endpoint }: Direct) => [service, endpoint].filter(asked).every((state) => state === 'passes');

/** The truth table of vantage disagreement: the first row that fits says what it means. */
export const VANTAGE_MEANINGS: readonly VantageMeaning[] = [
  {
    when: ({ control, service, endpoint }) => control === 'fails' && answersDirectly({ service, endpoint }),
    says: 'the fault is with the kube-apiserver or on our way to it',
    blames: ['kube-apiserver', 'us'],
  },
  {
    when: ({ control }) => control === 'fails',
    says: 'what the API does cannot be told apart from our own connection',
    blames: ['kube-apiserver', 'us'],
  },
  {
    when: ({ onlyList, service, endpoint }) => onlyList && service !== 'fails' && endpoint !== 'fails' && endpoint !== 'mixed',
    says: 'the backend answers, but not for ordinary users, or its storage does not',
    blames: ['rights', 'backend'],
  },
  {
    when: ({ aggregator, service, endpoint }) =>
      aggregator === 'fails' && service === 'passes' && (endpoint === 'passes' || endpoint === 'unseen'),
    says: 'the path, the trust or the rights between kube-apiserver and backend are broken, not the backend',
    blames: ['path', 'trust', 'rights'],
  },
  {
    when: ({ aggregator, service, endpoint }) => aggregator === 'fails' && service === 'fails' && endpoint === 'passes',
    says: 'the port or the selector of the Service, or the service proxy, is broken',
    blames: ['service'],
  },
  {
    when: ({ aggregator, service, endpoint }) => aggregator === 'fails' && service === 'unseen' && endpoint === 'passes',
    says: 'the path, the Service, the trust or the rights in between are broken, not the pods',
    blames: ['path', 'service', 'trust', 'rights'],
  },
  {
    when: ({ aggregator, service, endpoint }) =>
      aggregator === 'fails' && !answersDirectly({ service, endpoint }) && (service === 'fails' || endpoint === 'fails'),
    says: 'the fault is at the backend or in the network before it',
    blames: ['backend', 'path', 'network'],
  },
  {
    when: ({ aggregator, service, endpoint }) => aggregator === 'fails' && !asked(service) && !asked(endpoint),
    says: 'by probes alone, the way and the backend cannot be told apart',
  },
  {
    when: ({ aggregator, service, endpoint }) =>
      aggregator === 'mixed' && answersDirectly({ service, endpoint }) && allAskedPass({ service, endpoint }),
    says: 'one kube-apiserver, the way from it, or one kind of request is at fault',
    blames: ['kube-apiserver', 'path', 'trust', 'rights'],
  },
  {
    when: ({ endpoint }) => endpoint === 'mixed',
    says: 'the next connection may end at the one that does not',
  },
  {
    when: ({ aggregator, service, endpoint }) => aggregator === 'passes' && (service === 'fails' || endpoint === 'fails'),
    says: 'users are served, and we may be kept away, e.g. by a NetworkPolicy',
    blames: ['us'],
  },
  {
    when: ({ aggregator, service, endpoint }) =>
      aggregator === 'passes' && answersDirectly({ service, endpoint }) && allAskedPass({ service, endpoint }),
    says: 'the fault is over, comes and goes, or is in what probes do not ask',
  },
];

export function vantageStates(api: ApiFacts, cluster: ClusterFacts): VantageStates {
  const aggregator = api.probes.filter((tally) => tally.vantage === 'aggregator');
  const discovery = aggregator.filter((tally) => tally.request === 'discovery');
  const list = aggregator.filter((tally) => tally.request === 'list');
  return {
    ...directStates(api),
    aggregator: stateOf(aggregator.map((tally) => tally.last.ok)),
    control: stateOf(cluster.apiservers.flatMap(({ control }) => (control ? [control.last.ok] : []))),
    onlyList: stateOf(discovery.map((tally) => tally.last.ok)) === 'passes' && stateOf(list.map((tally) => tally.last.ok)) === 'fails',
  };
}

/** Directly 401 and 403 mean reachable: a direct probe carries no credentials. */
function directStates({ probes }: ApiFacts): Record<DirectVantage, VantageState> {
  const answered = ({ last }: ProbeTally) => last.ok || last.reason === 'unauthorized' || last.reason === 'forbidden';
  const stateFrom = (from: DirectVantage) => stateOf(probes.filter(({ vantage }) => vantage === from).map(answered));
  return Object.fromEntries(DIRECT_VANTAGES.map((vantage) => [vantage, stateFrom(vantage)])) as Record<DirectVantage, VantageState>;
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

/**
 * What the vantages saw, what it means, and the odd kube-apiservers. Undefined when neither the kube-apiserver nor the backend was
 * asked. Where the meaning contradicts the verdict, only what was seen is said.
 * @param part where the cause of the verdict sits; undefined = the cause is unknown.
 */
export function vantagesInWords(states: VantageStates, part?: Cause['part'], odd: readonly string[] = []): string | undefined {
  const { aggregator, service, endpoint, control } = states;
  if (![aggregator, service, endpoint].some(asked) && control !== 'fails') return undefined;
  const meaning = VANTAGE_MEANINGS.find(({ when }) => when(states));
  const sentences = [`${seenInWords(states)}${meaning && !contradicts(meaning, part) ? `, so ${meaning.says}` : ''}.`];
  if (odd.length > 0) sentences.push(`It fails through ${odd.join(' and ')}.`);
  return sentences.join(' ');
}

/** What blames certain parts contradicts a cause that sits in none of them. */
export function contradicts({ blames }: Pick<VantageMeaning, 'blames'>, part: Cause['part'] | undefined): boolean {
  if (blames === undefined || part === undefined) return false;
  return part === 'anywhere' || !blames.includes(part);
}

function seenInWords(states: VantageStates): string {
  const { service, endpoint } = states;
  if (states.control !== 'fails' && states.aggregator === 'passes' && answersDirectly({ service, endpoint }) && allAskedPass(states))
    return 'Every vantage passes now';
  const seen = [...CONTROL_SEEN[states.control], throughInWords(states), ...directInWords(states)].join('; ');
  return `${seen.charAt(0).toUpperCase()}${seen.slice(1)}`;
}

const CONTROL_SEEN: Readonly<Record<VantageState, readonly string[]>> = {
  passes: [],
  unseen: [],
  mixed: ['one of the kube-apiservers itself does not answer us'],
  fails: ['the kube-apiserver itself does not answer us'],
};

const THROUGH_SEEN: Readonly<Record<VantageState, string>> = {
  passes: 'through the kube-apiserver it answers',
  fails: 'through the kube-apiserver it fails',
  mixed: 'some requests through the kube-apiserver pass and some fail',
  unseen: 'through the kube-apiserver it was not asked',
};

function throughInWords({ aggregator, onlyList }: VantageStates): string {
  return onlyList ? 'discovery passes through the kube-apiserver and a real list fails' : THROUGH_SEEN[aggregator];
}

const SERVICE_SEEN: Readonly<Record<Exclude<VantageState, 'unseen'>, string>> = {
  passes: 'its Service answers',
  fails: 'its Service does not answer',
  mixed: 'its Service answers now and then',
};

const ENDPOINT_SEEN: Readonly<Record<Exclude<VantageState, 'unseen'>, string>> = {
  passes: 'each pod answers',
  fails: 'no pod answers',
  mixed: 'some pods answer and some do not',
};

function directInWords({ service, endpoint }: Asked): string[] {
  const seen = [...(service === 'unseen' ? [] : [SERVICE_SEEN[service]]), ...(endpoint === 'unseen' ? [] : [ENDPOINT_SEEN[endpoint]])];
  return [seen.length === 0 ? 'directly it was not asked' : `directly ${seen.join(' and ')}`];
}
