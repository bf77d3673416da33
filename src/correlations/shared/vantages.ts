import { above, all, any, avg, below, type Criterion, last, MINUTE, max, min, not } from '../../domain/criterion.ts';
import type { SignalId } from '../../domain/ids.ts';
import { lessThan, none, reasonSeen, seen } from './seen.ts';

/** The truth table of vantages, as criteria; what they mean together: src/diagnose/vantages.ts. */
export const FAILING: Criterion = above(last('failing', 2 * MINUTE), 0.5);
export const AGGREGATOR_FAILS: Criterion = above(last('aggregator-failing', 2 * MINUTE), 0.5);
/** Of all requests through the kube-apiserver the newest failed. Where one is answered, however late, there is a way. */
export const NOTHING_GETS_THROUGH: Criterion = above(last('error-ratio', 2 * MINUTE), 0.99);
export const LIST_FAILS: Criterion = above(last('list-failing', 2 * MINUTE), 0.5);
export const DISCOVERY_PASSES: Criterion = below(last('aggregator-failing', 2 * MINUTE), 0.01);
export const SERVICE_FAILS: Criterion = above(last('service-failing', 2 * MINUTE), 0.5);
export const CONTROL_PASSES: Criterion = below(last('control-failing', 2 * MINUTE), 0.5);
/** Longer than a burst of probes, which is what one failure sets off; short enough for a verdict within a quarter of a minute. */
export const STEADY_SECONDS = 9;
/** It has passed for a while: the failures are not of its own restart. */
export const CONTROL_PASSED: Criterion = above(last('control-passing', 2 * MINUTE), STEADY_SECONDS);
/** Without the kube-apiserver in between, each backend address has passed for a while: one that answers now and then does not pass. */
export const DIRECT_PASSES: Criterion = above(last('endpoints-passing', 2 * MINUTE), STEADY_SECONDS);

export const HAS_READY_ENDPOINTS: Criterion = seen('endpoints-ready');
/** By the slices, or by the condition or the pods where slices are not visible. */
export const NO_READY_ENDPOINTS: Criterion = any(
  none('endpoints-ready'),
  seen('condition-missing-endpoints'),
  seen('condition-endpoints-not-found'),
  all(seen('pods-known'), none('pods-ready')),
);
/** By the pods, or by the slices where pods are not visible. */
export const BACKEND_LOOKS_READY: Criterion = any(seen('pods-ready'), seen('endpoints-ready'));

/** Failures of the kind that a path makes, not a server: seen through the kube-apiserver. */
export const AGGREGATOR_NETWORK_FAILURE: Criterion = any(
  reasonSeen('aggregator', 'connection-timeout', 'connection-refused', 'connection-reset', 'host-unreachable', 'tls-timeout', 'dns-failed'),
  reasonSeen('list', 'connection-timeout', 'connection-refused', 'connection-reset', 'host-unreachable', 'tls-timeout', 'dns-failed'),
);
export const DIRECT_NETWORK_FAILURE: Criterion = reasonSeen(
  'direct',
  'connection-timeout',
  'connection-refused',
  'connection-reset',
  'host-unreachable',
  'tls-timeout',
);
export const NETWORK_FAILURE: Criterion = any(AGGREGATOR_NETWORK_FAILURE, DIRECT_NETWORK_FAILURE);
/**
 * Texts that only dropped packets make: a connection that was waited for in vain, an i/o timeout while dialling. They are the ones
 * that a policy may be behind; a deadline that passed while headers were awaited says nothing of the kind.
 */
const TEXTS_OF_DROPPED_PACKETS: Criterion = seen('signature-strength-network-policy-blocking');
/** The check's text changes with each try, by chance: what it proved in this time holds. */
const PROVED_WITHIN = 3 * MINUTE;
/** Packets vanish: the only kind of failure that a policy that drops makes. */
export const PACKETS_VANISH: Criterion = any(
  reasonSeen('aggregator', 'connection-timeout'),
  reasonSeen('list', 'connection-timeout'),
  reasonSeen('direct', 'connection-timeout'),
  TEXTS_OF_DROPPED_PACKETS,
);
/** The same, also while the check says something else: each of its tries ends at another step. */
export const PACKETS_VANISHED: Criterion = any(
  PACKETS_VANISH,
  above(max('signature-strength-network-policy-blocking', PROVED_WITHIN), 0.5),
);
/** The server takes seconds to answer although the connection stands at once. */
export const SLOW_ANSWERS: Criterion = any(
  reasonSeen('aggregator', 'response-timeout', 'gateway-timeout', 'transfer-timeout'),
  reasonSeen('list', 'response-timeout', 'gateway-timeout', 'transfer-timeout'),
  reasonSeen('direct', 'response-timeout', 'transfer-timeout'),
  above(last('list-seconds', 2 * MINUTE), 2),
  above(last('aggregator-seconds', 2 * MINUTE), 2),
);
/** For a minute on average, and still: one time-out makes the average of a minute, and the next answer ends it. */
export const takesSeconds = (signal: SignalId): Criterion => all(above(avg(signal, MINUTE), 2), above(last(signal, 2 * MINUTE), 1));
/** Our own TCP connections are not made. A handshake that does not end, or a reset, has one. */
export const NO_CONNECTION: Criterion = reasonSeen('direct', 'connection-timeout', 'connection-refused', 'host-unreachable');
/** The value is of the last connection that was made: one that is not made has none. */
export const QUICK_CONNECT: Criterion = all(lessThan('direct-connect-seconds', 0.5), not(NO_CONNECTION));

/**
 * Some of our own connections take seconds to stand, others stand at once, and on each the answer comes at once: the server has time, the
 * packets are late. A server without CPU is late with its answers too.
 */
export const HANDSHAKES_STALL: Criterion = all(
  above(max('direct-seconds', MINUTE), 2),
  below(min('direct-seconds', MINUTE), 0.5),
  below(max('direct-response-seconds', MINUTE), 1),
  not(NO_CONNECTION),
);

/** A text of the check that only a connection that stands makes. */
export const CHECK_HAD_CONNECTION: Criterion = above(max('signature-strength-backend-slow', PROVED_WITHIN), 1.5);
/**
 * For a minute the kube-apiserver's check has failed; it had a connection and waited for the answer, and no text tells of packets
 * that vanish. At first they look the same: the check goes over an old connection until HTTP/2 gives that up, which it does within
 * 45 s. "Client.Timeout exceeded while awaiting headers" alone is printed for both.
 */
export const CHECK_AWAITS_HEADERS: Criterion = all(
  DIRECT_PASSES,
  above(min('condition-failed-discovery-check', MINUTE), 0.5),
  CHECK_HAD_CONNECTION,
  below(max('signature-strength-network-policy-blocking', PROVED_WITHIN), 0.5),
  below(max('signature-strength-packet-loss', PROVED_WITHIN), 1.5),
);

/** For a minute no direct vantage failed, the ClusterIP included: lost packets hit them now and then. */
export const ONLY_DIRECT_PASSES: Criterion = all(DIRECT_PASSES, not(DIRECT_NETWORK_FAILURE));

/** The caBundle does not lead to the certificate of the backend, whoever asks. */
export const NOT_TRUSTED: Criterion = any(
  reasonSeen('aggregator', 'certificate-unknown-authority'),
  reasonSeen('list', 'certificate-unknown-authority'),
  reasonSeen('direct', 'certificate-unknown-authority'),
);

/** Time-outs of every kind: packets that are lost make one here, one there. */
export const SOMETIMES_LOST: Criterion = any(
  reasonSeen('aggregator', 'connection-timeout', 'response-timeout', 'gateway-timeout', 'tls-timeout', 'transfer-timeout'),
  reasonSeen('list', 'connection-timeout', 'response-timeout', 'gateway-timeout', 'tls-timeout', 'transfer-timeout'),
  reasonSeen('direct', 'connection-timeout', 'response-timeout', 'tls-timeout', 'transfer-timeout'),
);

/**
 * A target timed out and passed by turns within the last minute. What is cut off times out each time it is dialled, whatever stands still
 * answers meanwhile.
 */
export const TIMES_OUT_BY_TURNS: Criterion = above(max('timeouts-by-turns', MINUTE), 0.5);

/** The ClusterIP alone fails, for longer than rules of a Service take to be written (kube-proxy's --iptables-min-sync-period: 1 s). */
export const SERVICE_ALONE_FAILS: Criterion = above(last('service-alone-failing', 2 * MINUTE), 3);

/** It errs, or answers take seconds. */
export const FAILING_OR_SLOW: Criterion = any(FAILING, SLOW_ANSWERS);
/** What fails, or is slow, although the container works again is so for another reason. */
export const RESTART_NOT_OVER: Criterion = any(seen('restarting'), not(FAILING_OR_SLOW));
