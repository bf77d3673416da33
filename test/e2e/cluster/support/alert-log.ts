import { type Part, query } from '../../prometheus/support/parts.ts';
import type { Lane } from './lanes.ts';

interface Seen {
  readonly alert: string;
  readonly state: 'pending' | 'firing';
  readonly cause: string | undefined;
  /** Since the log was begun, when it was seen first. */
  readonly seconds: number;
}

/** What of Prometheus's alerts was seen first when. The mixin's two name an API by `name`. */
export class AlertLog {
  private readonly prometheus: Part;
  private readonly begun = Date.now();
  private readonly seen = new Map<string, Map<string, Seen>>();

  constructor(prometheus: Part) {
    this.prometheus = prometheus;
  }

  async read(): Promise<void> {
    for (const { metric } of await query(this.prometheus, 'ALERTS')) {
      const api = metric.apiservice ?? metric.name;
      if (api === undefined) continue;
      const own = this.seen.get(api) ?? new Map<string, Seen>();
      this.seen.set(api, own);
      const state = metric.alertstate === 'firing' ? 'firing' : 'pending';
      const key = `${metric.alertname} ${metric.cause} ${state}`;
      if (!own.has(key)) own.set(key, { alert: metric.alertname!, state, cause: metric.cause, seconds: (Date.now() - this.begun) / 1000 });
    }
  }

  of(api: string): readonly Seen[] {
    return [...(this.seen.get(api)?.values() ?? [])];
  }

  /** The first time that an outage was paged with a right cause. */
  paged({ api, causes }: Lane): Seen | undefined {
    return this.of(api).find(
      ({ alert, state, cause }) => alert === 'AggregatedAPIDown' && state === 'firing' && cause !== undefined && causes.includes(cause),
    );
  }
}

/** A row per fault; seconds from the injection. */
export function alertsTable(lanes: readonly Lane[], log: AlertLog): string {
  const rows = lanes.map((lane) => {
    const own = log.of(lane.api);
    const right = own.filter(({ state, cause }) => state === 'firing' && cause !== undefined && lane.causes.includes(cause));
    const wrong = own.filter(
      ({ alert, state, cause }) =>
        alert.startsWith('AggregatedAPI') && state === 'firing' && cause !== undefined && !lane.causes.includes(cause),
    );
    const stock = (alert: string) => inWords(own.filter((one) => one.alert === alert)) || 'nothing';
    return [
      lane.fault,
      right[0]?.cause ?? '–',
      inWords(right),
      inWords(wrong, true) || '–',
      stock('StockKubeAggregatedAPIErrors'),
      stock('StockKubeAggregatedAPIDown'),
    ];
  });
  const head = [
    'fault',
    'cause',
    'fires with it',
    'fired before with another',
    "the mixin's KubeAggregatedAPIErrors",
    "the mixin's KubeAggregatedAPIDown",
  ];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function inWords(seen: readonly Seen[], withCause = false): string {
  return seen
    .map(({ alert, state, cause, seconds }) => {
      const what = alert.startsWith('Stock') ? state : `${alert}${withCause ? ` ${cause}` : ''}`;
      return `${what} ${seconds.toFixed(0)} s`;
    })
    .join(', ');
}
