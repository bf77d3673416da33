import type { CauseId } from '../domain/ids.ts';
import { type Reason, type Step, TARGET_ROLES, type TargetRole, type Utterance } from '../domain/utterance.ts';

/** What an error means. Every part that is given must fit. */
export interface Meaning {
  /** kebab-case; stands where the id of a signature stands. */
  readonly id: string;
  readonly roles: readonly TargetRole[];
  readonly reasons?: readonly Reason[];
  readonly steps?: readonly Step[];
  readonly speakers?: readonly Utterance['speaker'][];
  /** Causes that it is evidence for, most likely first; none = only a victim speaks. One alone = the error names it. */
  readonly pointsTo: readonly CauseId[];
  /** It counts only where the text names an API: who pastes it under that name has chosen it. */
  readonly underName?: true;
  /** Why: how the programs work. */
  readonly because: string;
}

const CERTIFICATE: readonly Reason[] = [
  'certificate-expired',
  'certificate-name',
  'certificate-untrusted',
  'certificate-usage',
  'certificate-unreadable',
];
const VANISHED: readonly Reason[] = ['timed-out', 'deadline'];
const BROKEN_OFF: readonly Reason[] = ['reset', 'closed', 'going-away'];
const NO_ANSWER: readonly Reason[] = ['deadline', 'timed-out', 'canceled', 'connection-lost'];
/** Of these the text does not show whose they are. */
const OF_ANYONE: readonly TargetRole[] = ['unknown'];
const EVERYONE: readonly TargetRole[] = TARGET_ROLES;
const NEEDED: readonly TargetRole[] = ['prometheus', 'cloud-api', 'dependency'];
const SERVER: readonly Utterance['speaker'][] = ['aggregated-server', 'unknown'];

/** What is between a program and whom it asks: the fault is there, whoever was asked. */
const BETWEEN: readonly Meaning[] = [
  {
    id: 'tunnel-fails',
    roles: ['tunnel'],
    pointsTo: ['tunnel-down'],
    because: 'The kube-apiserver reaches nodes and pods through this socket or port only (konnectivity, egress selector).',
  },
  {
    id: 'tunnel-without-agent',
    roles: ['backend', 'kubelet', 'webhook', 'unknown', 'client'],
    reasons: ['no-agent'],
    pointsTo: ['tunnel-down'],
    because: 'The words are of the proxy server of konnectivity: no agent of the nodes is connected to it.',
  },
  {
    id: 'http-proxy-in-the-way',
    roles: ['http-proxy'],
    pointsTo: ['proxy-in-the-way'],
    because: 'net/http dials the proxy of the environment instead of the address, and says so as `proxyconnect`.',
  },
  {
    id: 'address-out-of-reach',
    roles: ['backend', 'webhook', 'unknown'],
    reasons: ['not-allowed'],
    pointsTo: ['overlay-not-routable'],
    because: 'The dialer of a managed control plane refuses addresses outside the network that it reaches.',
  },
  {
    id: 'name-server-silent',
    roles: [
      'backend',
      'webhook',
      'kube-apiserver',
      'kubelet',
      'name-server',
      'unknown',
      'prometheus',
      'dependency',
      'cloud-api',
      'etcd',
      'registry',
    ],
    reasons: ['name-server-failing'],
    pointsTo: ['dns-failing'],
    because: 'The resolver itself answered with SERVFAIL, or not at all: the name does not matter.',
  },
  {
    id: 'packet-filter-refuses',
    roles: ['backend', 'webhook', 'kube-apiserver', 'kubelet', 'prometheus', 'dependency', 'cloud-api', 'etcd', 'name-server', 'unknown'],
    reasons: ['not-permitted'],
    pointsTo: ['network-policy-blocking'],
    because: 'EPERM of connect and sendto comes from the packet filter of the caller (netfilter, BPF of the CNI), not from the other end.',
  },
  {
    id: 'own-limit-of-requests',
    roles: ['kube-apiserver', 'unknown', 'kubelet', 'dependency'],
    reasons: ['client-limit'],
    pointsTo: ['client-side-throttled'],
    because: "client-go's own limiter (QPS, burst) held the request back until its deadline.",
  },
];

/** The kube-apiserver asks the server behind an API. */
const BACKEND: readonly Meaning[] = [
  {
    id: 'backend-name-unknown',
    roles: ['backend'],
    reasons: ['name-unknown'],
    pointsTo: ['dns-failing', 'service-not-found'],
    because:
      'A name is resolved for an ExternalName or a host name only; its zone is not served where the kube-apiserver runs, or it is gone.',
  },
  {
    id: 'backend-certificate-expired',
    roles: ['backend'],
    reasons: ['certificate-expired'],
    pointsTo: ['serving-certificate-expired'],
    because: 'The aggregator verifies the chain at its own time.',
  },
  {
    id: 'backend-certificate-name',
    roles: ['backend'],
    reasons: ['certificate-name'],
    pointsTo: ['serving-certificate-name-mismatch'],
    because: 'The aggregator asks for <service>.<namespace>.svc, whatever address it dials.',
  },
  {
    id: 'backend-certificate-untrusted',
    roles: ['backend'],
    reasons: ['certificate-untrusted'],
    pointsTo: ['ca-bundle-mismatch'],
    because: 'caBundle is the only root that the aggregator takes.',
  },
  {
    id: 'backend-certificate-unusable',
    roles: ['backend'],
    reasons: ['certificate-usage', 'certificate-unreadable', 'handshake-failed'],
    pointsTo: ['serving-certificate-unusable'],
    because:
      'The handshake ended before or at a certificate that no client can use: a server whose key pair cannot be read sends internal_error.',
  },
  {
    id: 'backend-refuses-front-proxy',
    roles: ['backend'],
    reasons: ['certificate-refused'],
    pointsTo: ['request-header-ca-mismatch', 'front-proxy-certificate-rejected'],
    because: 'The alert comes from the backend: it refuses the client certificate of the front proxy.',
  },
  {
    id: 'backend-without-tls',
    roles: ['backend'],
    reasons: ['not-tls'],
    pointsTo: ['service-port-mismatch', 'plain-http-backend'],
    because: 'What listens there speaks no TLS: another port, or a server without it.',
  },
  {
    id: 'backend-handshake-slow',
    roles: ['backend'],
    reasons: VANISHED,
    steps: ['tls'],
    pointsTo: ['packet-loss', 'backend-slow'],
    because:
      'TCP connected, which small packets do; the handshake is the first with large ones, and the first that the process itself must answer.',
  },
  {
    id: 'backend-refuses',
    roles: ['backend'],
    reasons: ['refused'],
    pointsTo: ['connection-refused', 'pod-restarting'],
    because: 'The host answered with RST: nothing listens on the port now.',
  },
  {
    id: 'backend-unreachable',
    roles: ['backend'],
    reasons: ['unreachable'],
    pointsTo: ['host-unreachable'],
    because: 'A router or the neighbour table says that there is no way to the host (EHOSTUNREACH, ENETUNREACH).',
  },
  {
    id: 'backend-never-answers-syn',
    roles: ['backend'],
    reasons: VANISHED,
    steps: ['dial'],
    pointsTo: ['connection-timed-out', 'network-policy-blocking', 'aggregator-path-blocked'],
    because: 'A SYN without any answer: packets vanish on the way.',
  },
  {
    id: 'backend-connection-lost',
    roles: ['backend'],
    reasons: ['connection-lost'],
    pointsTo: ['stuck-connections', 'packet-loss'],
    because: 'HTTP/2 pings a connection after 30 s of silence and gives it up after 15 s more: its other end went without a word.',
  },
  {
    id: 'backend-aborts-stream',
    roles: ['backend'],
    reasons: ['stream-error'],
    pointsTo: ['panic', 'connection-reset'],
    because: "Go's server resets a stream with INTERNAL_ERROR when its handler panics (net/http h2_bundle.go: handlePanic).",
  },
  {
    id: 'backend-breaks-off',
    roles: ['backend'],
    reasons: BROKEN_OFF,
    pointsTo: ['connection-reset', 'pod-restarting'],
    because: 'The connection stood, and its other end or something between ended it.',
  },
  {
    id: 'backend-answers-late',
    roles: ['backend'],
    reasons: NO_ANSWER,
    steps: ['headers', 'body'],
    pointsTo: ['backend-slow', 'connection-timed-out'],
    because: 'There was a connection, the request went out, and no answer came in time.',
  },
  {
    id: 'backend-no-answer',
    roles: ['backend'],
    reasons: NO_ANSWER,
    pointsTo: ['connection-timed-out', 'backend-slow'],
    because:
      'The check of 5 s ends before a dial of 30 s does, so a SYN that vanishes says the same as a server that is slow, and is commoner.',
  },
  {
    id: 'backend-answers-401',
    roles: ['backend'],
    reasons: ['unauthorized'],
    pointsTo: ['request-header-ca-mismatch', 'front-proxy-name-not-allowed'],
    because: 'The backend does not take the identity that the front proxy vouches for.',
  },
  {
    id: 'backend-answers-403',
    roles: ['backend'],
    reasons: ['forbidden'],
    pointsTo: ['discovery-forbidden', 'request-header-ca-mismatch'],
    because: 'The backend knows no identity for the request, or one without rights.',
  },
  {
    id: 'backend-answers-404',
    roles: ['backend'],
    reasons: ['not-found'],
    pointsTo: ['version-not-served'],
    because: 'The server answers and has no such path.',
  },
  {
    id: 'backend-answers-429',
    roles: ['backend'],
    reasons: ['too-many-requests'],
    pointsTo: ['rate-limited'],
    because: 'The server refuses by a limit.',
  },
  {
    id: 'backend-answers-5xx',
    roles: ['backend'],
    reasons: ['server-error', 'bad-gateway'],
    pointsTo: ['backend-server-error', 'backend-dependency-failing'],
    because: 'The server answers that it failed.',
  },
  {
    id: 'backend-answers-oddly',
    roles: ['backend'],
    reasons: ['bad-answer'],
    pointsTo: ['invalid-response'],
    because: 'What answers speaks HTTP and no API of Kubernetes.',
  },
];

/** Somebody asks the kube-apiserver. */
const KUBE_APISERVER: readonly Meaning[] = [
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
    pointsTo: ['kube-apiserver-unreachable-from-backend', 'bad-flag-or-config'],
    because:
      "The server does not take the certificate of the kube-apiserver, or that not the server's: its kubeconfig or its CA file is of another cluster.",
  },
];

/** The server behind the API asks what it needs for its answers. */
const DEPENDENCIES: readonly Meaning[] = [
  {
    id: 'kubelet-certificate',
    roles: ['kubelet'],
    reasons: CERTIFICATE,
    pointsTo: ['kubelet-certificate-untrusted'],
    because: "A kubelet's serving certificate is its own, self-signed, unless serverTLSBootstrap is on.",
  },
  {
    id: 'kubelet-refuses-account',
    roles: ['kubelet'],
    reasons: ['unauthorized', 'forbidden'],
    pointsTo: ['backend-rights-missing', 'kubelet-scrape-failing'],
    because:
      'The kubelet answers, and asks the kube-apiserver who the caller is (401) and whether it may (403): the right to nodes/metrics or webhook authentication of the kubelet is missing.',
  },
  {
    id: 'kubelet-name-unknown',
    roles: ['kubelet'],
    reasons: ['name-unknown'],
    pointsTo: ['dns-failing', 'kubelet-scrape-failing'],
    because: 'The resolver of the cluster knows Services; the names of nodes it knows only where it asks one that does.',
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

/** Of these no API behind the kube-apiserver is meant: nobody's fault shows. */
const OTHERS: readonly Meaning[] = [
  {
    id: 'webhook-out-of-reach',
    roles: ['webhook'],
    reasons: [...VANISHED, 'unreachable', 'canceled'],
    pointsTo: ['connection-timed-out', 'network-policy-blocking'],
    because:
      'The kube-apiserver reaches webhooks the way it reaches backends: where packets vanish for the one they do for the other. By itself it says nothing of an API.',
  },
  {
    id: 'webhook-fails',
    roles: ['webhook'],
    pointsTo: [],
    because: 'The error is of an admission or conversion webhook, which is another server than the one behind the API.',
  },
  {
    id: 'client-fails',
    roles: ['client'],
    pointsTo: [],
    because: 'Who called broke off or was refused: any client can make a server say so.',
  },
  {
    id: 'port-taken',
    roles: EVERYONE,
    reasons: ['address-in-use'],
    pointsTo: ['port-conflict'],
    because: 'bind(2) gives EADDRINUSE for a port that another process holds.',
  },
  {
    id: 'kube-apiserver-panics',
    roles: EVERYONE,
    speakers: ['kube-apiserver'],
    reasons: ['panicked'],
    pointsTo: ['software-defect'],
    because: 'A panic that apimachinery recovers from (util/runtime) is a mistake in the code of who prints it, whatever set it off.',
  },
  {
    id: 'server-panics',
    roles: EVERYONE,
    reasons: ['panicked'],
    pointsTo: ['panic'],
    because: "k8s.io/apiserver and net/http recover a handler's panic, and print it.",
  },
  {
    id: 'node-has-no-room',
    roles: EVERYONE,
    reasons: ['descriptors-exhausted', 'disk-full'],
    pointsTo: ['node-under-pressure'],
    because: 'The process or its node has no file descriptors or disk left.',
  },
  {
    id: 'someone-answers-503',
    roles: EVERYONE,
    reasons: ['unavailable'],
    pointsTo: [],
    because: '503 is what the aggregator answers whatever is wrong: only a victim speaks, be it a server that asks for another API.',
  },
  {
    id: 'someone-answers-500',
    roles: EVERYONE,
    reasons: ['server-error'],
    speakers: ['client', 'controller', 'kube-apiserver', 'kubelet', 'unknown'],
    pointsTo: [],
    because: '500 is what any server answers: only a victim speaks.',
  },
];

/** The text does not show whom the program asked, so two at least are possible: the server behind the API, or what that one asks. */
const UNTOLD: readonly Meaning[] = [
  {
    id: 'control-plane-verifies-someone',
    roles: OF_ANYONE,
    speakers: ['kube-apiserver'],
    reasons: ['certificate-expired'],
    pointsTo: ['serving-certificate-expired', 'front-proxy-certificate-rejected'],
    underName: true,
    because: 'Whose certificate is out of its time the line does not say; a certificate it is, of whom the aggregator asks or of who asks.',
  },
  {
    id: 'control-plane-meets-someone',
    roles: OF_ANYONE,
    speakers: ['kube-apiserver', 'kubelet'],
    pointsTo: [],
    because: 'Both speak with hundreds of clients and servers: what does not say whom it is about is evidence about none.',
  },
  {
    id: 'someone-refuses',
    roles: OF_ANYONE,
    reasons: ['refused'],
    pointsTo: ['connection-refused', 'backend-dependency-failing'],
    because: 'The host answered with RST; whose port it is would tell what is down.',
  },
  {
    id: 'some-name-unknown',
    roles: OF_ANYONE,
    reasons: ['name-unknown'],
    pointsTo: ['dns-failing', 'backend-dependency-failing'],
    because: 'The name is gone, or its zone is not served where it was asked for.',
  },
  {
    id: 'someone-unreachable',
    roles: OF_ANYONE,
    reasons: ['unreachable'],
    pointsTo: ['host-unreachable'],
    because: 'A router or the neighbour table says that there is no way to the host.',
  },
  {
    id: 'some-handshake-slow',
    roles: OF_ANYONE,
    reasons: VANISHED,
    steps: ['tls'],
    pointsTo: ['packet-loss', 'backend-slow'],
    because: 'TCP connected; large packets are lost, or the process does not get to its answer.',
  },
  {
    id: 'some-syn-unanswered',
    roles: OF_ANYONE,
    reasons: ['timed-out'],
    pointsTo: ['connection-timed-out', 'network-policy-blocking'],
    because: 'Packets vanish on the way.',
  },
  {
    id: 'some-connection-lost',
    roles: OF_ANYONE,
    reasons: ['connection-lost'],
    pointsTo: ['packet-loss', 'stuck-connections'],
    because: 'The other end went without a word.',
  },
  {
    id: 'some-stream-aborted',
    roles: OF_ANYONE,
    reasons: ['stream-error'],
    pointsTo: ['panic', 'connection-reset'],
    because: 'A handler that panics resets its stream.',
  },
  {
    id: 'someone-breaks-off',
    roles: OF_ANYONE,
    reasons: BROKEN_OFF,
    pointsTo: ['connection-reset', 'backend-dependency-failing'],
    because: 'A connection that stood was ended by its other end or something between.',
  },
  {
    id: 'someone-gives-no-answer',
    roles: OF_ANYONE,
    reasons: ['deadline', 'slow'],
    pointsTo: ['backend-slow', 'connection-timed-out'],
    because: 'Something took longer than its time.',
  },
  {
    id: 'some-certificate-expired',
    roles: OF_ANYONE,
    reasons: ['certificate-expired'],
    pointsTo: ['serving-certificate-expired', 'front-proxy-certificate-rejected'],
    because: 'A certificate is out of its time, of the server or of its client.',
  },
  {
    id: 'some-certificate-name',
    roles: OF_ANYONE,
    reasons: ['certificate-name'],
    pointsTo: ['serving-certificate-name-mismatch'],
    because: 'Only servers are asked for a name.',
  },
  {
    id: 'some-certificate-untrusted',
    roles: OF_ANYONE,
    reasons: ['certificate-untrusted'],
    pointsTo: ['ca-bundle-mismatch', 'request-header-ca-mismatch'],
    because: 'One side does not know the CA of the other.',
  },
  {
    id: 'some-certificate-unusable',
    roles: OF_ANYONE,
    reasons: ['certificate-usage', 'certificate-unreadable', 'handshake-failed'],
    pointsTo: ['serving-certificate-unusable', 'bad-flag-or-config'],
    because: 'No client could use what is there.',
  },
  {
    id: 'some-client-certificate-refused',
    roles: OF_ANYONE,
    reasons: ['certificate-refused'],
    pointsTo: ['front-proxy-certificate-rejected', 'request-header-ca-mismatch'],
    because: 'The alert comes from the other end, which does not take the certificate that it was shown.',
  },
  {
    id: 'some-port-without-tls',
    roles: OF_ANYONE,
    reasons: ['not-tls'],
    pointsTo: ['plain-http-backend', 'service-port-mismatch'],
    because: 'What listens there speaks no TLS.',
  },
  {
    id: 'someone-limits',
    roles: OF_ANYONE,
    reasons: ['too-many-requests'],
    pointsTo: ['rate-limited', 'apiserver-overloaded'],
    because: 'A server refuses by a limit, its own or one of priority and fairness.',
  },
  {
    id: 'server-has-no-rights',
    roles: OF_ANYONE,
    speakers: ['aggregated-server'],
    reasons: ['forbidden', 'unauthorized'],
    pointsTo: ['backend-rights-missing', 'backend-dependency-failing'],
    because: 'The account of the server is refused by what it asks.',
  },
  {
    id: 'client-has-no-rights',
    roles: OF_ANYONE,
    speakers: ['client', 'controller'],
    reasons: ['forbidden'],
    pointsTo: ['aggregated-request-forbidden', 'discovery-forbidden'],
    because: 'RBAC forbids the request of a user or a controller.',
  },
  {
    id: 'server-gets-5xx',
    roles: OF_ANYONE,
    speakers: ['aggregated-server'],
    reasons: ['server-error', 'bad-gateway'],
    pointsTo: ['backend-dependency-failing', 'backend-server-error'],
    because: 'The server was answered with a failure.',
  },
];

/** In the order in which they are asked: the first that fits. */
const MEANINGS: readonly Meaning[] = [...BETWEEN, ...BACKEND, ...KUBE_APISERVER, ...DEPENDENCIES, ...OTHERS, ...UNTOLD];

/** What the error points to; undefined when no row is about it, or when it does not stand any more. */
export function meaningOf(utterance: Utterance): Pick<Meaning, 'id' | 'pointsTo' | 'underName'> | undefined {
  return utterance.polarity === 'failed' ? MEANINGS.find((meaning) => fits(meaning, utterance)) : undefined;
}

function fits({ roles, reasons, steps, speakers }: Meaning, { speaker, step, reason, target }: Utterance): boolean {
  return (
    roles.includes(target.role) &&
    (reasons?.includes(reason) ?? true) &&
    (steps?.includes(step) ?? true) &&
    (speakers?.includes(speaker) ?? true)
  );
}
