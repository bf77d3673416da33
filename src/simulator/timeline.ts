import type { TimelineEntry } from './scenario.ts';
import type { Cancel, Timers } from './timers.ts';

export interface Injector {
  inject(fault: string, api: string): Promise<void>;
  clear(fault: string, api: string): Promise<void>;
}

/** Injects and clears as the timeline says. What can't be injected is said on standard error, and the rest goes on. Returns the stop function. */
export function runTimeline(injector: Injector, timers: Timers, timeline: readonly TimelineEntry[]): Cancel {
  let stopped = false;

  async function play(entry: TimelineEntry): Promise<void> {
    await timers.sleep(entry.at);
    do {
      const started = Date.now();
      if (timers.stopped || stopped) return;
      try {
        await injector.inject(entry.fault, entry.api);
        if (entry.for === undefined) return;
        await timers.sleep(Math.max(0, entry.for - (Date.now() - started)));
        if (timers.stopped || stopped) return;
        await injector.clear(entry.fault, entry.api);
      } catch (error) {
        if (!timers.stopped) process.stderr.write(`simulator: ${entry.fault} for ${entry.api}: ${(error as Error).message}\n`);
      }
      if (entry.every !== undefined) await timers.sleep(Math.max(0, entry.every - (Date.now() - started)));
    } while (entry.every !== undefined);
  }

  for (const entry of timeline) void play(entry);
  return () => {
    stopped = true;
  };
}
