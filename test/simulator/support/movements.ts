import type { Signal } from '../../../src/domain/signal.ts';
import type { Observer } from '../../../src/observe/observer.ts';
import { SIGNALS } from '../../../src/signals/list.ts';
import { readSignals } from '../../../src/signals/read.ts';

/** Which signals of which API left the range that they kept while all was well. */
export interface Movements {
  /** Takes the present values as calm. */
  calm(): void;
  /** Compares the present values. A signal that has moved stays so until forget(). */
  look(): void;
  moved(api: string): ReadonlySet<string>;
  forget(): void;
  value(api: string, signal: string): number | undefined;
}

interface Range {
  least: number;
  most: number;
}

export function createMovements(observer: Observer): Movements {
  const ranges = new Map<string, Range>();
  const moved = new Map<string, Set<string>>();
  let last: ReturnType<typeof readSignals> = new Map();

  return {
    calm() {
      last = readSignals(observer.snapshot());
      for (const [api, values] of last)
        for (const [signal, value] of values) {
          const key = `${api} ${signal}`;
          const { least = value, most = value } = ranges.get(key) ?? {};
          ranges.set(key, { least: Math.min(least, value), most: Math.max(most, value) });
        }
    },
    look() {
      last = readSignals(observer.snapshot());
      for (const [api, values] of last) {
        const of = moved.get(api) ?? new Set();
        moved.set(api, of);
        for (const signal of SIGNALS) {
          const value = values.get(signal.name);
          // Not observed any more is no movement: what can't be seen has no value.
          if (value !== undefined && left(signal, ranges.get(`${api} ${signal.name}`), value)) of.add(signal.name);
        }
      }
    },
    forget: () => moved.clear(),
    moved: (api) => moved.get(api) ?? new Set(),
    value: (api, signal) => last.get(api)?.get(signal),
  };
}

function left({ name, kind }: Signal, range: Range | undefined, value: number): boolean {
  if (!range) return value !== 0;
  const slack = slackOf(name, kind, range);
  return value > range.most + slack || value < range.least - slack;
}

function slackOf(name: string, kind: Signal['kind'], { most }: Range): number {
  if (kind !== 'gauge') return 0;
  // Times that pass: certificates come closer to their end.
  if (name.endsWith('-seconds-left')) return 3600;
  // Latencies of a machine that may be busy.
  if (name.endsWith('seconds')) return 0.4 + 4 * most;
  return name.endsWith('-usage') ? 0.25 : 0;
}
