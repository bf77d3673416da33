import type { TargetRole } from '../../domain/utterance.ts';
import { CERTIFICATE, type Meaning } from './meaning.ts';

const NEEDED: readonly TargetRole[] = ['prometheus', 'cloud-api', 'dependency'];

/** The server behind the API asks what it needs for its answers. */
export const DEPENDENCIES: readonly Meaning[] = [
  {
    id: 'kubelet-certificate',
    roles: ['kubelet'],
    reasons: CERTIFICATE,
    pointsTo: ['kubelet-certificate-untrusted'],
    because: "A kubelet's serving certificate is its own, self-signed, unless serverTLSBootstrap is on.",
  },
  {
    id: 'kubelet-forbids-account',
    roles: ['kubelet'],
    reasons: ['forbidden'],
    pointsTo: ['backend-rights-missing'],
    because: 'The kubelet knows the caller, and the kube-apiserver says that it may not: the right to nodes/metrics is missing.',
  },
  {
    id: 'kubelet-knows-nobody',
    roles: ['kubelet'],
    reasons: ['unauthorized'],
    pointsTo: ['kubelet-scrape-failing', 'backend-rights-missing'],
    because:
      'The kubelet vouches for no token by itself: its webhook authentication is off, the kube-apiserver did not answer it, or the token is over.',
  },
  {
    id: 'kubelet-name-unknown',
    roles: ['kubelet'],
    reasons: ['name-unknown'],
    pointsTo: ['dns-failing', 'kubelet-scrape-failing'],
    because: 'The resolver of the cluster knows Services; the names of nodes it knows only where it asks one that does.',
  },
  {
    id: 'kubelet-never-answers-syn',
    roles: ['kubelet'],
    reasons: ['timed-out', 'unreachable'],
    steps: ['dial'],
    pointsTo: ['kubelet-unreachable'],
    because:
      'A SYN without an answer, or EHOSTUNREACH: no packet has reached the node, whose kernel accepts connections for a slow kubelet too.',
  },
  {
    id: 'kubelet-fails',
    roles: ['kubelet'],
    pointsTo: ['kubelet-scrape-failing'],
    because: 'What is made of the figures of kubelets is empty without them.',
  },
  {
    id: 'own-storage-fails',
    roles: ['etcd'],
    speakers: ['aggregated-server'],
    pointsTo: ['backend-storage-failing'],
    because: 'An etcd that the aggregated server asks is its own storage.',
  },
  {
    id: 'etcd-slow',
    roles: ['etcd'],
    reasons: ['slow'],
    pointsTo: ['etcd-slow', 'apiserver-slow'],
    because: 'The trace counts the time that the server waited for its etcd.',
  },
  {
    id: 'etcd-fails',
    roles: ['etcd'],
    pointsTo: ['etcd-slow', 'backend-storage-failing'],
    because: 'Without etcd the kube-apiserver answers nothing; a server with an etcd of its own says the same.',
  },
  {
    id: 'dependency-refuses-by-limit',
    roles: [...NEEDED, 'registry'],
    reasons: ['too-many-requests'],
    pointsTo: ['rate-limited'],
    because: 'A limit of what is asked.',
  },
  {
    id: 'dependency-refuses-account',
    roles: NEEDED,
    reasons: ['unauthorized', 'forbidden'],
    pointsTo: ['backend-dependency-failing', 'backend-rights-missing'],
    because: 'The credentials of the server for what it asks have expired or lack rights.',
  },
  {
    id: 'dependency-certificate',
    roles: NEEDED,
    reasons: CERTIFICATE,
    pointsTo: ['dependency-certificate-untrusted'],
    because:
      'It was reached and presented a certificate that the server does not take: what is wrong is that, or the CA file of the server.',
  },
  {
    id: 'dependency-name-unknown',
    roles: NEEDED,
    reasons: ['name-unknown'],
    pointsTo: ['backend-dependency-failing', 'dns-failing'],
    because: 'One name is wrong or gone more often than a resolver denies a name that is there.',
  },
  {
    id: 'dependency-unreachable',
    roles: NEEDED,
    reasons: ['timed-out'],
    steps: ['dial'],
    pointsTo: ['backend-dependency-failing', 'network-policy-blocking'],
    because: 'The server runs, and packets to what it asks vanish.',
  },
  {
    id: 'dependency-fails',
    roles: NEEDED,
    pointsTo: ['backend-dependency-failing'],
    because: 'The server runs, and says that what it asks does not answer.',
  },
  {
    id: 'registry-fails',
    roles: ['registry'],
    pointsTo: ['image-pull-failing'],
    because: 'The image of a container does not come.',
  },
  {
    id: 'runtime-fails',
    roles: ['runtime'],
    pointsTo: ['node-not-ready'],
    because: 'A kubelet without its container runtime reports its node as not ready.',
  },
];
