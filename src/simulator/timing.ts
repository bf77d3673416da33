/** Time-outs and periods of the control plane, wall-clock milliseconds, as Kubernetes has them. */
export interface Timing {
  /** Of one discovery probe, and of a proxied GET /apis/<group>/<version>. */
  readonly discoveryTimeout: number;
  readonly dialTimeout: number;
  readonly tlsTimeout: number;
  /** Of a proxied request that is no watch. */
  readonly requestTimeout: number;
  /** Of the availability controller. */
  readonly resync: number;
  /** Longest wait of its retries. */
  readonly retryMost: number;
  /** A delay that is meant to outlast somebody's patience: as much shorter as the time-outs are. */
  late(milliseconds: number): number;
}

const KUBERNETES = {
  discoveryTimeout: 5000,
  dialTimeout: 30_000,
  tlsTimeout: 10_000,
  requestTimeout: 60_000,
  resync: 30_000,
  retryMost: 30_000,
};

/** Periods shrink with the cluster's time; time-outs are what a client meets and stay real, unless `timeouts` shortens them too. */
export function timingFor(compression: number, timeouts: number = 1): Timing {
  return {
    discoveryTimeout: KUBERNETES.discoveryTimeout / timeouts,
    dialTimeout: KUBERNETES.dialTimeout / timeouts,
    tlsTimeout: KUBERNETES.tlsTimeout / timeouts,
    requestTimeout: KUBERNETES.requestTimeout / timeouts,
    resync: KUBERNETES.resync / compression,
    retryMost: KUBERNETES.retryMost / compression,
    late: (milliseconds) => milliseconds / timeouts,
  };
}
