import { setMaxListeners } from 'node:events';
import type { SourceName } from '../domain/sources.ts';
import { asWork } from '../source/context.ts';
import type { Logger } from '../source/logger.ts';
import type { OpenSource } from './define-source.ts';

export interface Running {
  /** Starts every source, at once or once the backends are known; returns at once. */
  start(signal: AbortSignal): void;
  /** Starts one anew in a moment. Nothing happens to one that does not run. */
  restart(name: SourceName): void;
}

const RESTART_MS = 1_000;

/** @param discovered resolves when the backends are known, or will not be for a while. */
export function createRunning(sources: readonly OpenSource[], discovered: (signal: AbortSignal) => Promise<void>, log: Logger): Running {
  /** Of each source that runs: what ends it alone. */
  const ends = new Map<SourceName, AbortController>();
  let whole: AbortSignal | undefined;

  function begin({ definition: { name }, source }: OpenSource, signal: AbortSignal): void {
    const own = new AbortController();
    ends.set(name, own);
    const either = AbortSignal.any([signal, own.signal]);
    // A source listens with each of its loops, streams and probes.
    setMaxListeners(0, either);
    asWork({ source: name, log, restart: () => running.restart(name) }, () => source.start(either));
  }

  const running: Running = {
    start(signal) {
      whole = signal;
      for (const source of sources) if (!source.definition.afterDiscovery) begin(source, signal);
      void discovered(signal).then(() => {
        for (const source of sources) if (source.definition.afterDiscovery) begin(source, signal);
      });
    },
    restart(name) {
      const source = sources.find(({ definition }) => definition.name === name);
      const end = ends.get(name);
      if (!source || !end || end.signal.aborted || source.definition.outlivesErrors) return;
      end.abort();
      const signal = whole;
      const timer = setTimeout(() => {
        if (signal && !signal.aborted) begin(source, signal);
      }, RESTART_MS);
      timer.unref();
    },
  };
  return running;
}
