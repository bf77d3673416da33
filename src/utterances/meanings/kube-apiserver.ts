import { BROKEN_OFF, CERTIFICATE, type Meaning, NO_ANSWER, SERVER, VANISHED } from './meaning.ts';

/** Somebody asks the kube-apiserver. */
export const KUBE_APISERVER: readonly Meaning[] = [
  {
    id: 'kube-apiserver-unreachable-from-server',
    roles: ['kube-apiserver'],
    speakers: SERVER,
    reasons: [...VANISHED, 'unreachable'],
    steps: ['dial'],
    pointsTo: ['kube-apiserver-unreachable-from-backend', 'network-policy-blocking'],
    because: 'Packets from the pod to the Service kubernetes vanish; the other clients of the kube-apiserver reach it.',
  },
  {
    id: 'kube-apiserver-name-unknown',
    roles: ['kube-apiserver'],
    reasons: ['name-unknown'],
    pointsTo: ['dns-failing'],
    because:
      'The Service kubernetes is there in every cluster: where its name is not known, the resolver does not serve the zone of the cluster.',
  },
  {
    id: 'kube-apiserver-refuses',
    roles: ['kube-apiserver'],
    reasons: ['refused'],
    pointsTo: ['apiserver-unavailable', 'kube-apiserver-unreachable-from-backend'],
    because: 'Nothing listens where the kube-apiserver should.',
  },
  {
    id: 'kube-apiserver-gone',
    roles: ['kube-apiserver'],
    reasons: [...VANISHED, 'unreachable'],
    steps: ['dial'],
    pointsTo: ['apiserver-unavailable'],
    because: 'Its clients do not reach it at all.',
  },
  {
    id: 'kube-apiserver-breaks-off',
    roles: ['kube-apiserver'],
    reasons: [...BROKEN_OFF, 'stream-error'],
    pointsTo: ['apiserver-restarted', 'apiserver-unavailable'],
    because: 'It ended connections that stood, as it does when it stops.',
  },
  {
    id: 'request-given-up',
    roles: ['kube-apiserver'],
    speakers: SERVER,
    reasons: ['canceled'],
    pointsTo: ['stuck-connections', 'apiserver-slow'],
    because:
      'A context is canceled by who asked: the caller of the server gave up while that waited for the kube-apiserver, which does not refuse.',
  },
  {
    id: 'kube-apiserver-slow',
    roles: ['kube-apiserver'],
    reasons: [...NO_ANSWER, 'slow'],
    pointsTo: ['apiserver-slow', 'kube-apiserver-unreachable-from-backend'],
    because: 'It was reached, or the text does not tell that from a lost packet, and did not answer in time.',
  },
  {
    id: 'kube-apiserver-refuses-account',
    roles: ['kube-apiserver'],
    speakers: SERVER,
    reasons: ['forbidden', 'unauthorized'],
    pointsTo: ['backend-rights-missing', 'delegated-auth-failing'],
    because: "The server's own account may not do what it needs.",
  },
  {
    id: 'kube-apiserver-overloaded',
    roles: ['kube-apiserver'],
    reasons: ['too-many-requests'],
    pointsTo: ['apiserver-overloaded'],
    because: 'Priority and fairness, or its maximum of requests in flight, refuses.',
  },
  {
    id: 'kube-apiserver-fails',
    roles: ['kube-apiserver'],
    speakers: ['aggregated-server'],
    reasons: ['server-error', 'bad-gateway'],
    pointsTo: ['apiserver-unavailable', 'etcd-slow'],
    because: 'It answers that it cannot, mostly for want of etcd.',
  },
  {
    id: 'kube-apiserver-untrusted',
    roles: ['kube-apiserver'],
    speakers: SERVER,
    reasons: [...CERTIFICATE, 'certificate-refused', 'handshake-failed'],
    pointsTo: ['dependency-certificate-untrusted', 'bad-flag-or-config'],
    because:
      "Packets arrive. The server does not take the certificate of the kube-apiserver, or that not the server's: its kubeconfig or its CA file is of another cluster, or old.",
  },
];
