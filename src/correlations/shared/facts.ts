import type { Fact } from '../../domain/fact.ts';
import { LOAD_MAY_EXPLAIN, THE_KUBE_APISERVER_IS_BUSY, THE_KUBE_APISERVER_REJECTS } from './load.ts';
import {
  AGGREGATOR_NETWORK_FAILURE,
  BACKEND_LOOKS_READY,
  CHECK_AWAITS_HEADERS,
  DIRECT_NETWORK_FAILURE,
  FAILING,
  FAILING_OR_SLOW,
  HANDSHAKES_STALL,
  NETWORK_FAILURE,
  NO_READY_ENDPOINTS,
  NOT_TRUSTED,
  ONLY_DIRECT_PASSES,
  PACKETS_VANISH,
  QUICK_CONNECT,
  RESTART_NOT_OVER,
  SLOW_ANSWERS,
  SOMETIMES_LOST,
} from './vantages.ts';

/** What the evidence of many causes asks, by the name that the rules record it under. */
export const FACTS: readonly Fact[] = [
  { name: 'failing', says: 'The newest observation errs', when: FAILING },
  { name: 'failing-or-slow', says: 'The newest observation errs, or answers take seconds', when: FAILING_OR_SLOW },
  { name: 'no-address-ready', says: 'No address of the Service is ready', when: NO_READY_ENDPOINTS },
  { name: 'backend-looks-ready', says: 'A pod or an address of the backend is ready', when: BACKEND_LOOKS_READY },
  {
    name: 'path-fails-through-kube-apiserver',
    says: 'Through the kube-apiserver it fails as a path does, not a server',
    when: AGGREGATOR_NETWORK_FAILURE,
  },
  { name: 'path-fails-directly', says: 'A direct probe fails as a path does, not a server', when: DIRECT_NETWORK_FAILURE },
  {
    name: 'directly-it-passes',
    says: 'Every direct probe has passed for ten seconds, and none failed as a path does',
    when: ONLY_DIRECT_PASSES,
  },
  { name: 'path-fails', says: 'It fails as a path does, not a server, from anywhere', when: NETWORK_FAILURE },
  { name: 'packets-vanish', says: 'A connection was waited for in vain', when: PACKETS_VANISH },
  { name: 'some-time-out', says: 'Something timed out, wherever it was asked from', when: SOMETIMES_LOST },
  { name: 'certificate-not-trusted', says: 'The caBundle does not lead to the certificate of the backend', when: NOT_TRUSTED },
  { name: 'restart-not-over', says: 'A container restarts, or nothing fails beside it', when: RESTART_NOT_OVER },
  { name: 'slow-answers', says: 'The connection stands, and the answer takes seconds', when: SLOW_ANSWERS },
  { name: 'quick-connect', says: 'Direct connections stand at once', when: QUICK_CONNECT },
  { name: 'handshakes-stall', says: 'Some direct connections take seconds to stand, others none', when: HANDSHAKES_STALL },
  {
    name: 'check-awaits-headers',
    says: "For a minute the kube-apiserver's check has waited for an answer on a connection that stood",
    when: CHECK_AWAITS_HEADERS,
  },
  { name: 'load-may-explain', says: 'The load of the kube-apiserver can be behind the failures', when: LOAD_MAY_EXPLAIN },
  {
    name: 'kube-apiserver-rejects',
    says: 'The kube-apiserver rejected requests in the last five minutes',
    when: THE_KUBE_APISERVER_REJECTS,
  },
  { name: 'kube-apiserver-busy', says: 'The kube-apiserver has much to do', when: THE_KUBE_APISERVER_IS_BUSY },
];
