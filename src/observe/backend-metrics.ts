import type { Observed } from '../domain/observed.ts';
import type { BackendMetricsFacts } from '../domain/snapshot.ts';
import type { SourceStatus } from '../domain/sources.ts';
import { type AddressRules, createAddressRules, hostPort } from '../net/addresses.ts';
import { get } from '../net/get.ts';
import { streamBody } from '../net/stream-body.ts';
import type { ApiTarget, Targets } from '../objects/targets.ts';
import type { Clock } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import { type Repetition, repeat } from '../source/repeat.ts';
import type { Source } from '../source/source.ts';
import { bestOf, type Outcome, statusOf } from '../source/status.ts';
import { labelOf } from './exposition/labels.ts';
import { createExpositionScanner } from './exposition/scanner.ts';

/** What would let us in. It opens /metrics to everybody, so it is named, not recommended. */
export const BACKEND_METRICS_RULE = 'nonResourceURLs /metrics: get, for system:anonymous: a backend is never sent a token';

export interface BackendMetricsOptions {
  /** Milliseconds between two readings; default 60 000. */
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  /** Where an endpoint may not be asked; default: loopback, link-local and metadata addresses are refused. */
  readonly addresses?: AddressRules;
}

export interface BackendMetricsSource extends Source {
  factsFor(api: string): Observed<BackendMetricsFacts>;
  /** Something began to fail: read soon, not at the next turn. */
  hurry(): void;
}

/** Turns that may be missed in a row before what was read last no longer counts. */
const MISSES = 3;
/** Replicas of one API that are read; more would say the same. */
const REPLICAS = 3;
const MAX_BYTES = 64 * 2 ** 20;

/**
 * The aggregated server's own /metrics, at its endpoints and without credentials, because no token goes to a backend. Most
 * servers refuse that with 401 or 403; those that don't tell of their way back to the kube-apiserver, which nobody else sees.
 */
export function createBackendMetricsSource(deps: {
  readonly targets: Targets;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether `host:port` is known to be the API's: the certificate is not looked at here. Default: every endpoint is. */
  readonly vouchesFor?: (api: string, target: string) => boolean;
  readonly options?: BackendMetricsOptions;
}): BackendMetricsSource {
  const { targets, clock, log } = deps;
  let repetition: Repetition | undefined;
  const intervalMs = deps.options?.intervalMs ?? 60_000;
  const timeoutMs = deps.options?.timeoutMs ?? 10_000;
  const rules = deps.options?.addresses ?? createAddressRules();
  const facts = new Map<string, Observed<BackendMetricsFacts>>();
  let lastSuccess: number | undefined;
  let lastTurn: number | undefined;

  async function readAll(signal: AbortSignal): Promise<void> {
    const all = targets.all();
    for (const name of facts.keys()) if (!all.some((target) => target.name === name)) facts.delete(name);
    for (const target of all) {
      if (signal.aborted) return;
      facts.set(target.name, await readTarget(target, signal));
    }
    lastTurn = clock();
  }

  async function readTarget(target: ApiTarget, signal: AbortSignal): Promise<Observed<BackendMetricsFacts>> {
    const allowed = target.addresses.filter((address) => rules.refusal(address.ip) === undefined);
    if (allowed.length === 0) return { state: 'unobserved', why: 'no endpoint that may be asked' };
    const addresses = allowed.filter(({ ip, port }) => deps.vouchesFor?.(target.name, hostPort(ip, port)) ?? true).slice(0, REPLICAS);
    if (addresses.length === 0)
      return { state: 'unobserved', why: 'no endpoint has proved to be the backend, and others may have its address' };
    const readings: BackendMetricsFacts[] = [];
    let refused: Observed<never> | undefined;
    for (const { ip, port } of addresses) {
      const answer = await readEndpoint(
        { ip, port, serverName: `${target.backend.service}.${target.backend.namespace}.svc` },
        timeoutMs,
        signal,
      );
      if (answer.state === 'observed') readings.push(answer.value);
      else refused ??= answer;
    }
    if (readings.length === 0) return refused!;
    lastSuccess = clock();
    return { state: 'observed', value: sumOf(readings) };
  }

  return {
    name: 'backend-metrics',
    start(signal) {
      repetition = repeat(readAll, { intervalMs, signal, log });
    },
    hurry: () => repetition?.hurry(),
    factsFor: (api) => facts.get(api) ?? { state: 'unobserved', why: 'not read yet' },
    status(now): SourceStatus {
      if (lastTurn === undefined) return { source: SOURCE, state: 'pending' };
      // No backend, nothing to read: that is a complete answer.
      const outcomes: readonly Outcome[] = facts.size === 0 ? [{ state: 'ok' }] : [...facts.values()].map(outcomeOf);
      const success = lastSuccess ?? (facts.size === 0 ? lastTurn : undefined);
      return bestOf(
        SOURCE,
        outcomes.map((outcome) => statusOf(SOURCE, { outcome, lastSuccess: success, staleAfterMs: MISSES * intervalMs }, now)),
      );
    },
  };
}

const SOURCE = 'backend-metrics';

/** What the reading of one API's backend brought. A 401 is no fault of our credentials: none are sent. */
function outcomeOf(fact: Observed<BackendMetricsFacts>): Outcome {
  switch (fact.state) {
    case 'observed':
      return { state: 'ok' };
    case 'forbidden':
      return { state: 'forbidden', rule: fact.rule, message: 'the backends refuse anonymous requests to /metrics, as most do' };
    case 'absent':
      return { state: 'absent' };
    case 'unobserved':
      return { state: 'failed', message: fact.why ?? 'was not read' };
  }
}

interface BackendEndpoint {
  readonly ip: string;
  readonly port: number;
  readonly serverName: string;
}

/** No credentials of any kind are in this request, so an unverified certificate costs nothing: the probes judge it. */
async function readEndpoint(
  { ip, port, serverName }: BackendEndpoint,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Observed<BackendMetricsFacts>> {
  try {
    const response = await get({
      host: ip,
      port,
      tls: { servername: serverName, rejectUnauthorized: false },
      path: '/metrics',
      headers: { accept: 'text/plain;version=0.0.4', 'accept-encoding': 'gzip' },
      timeoutMs,
      signal,
    });
    if (response.statusCode !== 200) {
      response.destroy();
      return refusalOf(response.statusCode);
    }
    const { scanner, finish } = readBackendMetrics();
    await streamBody(response, scanner.write, { maxBytes: MAX_BYTES, timeoutMs, signal });
    scanner.end();
    return { state: 'observed', value: finish() };
  } catch (error) {
    return { state: 'unobserved', why: `${hostPort(ip, port)}/metrics: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function refusalOf(status = 0): Observed<never> {
  if (status === 401 || status === 403) return { state: 'forbidden', rule: BACKEND_METRICS_RULE };
  if (status === 404) return { state: 'absent' };
  throw new Error(String(status));
}

/** Families that k8s.io/apiserver gives to every aggregated server. Anybody may print anything: untyped series are found too. */
export function readBackendMetrics() {
  let authn: number | undefined;
  let authz: number | undefined;
  let handshakes: number | undefined;
  let flowControl: number | undefined;
  let tooMany: number | undefined;
  /** Cumulative count by remaining lifetime in seconds. */
  const expiry = new Map<number, number>();
  const scanner = createExpositionScanner({
    wanted: [
      'apiserver_delegated_authn_request_total',
      'apiserver_delegated_authz_request_total',
      'apiserver_tls_handshake_errors_total',
      'apiserver_flowcontrol_rejected_requests_total',
      'apiserver_request_total',
      'apiserver_client_certificate_expiration_seconds_bucket',
    ],
    onSample(name, labels, value) {
      if (!Number.isFinite(value)) return;
      // A code of 2xx is an answer; everything else, `<error>` included, is a broken way back to the kube-apiserver.
      const failed = () => (labelOf(labels, 'code')?.startsWith('2') ? 0 : value);
      switch (name) {
        case 'apiserver_delegated_authn_request_total':
          authn = (authn ?? 0) + failed();
          break;
        case 'apiserver_delegated_authz_request_total':
          authz = (authz ?? 0) + failed();
          break;
        case 'apiserver_tls_handshake_errors_total':
          handshakes = (handshakes ?? 0) + value;
          break;
        case 'apiserver_flowcontrol_rejected_requests_total':
          flowControl = (flowControl ?? 0) + value;
          break;
        case 'apiserver_request_total':
          tooMany = (tooMany ?? 0) + (labelOf(labels, 'code') === '429' ? value : 0);
          break;
        default: {
          const bound = Number(labelOf(labels, 'le'));
          if (Number.isFinite(bound)) expiry.set(bound, (expiry.get(bound) ?? 0) + value);
        }
      }
    },
  });
  const finish = (): BackendMetricsFacts => {
    // The lowest bucket that holds a certificate: the shortest-lived one seen expires within so many seconds.
    const shortest = [...expiry].filter(([, count]) => count > 0).map(([bound]) => bound);
    // A rejected request is in both families where flow control is on.
    const rejected = flowControl === undefined && tooMany === undefined ? undefined : Math.max(flowControl ?? 0, tooMany ?? 0);
    return {
      ...(authn !== undefined && { delegatedAuthnFailures: authn }),
      ...(authz !== undefined && { delegatedAuthzFailures: authz }),
      ...(handshakes !== undefined && { tlsHandshakeErrors: handshakes }),
      ...(rejected !== undefined && { rejectedRequests: rejected }),
      ...(shortest.length > 0 && { clientCertificateExpirySeconds: Math.min(...shortest) }),
    };
  };
  return { scanner, finish };
}

/** Over replicas: counters are summed, the certificate that expires first counts. */
function sumOf(readings: readonly BackendMetricsFacts[]): BackendMetricsFacts {
  const facts: { -readonly [K in keyof BackendMetricsFacts]: BackendMetricsFacts[K] } = {};
  for (const reading of readings)
    for (const [field, value] of Object.entries(reading) as [keyof BackendMetricsFacts, number][]) {
      const sofar = facts[field];
      facts[field] = sofar === undefined ? value : field === 'clientCertificateExpirySeconds' ? Math.min(sofar, value) : sofar + value;
    }
  return facts;
}
