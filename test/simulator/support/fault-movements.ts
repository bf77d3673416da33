import type { CauseId, SignalId } from '../../../src/domain/ids.ts';
import type { FaultId } from '../../../src/simulator/faults/list.ts';

type Move = SignalId | `signature:${CauseId}`;
/** Several on a line. */
const some = (...moves: Move[]): readonly Move[] => moves;

/** Which signals each fault of the simulator moves. `signature:x` stands for the matches and the strength of the signature's cause. */
interface Moves {
  /** Always, however short the moment before the kube-apiserver itself gives up on the API. */
  readonly moves: readonly Move[];
  /** Depending on the moment, beside what follows from every failure. */
  readonly mayMove?: readonly Move[];
  /** The condition does not show it, or not surely: only requests do. */
  readonly hidden?: boolean;
  /** Over so soon that it may fall between two requests. */
  readonly brief?: boolean;
}

/** Of an API whose failure the kube-apiserver has noticed. */
const UNAVAILABLE: readonly Move[] = [
  ...some('failing', 'error-ratio', 'aggregator-failing', 'aggregator-failures', 'list-failing'),
  ...some('available', 'condition-passed', 'condition-changed', 'became-unavailable'),
];
/** Of an API that only its users know to fail. */
const REQUESTS_FAIL: readonly Move[] = ['failing', 'error-ratio', 'aggregator-failures'];

const CHECK_FAILED = 'condition-failed-discovery-check' satisfies SignalId;
const NO_ADDRESS: readonly Move[] = ['condition-missing-endpoints', 'endpoints-ready', 'signature:no-ready-endpoints'];
const POD_DOWN: readonly Move[] = [...NO_ADDRESS, 'pods-ready'];
const CRASHES: readonly Move[] = [
  ...POD_DOWN,
  ...some('waiting-crash-loop', 'events-crash-back-off', 'signature:pod-crash-looping'),
  ...some('restarts', 'restarting', 'restarting-often', 'last-restart'),
];
/** A process that has just died is an endpoint still until somebody tells the kube-apiserver: its next check may meet that. */
const DIES: readonly Move[] = [CHECK_FAILED];
const ROLLED: readonly Move[] = ['events-rollout', 'newest-pod-created', 'last-change-rollout'];
const GONE: readonly Move[] = ['endpoint-port-served', 'selected-pods', 'pods-known', 'hosts-known'];
const REFUSED: readonly Move[] = ['aggregator-connection-refused', 'list-connection-refused'];
const SILENT: readonly Move[] = ['signature:backend-slow', 'signature:connection-timed-out'];
const DROPPED: readonly Move[] = [...SILENT, 'direct-connection-timeout', 'endpoint-failing', 'service-failing'];
const UNTRUSTED: readonly Move[] = [
  CHECK_FAILED,
  'direct-certificate-unknown-authority',
  'signature:ca-bundle-mismatch',
  'certificate-trusted',
];

/** A server that cannot ask the kube-apiserver: administrators are served. */
const CUT_OFF: Moves = {
  moves: ['egress-blocks-kube-apiserver', 'egress-admits-kube-apiserver', 'list-server-error'],
  mayMove: [
    ...some('signature:kube-apiserver-unreachable-from-backend', 'signature:network-policy-blocking', 'signature:connection-timed-out'),
    ...some(
      'signature:delegated-auth-failing',
      'aggregator-server-error',
      'direct-server-error',
      'backend-authn-failures',
      'backend-authz-failures',
    ),
  ],
  hidden: true,
};

/** What may follow when an API errs: the same words at other vantages, pods that a broken server makes unready. */
const CONSEQUENCES: readonly Move[] = [
  ...some(
    'aggregator-failing',
    'list-failing',
    'service-failing',
    'endpoint-failing',
    'endpoints-disagree',
    'endpoints-split',
    'timeouts-by-turns',
    'service-alone-failing',
    'dead-connections',
  ),
  ...some('events-probe-failed', 'readiness-flips', 'blind-sources', 'backend-tls-handshake-errors'),
];
const CONSEQUENCES_OF_UNAVAILABILITY: readonly Move[] = [
  ...some('became-available', 'rolling-out', 'endpoints-ready', 'endpoints-not-ready', 'endpoints-terminating', 'replicas-available'),
  ...some('pods-ready', 'pods-running-not-ready', 'pods-terminating', 'pods-pending', 'containers-not-ready'),
  'condition-missing-endpoints',
  // With rolling-out: the workload's status ends the events of its scaling.
  'events-rollout',
  // What does not run uses nothing.
  ...some('cpu-usage', 'memory-usage'),
];

const MOVES: Readonly<Record<FaultId, Moves>> = {
  'aggregator-path-blocked': { moves: [CHECK_FAILED, ...SILENT] },
  'apiserver-overloaded': {
    moves: ['aggregator-too-many-requests', 'apiserver-rejected', 'apiserver-queued', 'signature:apiserver-overloaded'],
    mayMove: [
      ...some('aggregator-server-error', 'direct-server-error', 'list-server-error', 'list-too-many-requests', 'backend-authz-failures'),
      CHECK_FAILED,
    ],
    hidden: true,
  },
  'apiserver-slow': { moves: ['apiserver-seconds'], mayMove: ['control-failing', 'control-changed'], hidden: true },
  'apiservers-disagree': {
    moves: ['apiservers-disagree', 'apiservers-split', 'apiservers-judge-differently', ...SILENT],
    // They overwrite each other's verdict: it may be True whenever we look.
    mayMove: [CHECK_FAILED],
    hidden: true,
  },
  'backend-dependency-failing': {
    moves: ['list-server-error', 'signature:backend-dependency-failing'],
    hidden: true,
  },
  'backend-slow': { moves: [CHECK_FAILED, ...SILENT] },
  'backend-storage-hung': { moves: ['signature:backend-storage-failing'], hidden: true },
  'bad-flag-or-config': {
    moves: [...CRASHES, ...ROLLED, 'ended-error', 'signature:bad-flag-or-config'],
    mayMove: DIES,
  },
  'ca-bundle-mismatch': { moves: [...UNTRUSTED, 'certificate-not-after'] },
  'ca-bundle-replaced': { moves: [...UNTRUSTED, 'last-change-ca-bundle'] },
  'client-side-throttled': { moves: ['list-server-error', 'signature:client-side-throttled'], hidden: true },
  'connection-refused': { moves: [CHECK_FAILED, 'direct-connection-refused', 'signature:connection-refused'] },
  'connection-reset': { moves: [CHECK_FAILED, 'direct-connection-reset', 'signature:connection-reset'] },
  'connection-timed-out': { moves: [CHECK_FAILED, ...DROPPED] },
  'container-config-invalid': {
    moves: [
      ...POD_DOWN,
      ...ROLLED,
      'waiting-config-error',
      'events-container-refused',
      'signature:container-config-invalid',
      'pods-pending',
    ],
  },
  'cpu-throttled': { moves: [CHECK_FAILED, 'cpu-throttled', 'cpu-usage', ...SILENT] },
  'delegated-auth-failing': {
    moves: ['auth-delegator-bound', 'backend-authz-failures', 'list-server-error', 'signature:delegated-auth-failing'],
    mayMove: ['aggregator-server-error', 'direct-server-error'],
    hidden: true,
  },
  'discovery-forbidden': {
    moves: [CHECK_FAILED, 'signature:discovery-forbidden'],
  },
  'dns-failing': {
    moves: [CHECK_FAILED, 'service-routable', 'last-change-service', 'last-change-service-selector', 'signature:dns-failing'],
    // A request that comes before the kube-apiserver's next check is told why.
    mayMove: ['aggregator-dns-failed', 'list-dns-failed'],
  },
  'dns-failing-in-backend': { moves: ['list-server-error', 'signature:dns-failing'], hidden: true },
  'etcd-slow': {
    moves: [
      ...some('etcd-errors', 'etcd-error-ratio', 'control-failing', 'control-changed', 'list-server-error', 'signature:etcd-slow'),
      'last-change-control-plane-leader',
    ],
    hidden: true,
  },
  'image-pull-failing': {
    moves: [...POD_DOWN, ...ROLLED, ...some('waiting-image-pull', 'events-pull-failed', 'pods-pending', 'signature:image-pull-failing')],
  },
  'liveness-failing': { moves: [...CRASHES, 'ended-killed', 'events-liveness-kill'], mayMove: DIES },
  'memory-near-limit': { moves: ['memory-usage'], mayMove: ['cpu-usage', CHECK_FAILED], hidden: true },
  'cilium-policy-blocking': {
    moves: [CHECK_FAILED, ...DROPPED, 'policy-blocks', 'policy-admits', 'policies-selecting'],
  },
  'cluster-network-policy-blocking': { ...CUT_OFF, moves: [...CUT_OFF.moves, 'egress-undetermined-dns', 'egress-admits-dns'] },
  'egress-policy-blocking': { ...CUT_OFF, moves: [...CUT_OFF.moves, 'last-change-network-policy'] },
  'network-policy-blocking': {
    moves: [CHECK_FAILED, ...DROPPED, 'policy-blocks', 'policy-admits', 'policies-selecting', 'last-change-network-policy'],
  },
  'network-policy-changed': {
    moves: [CHECK_FAILED, ...DROPPED, 'policy-blocks', 'policy-admits', 'policies-selecting', 'last-change-network-policy'],
  },
  'no-ready-endpoints': { moves: [...NO_ADDRESS, ...GONE, 'replicas-wanted'], mayMove: ['last-change-scaling', 'newest-pod-created'] },
  'node-not-ready': {
    moves: [
      ...POD_DOWN,
      ...some('hosts-not-ready', 'events-node-lost', 'last-change-node', 'direct-connection-timeout', 'signature:node-not-ready'),
    ],
  },
  'node-under-pressure': {
    moves: [
      ...some(...NO_ADDRESS, 'hosts-memory-pressure', 'last-change-node', 'events-evicted', 'events-scheduling-failed'),
      ...some('pods-evicted', 'pods-unschedulable', 'pods-pending', 'signature:node-under-pressure', 'signature:pod-evicted'),
      ...some('signature:pod-unschedulable', 'newest-pod-created'),
    ],
    mayMove: [...GONE, 'rolling-out'],
  },
  'one-replica-bad': {
    moves: ['endpoints-disagree', 'direct-service-unavailable', 'endpoint-failing'],
    mayMove: [CHECK_FAILED],
    hidden: true,
  },
  'out-of-memory-killed': {
    moves: [...CRASHES, 'ended-out-of-memory', 'last-out-of-memory'],
    mayMove: [...DIES, 'memory-usage', 'cpu-usage', 'back-after-out-of-memory'],
  },
  'packet-loss': { moves: [], mayMove: [CHECK_FAILED], hidden: true },
  panic: { moves: [...CRASHES, 'ended-panic', 'log-fatal-lines', 'signature:panic'], mayMove: DIES },
  'pod-crash-looping': { moves: [...CRASHES, 'ended-error'], mayMove: DIES },
  'pod-evicted': {
    moves: [...NO_ADDRESS, 'pods-evicted', 'events-evicted', 'newest-pod-created', 'waiting-creating', 'pods-pending'],
    mayMove: [...GONE, 'rolling-out', ...REFUSED],
  },
  'pod-probe-failing': { moves: [...POD_DOWN, 'events-probe-failed'] },
  'pod-restarting': {
    moves: ['restarts', 'restarting-often', 'last-restart', 'ended-error', 'signature:leader-election-lost'],
    mayMove: [CHECK_FAILED, 'restarting'],
    hidden: true,
    brief: true,
  },
  'pod-unschedulable': {
    moves: [...NO_ADDRESS, ...ROLLED, 'pods-unschedulable', 'events-scheduling-failed', 'pods-pending', 'signature:pod-unschedulable'],
    mayMove: GONE,
  },
  'rate-limited': {
    moves: [CHECK_FAILED, 'backend-rejected-requests', 'signature:rate-limited'],
  },
  'request-header-ca-mismatch': {
    moves: [CHECK_FAILED, 'signature:request-header-ca-mismatch'],
  },
  'request-header-config-unreadable': {
    moves: [...CRASHES, 'auth-reader-bound', 'signature:request-header-config-unreadable'],
    mayMove: [...DIES, 'ended-completed', 'ended-error'],
  },
  'rollout-in-progress': {
    moves: [...POD_DOWN, ...ROLLED, 'rolling-out'],
  },
  'scheduled-operation': { moves: [CHECK_FAILED] },
  'selector-matches-no-pods': { moves: [...NO_ADDRESS, ...GONE, 'last-change-service-selector'] },
  'server-listens-elsewhere': {
    moves: [CHECK_FAILED, 'direct-connection-refused', 'signature:connection-refused', ...ROLLED, 'flags-port-differs'],
    mayMove: [...POD_DOWN, ...GONE, 'rolling-out'],
  },
  'service-not-found': {
    moves: ['condition-service-not-found', 'service-exists', 'last-change-service', 'endpoints-ready', 'signature:service-not-found'],
    mayMove: [...GONE, 'condition-endpoints-not-found'],
  },
  'service-port-mismatch': {
    moves: ['condition-service-port-error', 'service-port-declared', 'last-change-apiservice', 'signature:service-port-mismatch'],
    mayMove: GONE,
  },
  'serving-certificate-expired': {
    moves: [
      ...some(CHECK_FAILED, 'certificate-not-after', 'certificate-in-force', 'direct-certificate-expired'),
      'signature:serving-certificate-expired',
    ],
  },
  'serving-certificate-name-mismatch': {
    moves: [CHECK_FAILED, 'certificate-name-matches', 'direct-certificate-name-mismatch', 'signature:serving-certificate-name-mismatch'],
    mayMove: ['certificate-not-after'],
  },
  'target-port-wrong': {
    moves: [CHECK_FAILED, 'service-failing', 'direct-connection-refused', 'last-change-service-ports', 'flags-port-differs'],
  },
  'tunnel-down': { moves: [CHECK_FAILED, 'tunnel-dial-failures', 'signature:tunnel-down', 'system-tunnel'] },
  'version-not-served': { moves: [CHECK_FAILED, 'signature:version-not-served'] },
};

/** Of the kube-apiserver as a whole and of the cluster: they move for every API. */
export const SHARED = [
  ...['aggregator-terminations', 'apiserver-log-errors', 'nodes-not-ready'],
  // Pods of other APIs are on the same nodes.
  ...['neighbours-starting', 'neighbours-jobs-starting', 'neighbours-evicted', 'neighbours-cpu'],
];

/** Counts of what we and the backend do all the time, and latencies, which are the machine's as much as the fault's. */
export function alwaysMoves(signal: string): boolean {
  return ['control-passing', 'endpoints-passing'].includes(signal) || (signal.endsWith('seconds') && !signal.startsWith('certificate'));
}

/** Throws when the fault has no line in the table. */
export function movesOf(fault: string): { readonly moves: readonly string[]; readonly mayMove: readonly string[] } {
  const entry = (MOVES as Readonly<Record<string, Moves | undefined>>)[fault];
  if (!entry) throw new Error(`fault ${fault}: no line says which signals it moves`);
  const { moves, mayMove = [], hidden = false, brief = false } = entry;
  const fails = brief ? [] : hidden ? REQUESTS_FAIL : UNAVAILABLE;
  const seenByCondition = !hidden || mayMove.includes(CHECK_FAILED);
  return {
    moves: [...fails, ...moves].flatMap(written),
    mayMove: [
      ...mayMove,
      ...CONSEQUENCES,
      ...REASONS_OF_SILENCE,
      ...(seenByCondition ? [...UNAVAILABLE, ...CONSEQUENCES_OF_UNAVAILABILITY] : []),
    ].flatMap(written),
  };
}

export const isSignature = (signal: string): boolean => signal.startsWith('signature-');

export const MOVED_FAULTS: readonly string[] = Object.keys(MOVES);

/** How a probe that meets no answer can end, at any vantage. */
const REASONS_OF_SILENCE = ['aggregator', 'list', 'direct'].flatMap((vantage) =>
  [
    ...['connection-refused', 'connection-reset', 'connection-timeout', 'tls-timeout', 'response-timeout', 'gateway-timeout'],
    ...['service-unavailable', 'no-endpoints', 'certificate-unknown-authority', 'certificate-expired', 'certificate-name-mismatch'],
    ...['unauthorized', 'forbidden', 'not-found', 'too-many-requests', 'server-error', 'bad-gateway'],
  ].map((reason) => `${vantage}-${reason}`),
);

function written(signal: string): string[] {
  const [, cause] = /^signature:(.*)$/.exec(signal) ?? [];
  return cause === undefined ? [signal] : [`signature-matches-${cause}`, `signature-strength-${cause}`];
}
