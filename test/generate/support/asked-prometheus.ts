import type { LoadedGroup, Prometheus } from '../../../src/generate/prometheus.ts';
import { type Matcher, selectorsOf } from '../../../src/generate/verify/selectors.ts';

/** One series of a Prometheus that is asked: labels with `__name__`, its value, and since when it is there (default: always). */
export interface AskedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value?: number;
  readonly since?: number;
}

export interface AskedState {
  readonly series: readonly AskedSeries[];
  /** Its clock, Unix seconds. */
  readonly now: number;
  /** When recorded series (with a colon) were last evaluated, and the others scraped. */
  readonly evaluatedAt: number;
  readonly scrapedAt: number;
  readonly groups?: readonly LoadedGroup[];
}

export function matches(labels: Readonly<Record<string, string>>, { label, operator, value }: Matcher): boolean {
  const found = labels[label] ?? '';
  const equal = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(found) : found === value;
  return operator.startsWith('!') ? !equal : equal;
}

/** A Prometheus that understands what `explain` asks: a selector, its timestamp, a maximum of it by labels, and its own clock. */
export function askedPrometheus({ series, now, evaluatedAt, scrapedAt, groups = [] }: AskedState): Prometheus {
  const found = (promql: string) => {
    const [selector] = selectorsOf(promql);
    if (!selector) return [];
    const { metric, matchers } = selector;
    return series.filter(({ labels }) => labels.__name__ === metric && matchers.every((matcher) => matches(labels, matcher)));
  };
  const time = ({ labels }: AskedSeries) => (labels.__name__!.includes(':') ? evaluatedAt : scrapedAt);
  return {
    query: async (promql) => {
      if (promql === 'vector(time())') return [{ labels: {}, value: now }];
      const results = found(promql).map((one) => ({
        labels: one.labels,
        value: promql.includes('timestamp(') ? time(one) : (one.value ?? 1),
      }));
      const by = /^max by \((.+?)\) \(/.exec(promql)?.[1]?.split(', ');
      return by
        ? results.map(({ labels, value }) => ({ labels: Object.fromEntries(by.map((label) => [label, labels[label] ?? ''])), value }))
        : results;
    },
    range: async (promql, { from, to, step }) =>
      found(promql).map(({ labels, value = 1, since = 0 }) => ({
        labels,
        values: Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => ({ at: from + index * step, value })).filter(
          ({ at }) => at >= since,
        ),
      })),
    groups: async () => groups,
  };
}
