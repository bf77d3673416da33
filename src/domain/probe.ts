/**
 * From where a probe goes, and how that is printed. `direct` ones ask the backend without a kube-apiserver in between, and never see
 * a token. `control` asks the kube-apiserver's own /readyz: is it me?
 */
export const VANTAGE_FACTS = {
  aggregator: { words: 'through the kube-apiserver', direct: false },
  service: { words: 'Service, directly', direct: true },
  endpoint: { words: 'pod, directly', direct: true },
  control: { words: 'the kube-apiserver itself', direct: false },
} as const satisfies Readonly<Record<string, { readonly words: string; readonly direct: boolean }>>;
export type Vantage = keyof typeof VANTAGE_FACTS;
export const VANTAGES = Object.keys(VANTAGE_FACTS) as readonly Vantage[];
export type DirectVantage = { [V in Vantage]: (typeof VANTAGE_FACTS)[V]['direct'] extends true ? V : never }[Vantage];
export const DIRECT_VANTAGES = VANTAGES.filter((vantage): vantage is DirectVantage => isDirectVantage(vantage));
export function isDirectVantage(vantage: Vantage): vantage is DirectVantage {
  return VANTAGE_FACTS[vantage].direct;
}

/** `discovery` = GET /apis/<group>/<version>; `list` = a real list with limit=1, as an ordinary ServiceAccount. */
export const REQUESTS = ['discovery', 'list'] as const;
export type ProbeRequest = (typeof REQUESTS)[number];

export const PHASES = ['resolve', 'connect', 'tls', 'response', 'transfer'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * Why a probe failed; value of the label `reason`. Bounded (at most 25).
 * What each means, who sees it and what it points to: docs/probe-reasons.md, generated from src/probe/reasons.ts.
 */
export const FAILURE_REASONS = [
  'dns_failed',
  'connection_refused',
  'connection_timeout',
  'connection_reset',
  'host_unreachable',
  'tls_timeout',
  'tls_handshake_failed',
  'certificate_expired',
  'certificate_not_yet_valid',
  'certificate_name_mismatch',
  'certificate_unknown_authority',
  'response_timeout',
  'transfer_timeout',
  'unauthorized',
  'forbidden',
  'not_found',
  'too_many_requests',
  'server_error',
  'bad_gateway',
  'service_unavailable',
  'gateway_timeout',
  'no_endpoints',
  'unexpected_status',
  'invalid_response',
  'other',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** The outcome of one probe attempt. Times in seconds. */
export interface ProbeResult {
  readonly vantage: Vantage;
  readonly request: ProbeRequest;
  /** host:port or kube-apiserver instance that was probed; never a label. */
  readonly target: string;
  /** Unix milliseconds of the start. */
  readonly at: number;
  readonly ok: boolean;
  readonly reason?: FailureReason;
  /** Who failed: the hop that the failure reason is about. For the aggregator's own 503 text it is `backend-path`. */
  readonly hop?: 'us' | 'kube-apiserver' | 'backend-path' | 'backend';
  readonly status?: number;
  /** The first 512 bytes of the error, cleaned; for evidence and the page, never a label. */
  readonly detail?: string;
  readonly seconds: number;
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
  readonly connection: 'fresh' | 'reused';
  /** The event loop of the prober was late by more than 5 ms meanwhile: kept out of histograms. */
  readonly disturbed?: boolean;
  readonly certificate?: CertificateFacts;
}

/** A serving certificate as presented, judged as the aggregator judges it. Times in Unix seconds. */
export interface CertificateFacts {
  readonly notBefore: number;
  readonly notAfter: number;
  readonly subject: string;
  readonly issuer: string;
  readonly dnsNames: readonly string[];
  /** Server name that the aggregator expects: `<service>.<namespace>.svc`. */
  readonly serverName: string;
  readonly nameMatches: boolean;
  /** Against the APIService's caBundle; undefined when there is none or insecureSkipTLSVerify is set. */
  readonly verifiedByCaBundle?: boolean;
  readonly verifiedBySystem: boolean;
  /** The extended key usages of the chain and of the caBundle let it serve, as Go judges; known where OpenSSL says that they do not. */
  readonly mayServe?: boolean;
  readonly fingerprint256: string;
}

/**
 * A target outside of the cluster's network that has not proved to be what it should be: others may have its address. What it
 * answers is shown to people, and counts nowhere: it has no tally, and is in no signal, criterion or rule.
 */
export interface UnbelievedTarget {
  readonly vantage: Vantage;
  readonly target: string;
  /** The newest. */
  readonly last: ProbeResult;
  /** The names of the certificate that it showed, in words; absent where it showed none. */
  readonly answersAs?: string;
}

/** Unix milliseconds. */
export interface ProbeRun {
  /** Start of the first probe of the run. */
  readonly since: number;
  /** Probes in it. */
  readonly length: number;
  /** Since when the outcome has also had the same reason and, numbers aside, the same words. */
  readonly alikeSince: number;
}

/** Counts since the start of the exporter, per target; they only grow. */
export interface ProbeTally {
  readonly vantage: Vantage;
  readonly request: ProbeRequest;
  readonly target: string;
  readonly attempts: number;
  readonly failures: Readonly<Partial<Record<FailureReason, number>>>;
  readonly last: ProbeResult;
  /** Unix milliseconds. */
  readonly lastOk?: number;
  readonly lastFailure?: ProbeResult;
  /** The unbroken run of passes, or of failures, that the newest outcome belongs to. Left out in snapshots of older versions. */
  readonly run?: ProbeRun;
  /** Reasons that came back after something else: when each last did. What an intermittent fault looks like. Unix milliseconds. */
  readonly recurred?: Readonly<Partial<Record<FailureReason, number>>>;
  /** Cumulative histogram: count of undisturbed successful probes ≤ PROBE_DURATION_BUCKETS[i] seconds; last entry = +Inf. */
  readonly durationBuckets: readonly number[];
  readonly durationSum: number;
}

/** Seconds. Few, because each is a series of each API and vantage: at once, as usual, a moment, the second that the alert asks for, what a client gives up at. */
export const PROBE_DURATION_BUCKETS = [0.025, 0.1, 0.5, 1, 5] as const;
