import { SOURCES, type SourceStatus } from '../domain/sources.ts';
import type { Observer } from '../observe/observer.ts';
import type { Logger } from '../source/logger.ts';
import type { ConnectedObserver } from './observe-cluster.ts';

/** A kubeconfig may be written after us, or mended. */
const TRY_AGAIN_MS = 10_000;

/**
 * One of several clusters, whose kubeconfig may be missing or broken: then none of its sources answers, they say why, and it is tried again until
 * it can be used. The other clusters are watched all the same.
 */
export function connectPatiently(connect: () => ConnectedObserver, log: Logger): ConnectedObserver {
  const first = attempt(connect);
  if ('connected' in first) return first.connected;
  log.error({ error: first.problem }, 'this cluster can not be connected to: it is tried again every 10 s');
  let { problem } = first;
  let connected: ConnectedObserver | undefined;
  let closed = false;
  const listeners: (() => void)[] = [];

  function begin(signal: AbortSignal): void {
    if (signal.aborted || closed) return;
    const next = attempt(connect);
    if ('problem' in next) {
      problem = next.problem;
      const timer = setTimeout(() => begin(signal), TRY_AGAIN_MS);
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
      return;
    }
    connected = next.connected;
    log.info({}, 'this cluster can be connected to');
    for (const listener of listeners) connected.observer.onUrgent(listener);
    connected.observer.start(signal);
  }

  const observer: Observer = {
    start: (signal) => begin(signal),
    restart: (source) => connected?.observer.restart(source),
    snapshot() {
      if (!connected) throw new Error(`not connected: ${problem}`);
      return connected.observer.snapshot();
    },
    sources: () => connected?.observer.sources() ?? failed(problem),
    ready: () => connected?.observer.ready() ?? false,
    complete: () => connected?.observer.complete() ?? false,
    onUrgent(listener) {
      listeners.push(listener);
      connected?.observer.onUrgent(listener);
    },
  };
  return {
    observer,
    isConnected: () => connected !== undefined,
    client: {
      request: (path, options) => connected?.client.request(path, options) ?? Promise.reject(new Error(`not connected: ${problem}`)),
      close() {
        closed = true;
        connected?.client.close();
      },
    },
  };
}

function attempt(connect: () => ConnectedObserver): { readonly connected: ConnectedObserver } | { readonly problem: string } {
  try {
    return { connected: connect() };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function failed(message: string): readonly SourceStatus[] {
  return SOURCES.map((source) => ({ source, state: 'failed', message }));
}
