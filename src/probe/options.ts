import { VANTAGES, type Vantage } from '../domain/probe.ts';

/** All have defaults; times in milliseconds. */
export interface ProberOptions {
  /** Usual pace of each target. Default 10 000. */
  readonly intervalMs?: number;
  /** After a first failure that many probes follow at `burstStepMs`. Default 5. */
  readonly burstSteps?: number;
  /** Default 1000. */
  readonly burstStepMs?: number;
  /** A new target is probed within this time. Default 2000. */
  readonly firstWithinMs?: number;
  /** Deadline of a discovery probe; the aggregator's own is 5 s. Default 5000. */
  readonly discoveryTimeoutMs?: number;
  /** Deadline of a list. Default 10 000. */
  readonly listTimeoutMs?: number;
  /** On top of both through the aggregator, so that its answer at its own deadline is still read. Default 1000. */
  readonly aggregatorGraceMs?: number;
  /** Make the real list request. Default true. */
  readonly list?: boolean;
  /** Default: all. `control` is always asked. */
  readonly vantages?: readonly Vantage[];
  /** CIDRs that may be probed although they are loopback, link-local or metadata addresses. Default none. */
  readonly allowAddresses?: readonly string[];
  /** `host:port` of each kube-apiserver instance of `default/kubernetes`, as far as known. Default none. */
  readonly apiservers?: () => readonly string[];
  /** Handshakes through kube-apiservers at once; half as many from each direct vantage. Default 4. */
  readonly maxHandshakes?: number;
  /** A handshake gives its slot back after this time without an answer. Default 250. */
  readonly slotPatienceMs?: number;
  /** Probes through kube-apiservers open at once, a quarter as many from each direct vantage; those beyond wait. Default 256. */
  readonly maxOpen?: number;
  /** Endpoint addresses probed per API. Default 20. */
  readonly maxEndpoints?: number;
  /** We are on the cluster's own network: an address that its objects name is the cluster's. Default false: see belief.ts. */
  readonly inCluster?: boolean;
}

export const PROBER_DEFAULTS: Required<ProberOptions> = {
  intervalMs: 10_000,
  burstSteps: 5,
  burstStepMs: 1000,
  firstWithinMs: 2000,
  discoveryTimeoutMs: 5000,
  listTimeoutMs: 10_000,
  aggregatorGraceMs: 1000,
  list: true,
  vantages: VANTAGES,
  allowAddresses: [],
  apiservers: () => [],
  maxHandshakes: 4,
  slotPatienceMs: 250,
  maxOpen: 256,
  maxEndpoints: 20,
  inCluster: false,
};
