/** A counter that grows at a rate that can be changed, without a timer. */
export class Flow {
  #total = 0;
  #rate: number;
  #since = Date.now();

  /** `rate` is per second. */
  constructor(rate: number, total = 0) {
    this.#rate = rate;
    this.#total = total;
  }

  get value(): number {
    return this.#total + (this.#rate * (Date.now() - this.#since)) / 1000;
  }

  get rate(): number {
    return this.#rate;
  }

  set rate(perSecond: number) {
    this.#total = this.value;
    this.#since = Date.now();
    this.#rate = perSecond;
  }

  add(amount: number): void {
    this.#total += amount;
  }
}

/** The state of health of one kube-apiserver; faults change it. */
export interface Load {
  /** Share of requests of ordinary clients answered 429. */
  rejectShare: number;
  /** Milliseconds by which a request is late. */
  delay: () => number;
  /** Requests that are being handled, as the gauge shows them. */
  inflight: number;
  inqueue: number;
  /** Mean seconds of a request, as its histogram shows them. */
  requestSeconds: number;
  /** Mean seconds of an etcd request. */
  etcdSeconds: number;
  /** /readyz checks that fail. */
  failingChecks: readonly string[];
  readonly requests: Flow;
  readonly serverErrors: Flow;
  readonly rejected: Flow;
  readonly etcdRequests: Flow;
  readonly etcdErrors: Flow;
  /** Sums that the histograms need to stay monotone while their means change. */
  readonly requestSecondsTotal: Flow;
  readonly etcdSecondsTotal: Flow;
}

const REQUESTS_PER_SECOND = 40;
const ETCD_PER_SECOND = 25;
export const CALM = { requestSeconds: 0.012, etcdSeconds: 0.004, inflight: 4 } as const;

export function createLoad(): Load {
  return {
    rejectShare: 0,
    delay: () => 0,
    inflight: CALM.inflight,
    inqueue: 0,
    requestSeconds: CALM.requestSeconds,
    etcdSeconds: CALM.etcdSeconds,
    failingChecks: [],
    requests: new Flow(REQUESTS_PER_SECOND, 120_000),
    serverErrors: new Flow(0, 3),
    rejected: new Flow(0),
    etcdRequests: new Flow(ETCD_PER_SECOND, 80_000),
    etcdErrors: new Flow(0),
    requestSecondsTotal: new Flow(REQUESTS_PER_SECOND * CALM.requestSeconds, 120_000 * CALM.requestSeconds),
    etcdSecondsTotal: new Flow(ETCD_PER_SECOND * CALM.etcdSeconds, 80_000 * CALM.etcdSeconds),
  };
}

/** Mean latencies of the histograms from now on. */
export function setLatency(load: Load, latency: { requestSeconds?: number; etcdSeconds?: number }): void {
  load.requestSeconds = latency.requestSeconds ?? CALM.requestSeconds;
  load.etcdSeconds = latency.etcdSeconds ?? CALM.etcdSeconds;
  load.requestSecondsTotal.rate = REQUESTS_PER_SECOND * load.requestSeconds;
  load.etcdSecondsTotal.rate = ETCD_PER_SECOND * load.etcdSeconds;
}
