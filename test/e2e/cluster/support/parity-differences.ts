import { FAILURE_REASONS } from '../../../../src/domain/probe.ts';
import { SIGNALS } from '../../../../src/signals/list.ts';

/** What the backend's own log says is not compared: the lanes' server is ours and says little. */
export const NOT_COMPARED = /^(log-|signature-(matches|strength)-)/;

/** Signals that move in one of the two only, and why that is right. By fault; `*` = of every fault. */
export const EXPLAINED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '*': {
    'blind-sources': 'where all backends refuse /metrics, a backend that is gone opens no eyes and shuts none',
    'backend-authz-failures': 'real aggregated servers refuse anonymous requests to /metrics, the simulated ones answer',
    'backend-rejected-requests': 'as above',
    'backend-tls-handshake-errors': 'as above',
    'aggregator-connection-refused':
      'whether a request meets the moment between the end of a process and its absence from the endpoints is chance',
    'aggregator-connection-reset': 'as above',
    'direct-connection-refused': 'as above',
    'direct-connection-reset': 'as above',
    ...Object.fromEntries(
      SIGNALS.map(({ name }) => name)
        .filter((name) => name.startsWith('flags-'))
        .map((name) => [
          name,
          "the lanes' server is started by a shell, which hides its flags; the simulated one shows them while it has pods",
        ]),
    ),
    'containers-not-ready': 'the harness waits for a readiness probe after each start, so it can be seen before the first one',
  },
  'crash-loop': {
    'ended-killed': 'the harness ends the process by SIGKILL',
    'ended-error': 'the simulated process ends with exit code 1',
    'condition-failed-discovery-check': 'the process lives for two seconds and may be Ready in them; whether a check meets those is chance',
    'list-service-unavailable': 'as above',
  },
  'out-of-memory': {
    'events-probe-failed': 'a readiness probe meets the end of the process, or not',
  },
  'image-not-found': {
    'pods-terminating': 'the kubelet of the harness gives the old pod no time to end',
  },
  'packets-dropped': {
    'aggregator-gateway-timeout':
      'the real aggregator says 504 where its own deadline for discovery comes first; the simulated one says 503 only',
  },
  'aggregator-path-dropped': {
    'aggregator-gateway-timeout': 'as for packets-dropped',
  },
  'network-policy': {
    'aggregator-gateway-timeout': 'as for packets-dropped',
  },
  'certificate-expired': {
    'ended-killed': 'the lane reads its certificate at its start only, so it is restarted',
    'ended-error': 'as above',
    'last-restart': 'as above',
    'readiness-flips': 'as above',
    restarts: 'as above',
    restarting: 'as above',
    'pods-running-not-ready': 'as above: while it starts, it is not ready',
    'endpoints-not-ready': 'as above',
    'aggregator-no-endpoints': 'as above',
    'list-no-endpoints': 'as above',
  },
  'service-port-changed': {
    'last-change-service-ports': "the lane's Service is edited",
    'last-change-apiservice': "the simulator edits the APIService's port, with the same effect",
    ...Object.fromEntries(
      FAILURE_REASONS.map((reason) => [
        `direct-${reason.replaceAll('_', '-')}`,
        'that edit makes the address of the Service another target: whether a reading meets the moment between the two is chance',
      ]),
    ),
  },
};
