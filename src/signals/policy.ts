import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';
import { type ApiFacts, EGRESS_PEERS, type EgressFacts, type EgressPeer, POLICY_VERDICTS, type PolicyVerdict } from '../domain/snapshot.ts';

const verdict = (name: string, is: PolicyVerdict, help: string): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: 'aggregated_api_network_policies',
  stability: 'stable',
  familyHelp:
    'Verdict on traffic from the kube-apiserver to the backend pods by the policies that select them: 1 for the current one, 0 for the others.',
  labels: { verdict: is },
  source: 'network-policies',
  observe(api) {
    const facts = observedValue(api.policy);
    return facts && (facts.verdict === is ? 1 : 0);
  },
  quote(api) {
    const facts = observedValue(api.policy);
    return facts?.why && facts.verdict === is ? { text: facts.why } : undefined;
  },
});

const PEER_WORDS: Readonly<Record<EgressPeer, string>> = {
  'kube-apiserver': 'the kube-apiserver',
  dns: "the cluster's DNS",
  dependency: 'what its own arguments name',
};
const VERDICT_WORDS: Readonly<Record<PolicyVerdict, string>> = {
  admits: 'let the backend pods reach',
  blocks: 'keep the backend pods from',
  undetermined: 'leave open whether the backend pods reach',
};
/** Of several of one kind the worst counts: one database that is not reached is enough. */
const WORST: readonly PolicyVerdict[] = ['blocks', 'undetermined', 'admits'];

function egressOf(api: ApiFacts, peer: EgressPeer): EgressFacts | undefined {
  const all = (observedValue(api.policy)?.egress ?? []).filter((facts) => facts.peer === peer);
  return WORST.flatMap((verdict) => all.find((facts) => facts.verdict === verdict) ?? [])[0];
}

const egress = (peer: EgressPeer, is: PolicyVerdict): Signal => ({
  name: `egress-${is}-${peer}`,
  help: `1 while policies ${VERDICT_WORDS[is]} ${PEER_WORDS[peer]}, else 0.`,
  kind: 'gauge',
  metric: 'aggregated_api_network_policy_egress',
  familyHelp:
    'Verdict on traffic from the backend pods to what they need by the policies that select them: 1 for the current one, 0 for the others; no series where nothing of the kind is needed or known.',
  labels: { peer, verdict: is },
  source: 'network-policies',
  observe(api) {
    const facts = egressOf(api, peer);
    return facts && (facts.verdict === is ? 1 : 0);
  },
  quote(api) {
    const facts = egressOf(api, peer);
    return facts?.verdict === is ? { text: facts.why } : undefined;
  },
});

/** What policies say of traffic from the kube-apiserver to the backend pods, and from those to what they need. */
export const POLICY_SIGNALS: readonly Signal[] = [
  verdict('policy-admits', 'admits', '1 while policies admit the kube-apiserver to the backend pods, else 0.'),
  verdict('policy-blocks', 'blocks', '1 while policies keep the kube-apiserver from the backend pods, else 0.'),
  verdict('policy-undetermined', 'undetermined', '1 while it cannot be told whether policies admit the kube-apiserver, else 0.'),
  {
    name: 'policies-selecting',
    help: 'Policies that select a backend pod for ingress.',
    kind: 'gauge',
    metric: 'aggregated_api_network_policies_selecting',
    source: 'network-policies',
    observe: (api) => observedValue(api.policy)?.selecting.length,
  },
  {
    name: 'policies-not-evaluated',
    help: 'Kinds of policies that exist, or may exist, and could not be read.',
    kind: 'gauge',
    metric: 'aggregated_api_network_policies_not_evaluated',
    source: 'network-policies',
    observe: (api) => observedValue(api.policy)?.notEvaluated.length,
  },
  ...EGRESS_PEERS.flatMap((peer) => POLICY_VERDICTS.map((is) => egress(peer, is))),
];
