import type { IncomingMessage } from 'node:http';
import { MOST_LISTED } from '../../domain/impact.ts';
import { type Observed, observed } from '../../domain/observed.ts';
import type { ApiserverMetrics } from '../../domain/snapshot.ts';
import type { KubeClient } from '../../kube/api.ts';
import { type AddressRules, createAddressRules } from '../../net/addresses.ts';
import { streamBody } from '../../net/stream-body.ts';
import type { Clock } from '../../source/clock.ts';
import { type Answer, createKept, type Kept, observedNow, observedOf, refusalOf } from '../../source/kept.ts';
import type { Logger } from '../../source/logger.ts';
import { createPeriodicSource, MISSES } from '../../source/periodic.ts';
import { type Right, ruleOf } from '../../source/right.ts';
import type { Source } from '../../source/source.ts';
import { defineSource, type VictimsOfKind } from '../define-source.ts';
import { AT_REST, errsNow } from '../errs.ts';
import { createInstanceConnections, serverInstance } from './direct.ts';
import { type ApiserverReading, apiserverMetrics, readApiserverMetrics } from './reading.ts';
import { hurtClients, RefusedRequests } from './refused-requests.ts';

export const READ_METRICS: Right = { url: '/metrics' };
const APISERVER_METRICS_RULE = ruleOf(READ_METRICS);

/** Not nobody: only what is refused at once is counted. */
const NONE_COUNTED: Observed<never> = {
  state: 'unobserved',
  why: 'the kube-apiserver refused no request at once, and those that fail on their way to the backend are in none of its counters',
};
const NOT_TWICE: Observed<never> = { state: 'unobserved', why: 'the metrics of no kube-apiserver were read twice yet' };

export interface ApiserverMetricsOptions {
  /** Milliseconds between two readings of an instance; default 30 000. */
  readonly intervalMs?: number | undefined;
  /** Of one reading; default 20 000. */
  readonly timeoutMs?: number | undefined;
  /** Decompressed; default 256 MiB. */
  readonly maxBytes?: number | undefined;
  /** Where an instance may not be asked; default: loopback, link-local and metadata addresses are refused. The client's own server always may. */
  readonly addresses?: AddressRules | undefined;
}

export interface ApiserverMetricsSource extends Source {
  /** `host:port`, as `apiservers` gave it. */
  metrics(instance: string): Observed<ApiserverMetrics>;
  instances(): string[];
  /** Requests for the API that the kube-apiservers refused lately. */
  refused(api: { readonly group: string; readonly version: string }): VictimsOfKind;
}

interface Instance {
  reading?: ApiserverReading;
  readonly refused: RefusedRequests;
  readonly kept: Kept<ApiserverMetrics>;
}

export const APISERVER_METRICS = defineSource({
  name: 'apiserver-metrics',
  rights: [READ_METRICS],
  create(surroundings) {
    const { client, apiservers, clock, log, addresses, discovery, options } = surroundings;
    const intervalMs = options.apiserverMetricsIntervalMs;
    const source = createApiserverMetricsSource({ client, apiservers, clock, log, options: { intervalMs, addresses } });
    const hurt = (name: string): VictimsOfKind => {
      const api = errsNow(surroundings, name) ? discovery.facts(name) : undefined;
      const known = source.refused(api ?? { group: '', version: '' });
      // What we may not see is said before it is needed.
      return known.listed.state === 'forbidden' || api ? known : { listed: AT_REST, unlisted: 0 };
    };
    return { ...source, hurt };
  },
  facts: {
    ofHurt: (source, name) => ({ client: source.hurt(name) }),
    ofApiservers: (source) => new Map(source.instances().map((instance) => [instance, { metrics: source.metrics(instance) }])),
  },
});

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
      const instance = instances.get(name) ?? newInstance(name);
      instances.set(name, instance);
      const answer = await readInstance(instance, () => connections.open(name, '/metrics', { timeoutMs, signal }), {
        maxBytes,
        timeoutMs,
        signal,
      });
      if (!signal.aborted) take(instance, answer, clock());
    }
  }

  const newInstance = (instance: string): Instance => {
    const about = { source: 'apiserver-metrics', instance } as const;
    const kept = createKept<ApiserverMetrics>({ what: 'kube-apiserver metrics', about, clock, log, staleAfterMs: MISSES * intervalMs });
    return { kept, refused: new RefusedRequests() };
  };

  const source = createPeriodicSource({
    name: 'apiserver-metrics',
    intervalMs,
    log,
    // One of several is enough for a diagnosis; the message names what the others lack.
    needs: 'any',
    parts: () => [...instances.values()].map(({ kept }) => kept.part()),
    read: readAll,
  });
  return {
    ...source,
    start(signal) {
      source.start(signal);
      signal.addEventListener('abort', () => connections.close(), { once: true });
    },
    metrics: (instance) => {
      const known = instances.get(instance);
      return known ? observedOf(known.kept) : observedNow<ApiserverMetrics>(undefined);
    },
    instances: names,
    refused: (api) => refusedOf([...instances.values()], api),
  };
}

function take({ kept, reading, refused }: Instance, answer: Answer<ApiserverMetrics>, at: number): void {
  kept.take(answer);
  if (answer.state === 'ok' && reading) refused.take({ ...reading, at });
}

function refusedOf(
  instances: readonly Instance[],
  { group, version }: { readonly group: string; readonly version: string },
): VictimsOfKind {
  const hurt = hurtClients(
    instances.map(({ kept, refused }) => (kept.believed() === undefined ? undefined : refused.of(`${group}/${version}`))),
    group,
  );
  if (hurt?.length === 0) return { listed: NONE_COUNTED, unlisted: 0 };
  if (hurt) return { listed: observed(hurt.slice(0, MOST_LISTED)), unlisted: Math.max(0, hurt.length - MOST_LISTED) };
  const forbidden = instances.map(({ kept }) => observedOf(kept)).find(({ state }) => state === 'forbidden');
  return { listed: forbidden?.state === 'forbidden' ? forbidden : NOT_TWICE, unlisted: 0 };
}

/** Reads it once; the means need what was read before, which the instance keeps. Never rejects. */
async function readInstance(
  instance: Instance,
  open: () => Promise<IncomingMessage>,
  limits: { readonly maxBytes: number; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Answer<ApiserverMetrics>> {
  try {
    const response = await open();
    if (response.statusCode !== 200) {
      response.resume();
      return refusalOf(response.statusCode, 'GET /metrics', APISERVER_METRICS_RULE);
    }
    const { scanner, reading } = readApiserverMetrics();
    await streamBody(response, scanner.write, limits);
    scanner.end();
    if (reading.seen.size === 0) throw new Error('the answer is no exposition of a kube-apiserver');
    const value = apiserverMetrics(reading, instance.reading);
    instance.reading = reading;
    return { state: 'ok', value };
  } catch (error) {
    return { state: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
