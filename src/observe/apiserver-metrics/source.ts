import type { Observed } from '../../domain/observed.ts';
import type { ApiserverMetrics } from '../../domain/snapshot.ts';
import type { KubeClient } from '../../kube/api.ts';
import { type AddressRules, createAddressRules } from '../../net/addresses.ts';
import { streamBody } from '../../net/stream-body.ts';
import { ageOf, type Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import { type Repetition, repeat } from '../../source/repeat.ts';
import type { Source } from '../../source/source.ts';
import { bestOf, type Outcome, type Part, statusOf, unauthorised } from '../../source/status.ts';
import { createInstanceConnections, serverInstance } from './direct.ts';
import { type ApiserverReading, apiserverMetrics, readApiserverMetrics } from './reading.ts';

export const APISERVER_METRICS_RULE = 'nonResourceURLs /metrics: get';

export interface ApiserverMetricsOptions {
  /** Milliseconds between two readings of an instance; default 30 000. */
  readonly intervalMs?: number;
  /** Of one reading; default 20 000. */
  readonly timeoutMs?: number;
  /** Decompressed; default 256 MiB. */
  readonly maxBytes?: number;
  /** Where an instance may not be asked; default: loopback, link-local and metadata addresses are refused. The client's own server always may. */
  readonly addresses?: AddressRules;
}

export interface ApiserverMetricsSource extends Source {
  /** `host:port`, as `apiservers` gave it. */
  metrics(instance: string): Observed<ApiserverMetrics>;
  instances(): string[];
  /** Something began to fail: read soon, not at the next turn. */
  hurry(): void;
}

interface Instance {
  reading?: ApiserverReading;
  metrics: Observed<ApiserverMetrics>;
  lastSuccess?: number;
  /** What the last reading brought. */
  outcome: Outcome;
}

const PENDING: Observed<never> = { state: 'unobserved', why: 'not read yet' };
/** Readings that may fail in a row before what was read last no longer counts. */
const MISSES = 3;

/**
 * Reads /metrics of each kube-apiserver. Through the Service a random replica would answer, and counters would jump: hence one
 * by one, where they are addressable.
 */
export function createApiserverMetricsSource(deps: {
  readonly client: KubeClient;
  /** `host:port` of each instance; empty or missing = the client's server. */
  readonly apiservers?: () => readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly options?: ApiserverMetricsOptions;
}): ApiserverMetricsSource {
  const { client, clock, log } = deps;
  const intervalMs = deps.options?.intervalMs ?? 30_000;
  const timeoutMs = deps.options?.timeoutMs ?? 20_000;
  const maxBytes = deps.options?.maxBytes ?? 256 * 2 ** 20;
  const connections = createInstanceConnections(client, deps.options?.addresses ?? createAddressRules());
  const instances = new Map<string, Instance>();

  let repetition: Repetition | undefined;

  const names = (): string[] => {
    const known = deps.apiservers?.() ?? [];
    return known.length > 0 ? [...new Set(known)] : [serverInstance(client)];
  };

  async function readAll(signal: AbortSignal): Promise<void> {
    const wanted = names();
    for (const name of instances.keys()) if (!wanted.includes(name)) instances.delete(name);
    // One after the other: two at once would only make both slower and the peak higher.
    for (const name of wanted) {
      if (signal.aborted) return;
      const instance = instances.get(name) ?? { metrics: PENDING, outcome: { state: 'pending' } };
      instances.set(name, instance);
      await readOne(name, instance, signal);
    }
  }

  async function readOne(name: string, instance: Instance, signal: AbortSignal): Promise<void> {
    try {
      const response = await connections.open(name, '/metrics', { timeoutMs, signal });
      const status = response.statusCode ?? 0;
      if (status !== 200) {
        response.resume();
        refused(name, instance, status);
        return;
      }
      const { scanner, reading } = readApiserverMetrics();
      await streamBody(response, scanner.write, { maxBytes, timeoutMs, signal });
      scanner.end();
      if (reading.seen.size === 0) throw new Error('the answer is no exposition of a kube-apiserver');
      instance.metrics = { state: 'observed', value: apiserverMetrics(reading, instance.reading) };
      instance.reading = reading;
      instance.lastSuccess = clock();
      if (instance.outcome.message !== undefined)
        log.info({ source: 'apiserver-metrics', instance: name }, 'kube-apiserver metrics can be read again');
      instance.outcome = { state: 'ok' };
    } catch (error) {
      if (!signal.aborted) failed(name, instance, error instanceof Error ? error.message : String(error));
    }
  }

  function refused(name: string, instance: Instance, status: number): void {
    switch (status) {
      case 401: {
        const outcome = unauthorised('GET /metrics: 401');
        note(name, instance, outcome);
        instance.metrics = { state: 'unobserved', why: outcome.message };
        return;
      }
      case 403:
        note(name, instance, { state: 'forbidden', rule: APISERVER_METRICS_RULE, message: 'GET /metrics: 403, a rule is missing' });
        instance.metrics = { state: 'forbidden', rule: APISERVER_METRICS_RULE };
        return;
      case 404:
        note(name, instance, { state: 'absent', message: 'GET /metrics: 404' });
        instance.metrics = { state: 'absent' };
        return;
      default:
        failed(name, instance, `GET /metrics: ${status}`);
    }
  }

  function failed(name: string, instance: Instance, message: string): void {
    note(name, instance, { state: 'failed', message });
    const old = instance.lastSuccess === undefined || ageOf(instance.lastSuccess, clock()) > MISSES * intervalMs;
    if (old || instance.metrics.state !== 'observed') instance.metrics = { state: 'unobserved', why: message };
  }

  /** One line when it begins to fail, none while it goes on failing in the same way. */
  function note(name: string, instance: Instance, outcome: Outcome): void {
    if (instance.outcome.message !== outcome.message)
      log.warn({ source: 'apiserver-metrics', instance: name, error: outcome.message }, 'cannot read kube-apiserver metrics');
    instance.outcome = outcome;
  }

  const partOf = ({ outcome, lastSuccess }: Instance): Part => ({ outcome, lastSuccess, staleAfterMs: MISSES * intervalMs });

  return {
    name: 'apiserver-metrics',
    start(signal) {
      repetition = repeat(readAll, { intervalMs, signal, log });
      signal.addEventListener('abort', () => connections.close(), { once: true });
    },
    hurry: () => repetition?.hurry(),
    metrics: (instance) => instances.get(instance)?.metrics ?? PENDING,
    instances: names,
    // One of several is enough for a diagnosis; the message names what the others lack.
    status: (now) =>
      bestOf(
        'apiserver-metrics',
        [...instances.values()].map((instance) => statusOf('apiserver-metrics', partOf(instance), now)),
      ),
  };
}
