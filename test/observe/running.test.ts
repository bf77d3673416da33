import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SourceName } from '../../src/domain/sources.ts';
import { defineSource, type OpenSource, type Surroundings } from '../../src/observe/define-source.ts';
import { createRunning } from '../../src/observe/running.ts';
import { currentWork } from '../../src/source/context.ts';
import { SILENT } from '../../src/source/logger.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Three sources that write down what happens to them: one like any other, one that waits, one that outlives errors. */
function three() {
  const seen: string[] = [];
  const open = (name: SourceName, flags: { afterDiscovery?: true; outlivesErrors?: true } = {}): OpenSource =>
    defineSource({
      name,
      rights: [],
      ...flags,
      create: () => ({
        name,
        start(signal: AbortSignal) {
          seen.push(`${name} starts as ${currentWork()?.source}`);
          for (let stream = 0; stream < 30; stream++) signal.addEventListener('abort', () => {}, { once: true });
          signal.addEventListener('abort', () => seen.push(`${name} ends`), { once: true });
        },
        status: () => ({ source: name, state: 'ok' as const }),
      }),
    }).open({} as Surroundings);
  const sources = [open('pods'), open('resources', { afterDiscovery: true }), open('probes', { outlivesErrors: true })];
  let known = () => {};
  const waiting = new Promise<void>((resolve) => {
    known = resolve;
  });
  const stop = new AbortController();
  const running = createRunning(sources, () => waiting, SILENT);
  running.start(stop.signal);
  const discovered = async () => {
    known();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { seen, running, stop, discovered };
}

describe('sources', () => {
  it('start at once, or when the backends are known, each under its name, and end together', async () => {
    const { seen, stop, discovered } = three();
    expect(seen).toEqual(['pods starts as pods', 'probes starts as probes']);
    await discovered();
    expect(seen.slice(2)).toEqual(['resources starts as resources']);
    stop.abort();
    expect(seen.slice(3).sort()).toEqual(['pods ends', 'probes ends', 'resources ends']);
  });

  it('may listen for the end as often as they like: each of their streams does', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    three();
    expect(warned.mock.calls).toEqual([]);
    warned.mockRestore();
  });

  it('that are about to begin anew keep no process alive', () => {
    const { running } = three();
    const timers: NodeJS.Timeout[] = [];
    const { setTimeout: standing } = globalThis;
    globalThis.setTimeout = ((...given: Parameters<typeof standing>) => {
      timers.push(standing(...given));
      return timers.at(-1);
    }) as typeof standing;
    running.restart('pods');
    globalThis.setTimeout = standing;
    expect(timers.map((timer) => timer.hasRef())).toEqual([false]);
  });

  it('that are started anew end first, and begin a second later, alone', async () => {
    const { seen, running } = three();
    running.restart('pods');
    expect(seen.slice(2)).toEqual(['pods ends']);
    running.restart('pods');
    await vi.advanceTimersByTimeAsync(999);
    expect(seen.length).toBe(3);
    await vi.advanceTimersByTimeAsync(2);
    expect(seen.slice(3)).toEqual(['pods starts as pods']);
  });

  it.each<[string, SourceName]>([
    ['outlives errors', 'probes'],
    ['does not run yet', 'resources'],
    ['is none of these', 'logs'],
  ])('are left alone by a start anew of one that %s', async (_, name) => {
    const { seen, running } = three();
    running.restart(name);
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen.length).toBe(2);
  });

  it('do not begin anew once all of them have ended', async () => {
    const { seen, running, stop } = three();
    running.restart('pods');
    stop.abort();
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen.filter((line) => line.startsWith('pods'))).toEqual(['pods starts as pods', 'pods ends']);
  });
});
