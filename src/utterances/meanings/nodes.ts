import type { Utterance } from '../../domain/utterance.ts';
import { BROKEN_OFF, type Meaning, VANISHED } from './meaning.ts';

/** A client prints what the kube-apiserver answered: of the two only that asks kubelets. */
const CONTROL_PLANE: readonly Utterance['speaker'][] = ['kube-apiserver', 'client'];

/**
 * The kube-apiserver asks a kubelet for logs, exec and port-forward (pkg/registry/core/pod, node), by the dialer that reaches pods and
 * Services too: where it does not reach nodes, it does not reach what runs on them. That is evidence about an API only where the text
 * names one.
 */
export const NODES: readonly Meaning[] = [
  {
    id: 'nodes-without-route',
    roles: ['kubelet'],
    speakers: CONTROL_PLANE,
    reasons: ['unreachable'],
    pointsTo: ['host-unreachable', 'tunnel-down'],
    underName: true,
    because: 'A router or the neighbour table says that there is no way from the control plane to the node.',
  },
  {
    id: 'nodes-never-answer',
    roles: ['kubelet'],
    speakers: CONTROL_PLANE,
    reasons: [...VANISHED, 'canceled'],
    pointsTo: ['connection-timed-out', 'tunnel-down'],
    underName: true,
    because: 'Packets from the control plane to the node vanish: a firewall before the nodes drops what goes to their pods too.',
  },
  {
    id: 'way-to-nodes-breaks-off',
    roles: ['kubelet'],
    speakers: CONTROL_PLANE,
    reasons: [...BROKEN_OFF, 'bad-gateway'],
    pointsTo: ['tunnel-down', 'connection-reset'],
    underName: true,
    because:
      'Where nodes are asked through a tunnel (konnectivity, remotedialer of k3s), the end of the tunnel that is near answers for them.',
  },
  {
    id: 'control-plane-meets-kubelet',
    roles: ['kubelet'],
    speakers: CONTROL_PLANE,
    pointsTo: [],
    because: 'A kubelet that refuses, or whose certificate is not taken, is about logs and exec of its own pods: no API is meant.',
  },
];
