import type { TargetPod } from '../targets.ts';
import type { KnownLabels } from './label-selector.ts';
import type { Match } from './match.ts';

export type PolicyPod = Pick<TargetPod, 'namespace' | 'name' | 'labels' | 'hostNetwork' | 'ports' | 'node' | 'ip'>;
export type Protocol = 'TCP' | 'UDP';
export type Direction = 'ingress' | 'egress';

/** Who is at the other end of a connection, as far as policies can tell ends apart. */
export interface Peer {
  /** As it is told: `the kube-apiserver (192.0.2.2)`. */
  readonly words: string;
  readonly address?: string;
  /** Its node, when the address is a node's: then it is in the host network there, and no pod to any selector. */
  readonly node?: string;
  /** A pod of the pod network. */
  readonly pod?: PeerPod;
  /** No pod itself: could its packets come from one (a tunnel's agent)? */
  readonly carriedByPod: Match;
  readonly apiserver: boolean;
  /** ClusterIP and port that a client names; the network translates them, and some networks ask policies before they do. */
  readonly before?: { readonly address: string; readonly port: number };
}

export interface PeerPod {
  readonly namespace: string;
  readonly labels: KnownLabels;
  readonly ports: TargetPod['ports'];
}

/** One connection, seen from the backend's pod. */
export interface Flow {
  readonly direction: Direction;
  readonly pod: PolicyPod;
  readonly peer: Peer;
  /** At the destination, after the Service's translation; undefined: not known. */
  readonly port: number | undefined;
  readonly protocol: Protocol;
  /** As it is told. */
  readonly portWords: string;
}

/** Of the pod that names of ports are resolved on: the destination. */
export function portsAt({ direction, pod, peer }: Flow): TargetPod['ports'] {
  return direction === 'ingress' ? pod.ports : (peer.pod?.ports ?? []);
}

/** What a rule that admits does, in words. */
export function admittedWords({ direction, peer, portWords }: Flow): string {
  return direction === 'ingress' ? `admits ${peer.words} to port ${portWords}` : `lets it reach ${peer.words} on port ${portWords}`;
}

/** What no rule does. */
export function notAdmittedWords({ direction, peer, portWords }: Flow): string {
  return direction === 'ingress'
    ? `no rule admits ${peer.words} to port ${portWords}`
    : `no rule lets it reach ${peer.words} on port ${portWords}`;
}

/** What a rule that denies does. */
export function deniedWords({ direction, peer, portWords }: Flow): string {
  return direction === 'ingress' ? `denies ${peer.words} port ${portWords}` : `denies it ${peer.words} on port ${portWords}`;
}
