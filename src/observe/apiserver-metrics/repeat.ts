import type { Logger } from '../source.ts';

/**
 * Runs `task` now and then after each pause, never twice at once, until the signal aborts. What it throws is logged: one bad
 * turn must not end the others.
 */
export function repeat(
  task: (signal: AbortSignal) => Promise<void>,
  { intervalMs, signal, log }: { readonly intervalMs: number; readonly signal: AbortSignal; readonly log: Logger },
): void {
  let timer: NodeJS.Timeout | undefined;
  const turn = async () => {
    try {
      await task(signal);
    } catch (error) {
      if (!signal.aborted) log.error({ error: error instanceof Error ? error.message : String(error) }, 'a reading failed unexpectedly');
    }
    // A tenth of jitter, so that several exporters do not ask in step.
    if (!signal.aborted) timer = setTimeout(run, intervalMs * (0.95 + Math.random() * 0.1));
  };
  const run = () => void turn();
  if (signal.aborted) return;
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  run();
}
