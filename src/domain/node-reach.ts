import type { DirectVantage, FailureReason, Phase } from './probe.ts';

/** From which network an agent asks: that of its node, as the kube-apiserver does, or that of a pod on it. */
export const AGENT_NETWORKS = ['host', 'pod'] as const;
export type AgentNetwork = (typeof AGENT_NETWORKS)[number];

/** What the agent of one node says of the backend of one API. Times in Unix milliseconds. */
export interface NodeReach {
  readonly node: string;
  readonly network: AgentNetwork;
  /** When its newest report came. */
  readonly heardAt: number;
  /** It has not reported in its time: what it saw counts no more, and nothing is known of its node. */
  readonly silent?: true;
  /** The newest of each address; empty while it was not asked, and of one that is silent. */
  readonly probes: readonly NodeProbe[];
}

export interface NodeProbe {
  readonly vantage: DirectVantage;
  /** `host:port`; never a label. */
  readonly target: string;
  readonly at: number;
  /** An answer came, whatever it says: the way there works. */
  readonly ok: boolean;
  /** Where it ended, of one that did not get through. */
  readonly phase?: Phase;
  readonly reason?: FailureReason;
  readonly seconds: number;
}

/** `partly`: some addresses answer and some do not. `unknown`: nothing is known, which is neither good nor bad. */
export type ReachState = 'reached' | 'partly' | 'unreached' | 'unknown';

export function reachState({ probes }: Pick<NodeReach, 'probes'>): ReachState {
  if (probes.length === 0) return 'unknown';
  if (probes.every(({ ok }) => ok)) return 'reached';
  return probes.some(({ ok }) => ok) ? 'partly' : 'unreached';
}

/** Nodes that are named; the rest is counted. */
const MOST_NAMED = 3;

/** `reached from 2 of 3 nodes; not from node-b: connection timed out`; undefined where no agent has reported. */
export function reachInWords(nodes: readonly NodeReach[]): string | undefined {
  if (nodes.length === 0) return undefined;
  // An agent of each network on one node are two places to look from.
  const areMixed = new Set(nodes.map(({ network }) => network)).size > 1;
  const nameOf = ({ node, network }: NodeReach) => (areMixed && network === 'pod' ? `a pod on ${node}` : node);
  const inState = (state: ReachState) => nodes.filter((node) => reachState(node) === state);
  const [reached, partly, unreached, unknown] = [inState('reached'), inState('partly'), inState('unreached'), inState('unknown')];
  const known = nodes.length - unknown.length;
  const parts = [
    ...(known > 0 ? [`reached from ${reached.length} of ${known} ${areMixed ? 'places' : known === 1 ? 'node' : 'nodes'}`] : []),
    ...byWords(unreached, failureOf).map(([why, some]) => `not from ${namesOf(some.map(nameOf))}: ${why}`),
    ...byWords(partly, failureOf).map(([why, some]) => `in part from ${namesOf(some.map(nameOf))}: ${why}`),
    ...(unknown.length > 0 ? [`from ${namesOf(unknown.map(nameOf))} nothing is known`] : []),
  ];
  return parts.join('; ');
}

function byWords(nodes: readonly NodeReach[], wordsOf: (node: NodeReach) => string): [string, NodeReach[]][] {
  const groups = new Map<string, NodeReach[]>();
  for (const node of nodes) groups.set(wordsOf(node), [...(groups.get(wordsOf(node)) ?? []), node]);
  return [...groups];
}

/** Each reason once, in the words of a sentence. */
export function failureOf({ probes }: Pick<NodeReach, 'probes'>): string {
  const words = probes.flatMap(({ ok, reason = 'other' }) => (ok ? [] : [REASON_WORDS.get(reason) ?? reason.replaceAll('_', ' ')]));
  return [...new Set(words)].sort().join(', ');
}

const REASON_WORDS: ReadonlyMap<FailureReason, string> = new Map<FailureReason, string>([
  ['connection_timeout', 'connection timed out'],
  ['host_unreachable', 'no route to the host'],
  ['tls_timeout', 'the TLS handshake timed out'],
  ['tls_handshake_failed', 'the TLS handshake failed'],
  ['response_timeout', 'no answer in time'],
  ['invalid_response', 'what answers is no HTTP server'],
  ['other', 'it could not be asked'],
]);

function namesOf(names: readonly string[]): string {
  const named = names.slice(0, MOST_NAMED);
  const more = names.length - named.length;
  if (more > 0) return `${named.join(', ')} and ${more} more`;
  return named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${named.at(-1)}` : named.join('');
}
