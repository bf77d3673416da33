import type { Observed } from '../../domain/observed.ts';
import type { BackendMetricsFacts } from '../../domain/snapshot.ts';
import { type AddressRules, createAddressRules, hostPort } from '../../net/addresses.ts';
import { get } from '../../net/get.ts';
import { streamBody } from '../../net/stream-body.ts';
import type { ApiTarget, Targets } from '../../objects/targets.ts';
import type { Clock } from '../../source/clock.ts';
import { type Answer, createKept, type Kept, observedNow, refusalOf } from '../../source/kept.ts';
import { type Logger, SILENT } from '../../source/logger.ts';
import { createPeriodicSource, MISSES } from '../../source/periodic.ts';
import type { Source } from '../../source/source.ts';
import { defineSource } from '../define-source.ts';
import { readBackendMetrics, sumOf } from './reading.ts';

/** What would let us in. It opens /metrics to everybody, so it is named, not recommended. */
export const BACKEND_METRICS_RULE = 'nonResourceURLs /metrics: get, for system:anonymous: a backend is never sent a token';

export interface BackendMetricsOptions {
  /** Milliseconds between two readings; default 60 000. */
  readonly intervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  /** Where an endpoint may not be asked; default: loopback, link-local and metadata addresses are refused. */
  readonly addresses?: AddressRules | undefined;
}

export interface BackendMetricsSource extends Source {
  factsFor(api: string): Observed<BackendMetricsFacts>;
}

/** Replicas of one API that are read; more would say the same. */
const REPLICAS = 3;
const MAX_BYTES = 64 * 2 ** 20;

export const BACKEND_METRICS = defineSource({
  name: 'backend-metrics',
  // What would let us in is a right of everybody's.
  rights: [],
  afterDiscovery: true,
  create: ({ targets, clock, log, prober, addresses, options: { backendMetricsIntervalMs: intervalMs } }) =>
    createBackendMetricsSource({
      targets,
      clock,
      log,
      vouchesFor: (api, target) => prober.vouchesFor(api, target),
      options: { intervalMs, addresses },
    }),
  facts: { ofApi: (source, name) => ({ backendMetrics: source.factsFor(name) }) },
});

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
  const { targets, clock, log, vouchesFor = () => true } = deps;
  const intervalMs = deps.options?.intervalMs ?? 60_000;
  const timeoutMs = deps.options?.timeoutMs ?? 10_000;
  const rules = deps.options?.addresses ?? createAddressRules();
  const known = new Map<string, Kept<BackendMetricsFacts>>();
  let lastTurn: number | undefined;

  async function readAll(signal: AbortSignal): Promise<void> {
    const all = targets.all();
    for (const name of known.keys()) if (!all.some((target) => target.name === name)) known.delete(name);
    for (const target of all) {
      if (signal.aborted) return;
      const kept = known.get(target.name) ?? keptOf(target.name);
      kept.take(await readTarget(target, { rules, vouchesFor, timeoutMs, signal }));
      known.set(target.name, kept);
    }
    lastTurn = clock();
  }

  // Most backends refuse: a line for each would tell nothing.
  const keptOf = (apiservice: string): Kept<BackendMetricsFacts> =>
    createKept({
      what: '/metrics of a backend',
      about: { source: SOURCE, apiservice },
      clock,
      log: SILENT,
      staleAfterMs: MISSES * intervalMs,
    });

  return {
    ...createPeriodicSource({
      name: SOURCE,
      intervalMs,
      log,
      needs: 'any',
      // No backend, nothing to read: that is a complete answer.
      parts: () =>
        lastTurn !== undefined && known.size === 0
          ? [{ outcome: { state: 'ok' }, lastSuccess: lastTurn }]
          : [...known.values()].map((kept) => kept.part()),
      read: readAll,
    }),
    factsFor: (api) => observedNow(known.get(api)?.answer),
  };
}

const SOURCE = 'backend-metrics';

interface Asking {
  readonly rules: AddressRules;
  readonly vouchesFor: (api: string, target: string) => boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The sum over its first endpoints that may be asked and answer; else why the first of them does not. */
async function readTarget(target: ApiTarget, { rules, vouchesFor, timeoutMs, signal }: Asking): Promise<Answer<BackendMetricsFacts>> {
  const allowed = target.addresses.filter((address) => rules.refusal(address.ip) === undefined);
  if (allowed.length === 0) return { state: 'failed', message: 'no endpoint that may be asked' };
  const addresses = allowed.filter(({ ip, port }) => vouchesFor(target.name, hostPort(ip, port))).slice(0, REPLICAS);
  const readings: BackendMetricsFacts[] = [];
  let refused: Answer<BackendMetricsFacts> = {
    state: 'failed',
    message: 'no endpoint has proved to be the backend, and others may have its address',
  };
  for (const [index, { ip, port }] of addresses.entries()) {
    const serverName = `${target.backend.service}.${target.backend.namespace}.svc`;
    const answer = await readEndpoint({ ip, port, serverName }, timeoutMs, signal);
    if (answer.state === 'ok') readings.push(answer.value);
    else if (index === 0) refused = answer;
  }
  return readings.length === 0 ? refused : { state: 'ok', value: sumOf(readings) };
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
): Promise<Answer<BackendMetricsFacts>> {
  const where = `${hostPort(ip, port)}/metrics`;
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
      return refusalFor(response.statusCode, where);
    }
    const { scanner, finish } = readBackendMetrics();
    await streamBody(response, scanner.write, { maxBytes: MAX_BYTES, timeoutMs, signal });
    scanner.end();
    return { state: 'ok', value: finish() };
  } catch (error) {
    return { state: 'failed', message: `${where}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** A 401 is no fault of our credentials: none are sent. */
function refusalFor(status: number | undefined, where: string): Answer<never> {
  if (status !== 401 && status !== 403) return refusalOf(status, where, BACKEND_METRICS_RULE);
  return { state: 'forbidden', rule: BACKEND_METRICS_RULE, message: 'the backends refuse anonymous requests to /metrics, as most do' };
}
