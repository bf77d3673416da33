import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Shard } from '../domain/shard.ts';
import { SOURCES, type SourceName } from '../domain/sources.ts';
import { escapeHelp, escapeLabelValue, type Format, formatBound, formatValue } from './render.ts';

/** Metrics of our own process. The only ones that prom-client keeps: it is too slow for families that fan out. */
export interface SelfMetrics {
  /** One turn of observing, diagnosing and publishing. @param cluster of several. */
  observeTick(seconds: number, cluster?: string): void;
  /** Whether the files of configuration, as they are now, are in force. */
  reloaded(good: boolean): void;
  /** An error that nobody caught; `source`: in whose work it came up. */
  uncaught(source: SourceName | 'none'): void;
  text(format: Format): Promise<string>;
}

export interface BuildInfo {
  readonly version: string;
  readonly revision?: string;
  /** domain/catalogue-id.ts. */
  readonly catalogue?: string;
}

/** Gauges that prom-client names like counters; promtool refuses them, and nobody reads them. */
const MISNAMED = /^nodejs_active_(handles|requests|resources)(_total)?$/;

/** Families of ours, for docs/metrics.md; process_* and nodejs_* are prom-client's. */
export const SELF_FAMILIES = [
  {
    name: 'aggregated_api_exporter_tick_duration_seconds',
    type: 'histogram',
    stability: 'stable',
    help: 'Duration of a tick: snapshot, signals, diagnosis.',
    labels: [],
    cost: '13',
  },
  {
    name: 'aggregated_api_exporter_build_info',
    type: 'info',
    stability: 'stable',
    help: 'Version of the exporter and of Node.js.',
    labels: ['version', 'revision', 'nodeversion'],
    cost: '1',
  },
  {
    name: 'aggregated_api_exporter_catalogue_info',
    type: 'info',
    help: 'Which catalogue of causes the exporter weighs, as `catalogue:aggregated_api_rules:info` has it of the rules: others come to other verdicts.',
    labels: ['catalogue'],
    cost: '1',
  },
  {
    name: 'aggregated_api_exporter_config_last_reload_successful',
    type: 'gauge',
    help: 'Whether the configuration and the web configuration were well when they were last read; if not, those before are in force.',
    labels: [],
    cost: '1',
  },
  {
    name: 'aggregated_api_exporter_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    help: 'When the configuration and the web configuration were last read and well, Unix time.',
    labels: [],
    cost: '1',
  },
  {
    name: 'aggregated_api_exporter_redactions_total',
    type: 'counter',
    help: 'Secrets that were cut out of log lines, events, messages and our own log before they were kept, by their kind.',
    labels: ['kind'],
    cost: '9',
  },
  {
    name: 'aggregated_api_exporter_uncaught_errors_total',
    type: 'counter',
    help: 'Errors of the exporter itself that nothing caught, by the source in whose work they came up, or none; that source was started anew.',
    labels: ['source'],
    cost: String(SOURCES.length + 1),
  },
  {
    name: 'aggregated_api_exporter_leader',
    type: 'gauge',
    help: 'Whether this replica leads (1: it reads the logs for all, and alone writes files) or follows (0); no series where no leader is elected.',
    labels: [],
    cost: '1',
  },
  {
    name: 'aggregated_api_exporter_shards',
    type: 'gauge',
    help: 'Among how many shards the APIs are shared out, by the shard that says so: it watches those that fall to it. No series while it cannot see them, or where nothing is shared out.',
    labels: ['shard'],
    cost: '1',
  },
  {
    name: 'aggregated_api_exporter_cluster_up',
    type: 'gauge',
    help: 'Whether the APIServices of the cluster are seen (1), or not (0): nothing was answered yet, its kube-apiserver does not answer or refuses us, or its kubeconfig cannot be used. No series where one cluster is watched.',
    labels: ['cluster'],
    cost: 'clusters',
  },
] as const;

/** What our own metrics tell of a cluster. */
export interface OwnCluster {
  /** Absent where it is the only one: then no series has a label for it. */
  readonly name?: string;
  /** The shard whose APIs are watched now; undefined while they are not seen, or where there are no shards. */
  readonly shard?: () => Shard | undefined;
  /** Whether its APIServices are seen. */
  readonly up?: () => boolean;
}

/** What our own metrics are read from. */
export interface OwnFacts {
  /** What was cut since the start, by kind; each kind from the start. */
  readonly redactions?: () => Readonly<Record<string, number>>;
  /** Whether this replica leads; absent where none is elected. */
  readonly leads?: () => boolean;
  /** Those that are watched; default: one without a name. */
  readonly clusters?: readonly OwnCluster[];
}

const [TICK, BUILD, CATALOGUE, RELOAD_GOOD, RELOAD_AT, CUTS, UNCAUGHT, LEADER, SHARDS, CLUSTER_UP] = SELF_FAMILIES;

/** The labels of a family, after that of the cluster where there are several. */
type Labels = (cluster: string | undefined) => Readonly<Record<string, string>>;

export function createSelfMetrics(build: BuildInfo, facts: OwnFacts = {}): SelfMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { clusters = [{}] } = facts;
  const ofCluster = clusters.some(({ name }) => name !== undefined) ? ['cluster'] : [];
  const labelled: Labels = (cluster) => (cluster === undefined ? {} : { cluster });
  const base = (family: (typeof SELF_FAMILIES)[number], own: readonly string[] = []) => ({
    name: family.name,
    help: family.help,
    labelNames: [...own, ...family.labels],
    registers: [registry],
  });
  const ticks = new Histogram({ ...base(TICK, ofCluster), buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1] });
  const info = new Gauge(base(BUILD, ofCluster));
  const catalogue = build.catalogue === undefined ? undefined : new Gauge(base(CATALOGUE, ofCluster));
  for (const { name } of clusters) {
    info.set({ ...labelled(name), version: build.version, revision: build.revision ?? '', nodeversion: process.version }, 1);
    catalogue?.set({ ...labelled(name), catalogue: build.catalogue ?? '' }, 1);
    ticks.zero(labelled(name));
  }
  new Counter({
    ...base(CUTS),
    collect() {
      this.reset();
      for (const [kind, count] of Object.entries(facts.redactions?.() ?? {})) this.inc({ kind }, count);
    },
  });
  addPlace(registry, facts, ofCluster);
  const good = new Gauge(base(RELOAD_GOOD));
  const at = new Gauge(base(RELOAD_AT));
  const errors = new Counter(base(UNCAUGHT));
  for (const source of [...SOURCES, 'none']) errors.inc({ source }, 0);
  return {
    uncaught: (source) => errors.inc({ source }),
    observeTick: (seconds, cluster) => ticks.observe(labelled(cluster), seconds),
    reloaded(well) {
      good.set(well ? 1 : 0);
      if (well) at.setToCurrentTime();
    },
    async text(format) {
      // Its own OpenMetrics renderer renames counters for ever (prometheus/client_js#829): only the values are taken.
      const families = (await registry.getMetricsAsJSON()) as unknown as readonly PromClientFamily[];
      return families
        .filter((family) => !MISNAMED.test(family.name))
        .map((family) => renderPromClientFamily(family, format))
        .join('');
    },
  };
}

/** Which place it has among others, and which clusters it sees. */
function addPlace(registry: Registry, { leads, clusters = [] }: OwnFacts, ofCluster: readonly string[]): void {
  const registers = [registry];
  if (leads)
    new Gauge({
      ...{ name: LEADER.name, help: LEADER.help, registers },
      collect() {
        this.set(leads() ? 1 : 0);
      },
    });
  new Gauge({
    ...{ name: SHARDS.name, help: SHARDS.help, labelNames: [...ofCluster, ...SHARDS.labels], registers },
    collect() {
      this.reset();
      for (const { name, shard } of clusters) {
        const own = shard?.();
        if (own) this.set({ ...(name !== undefined && { cluster: name }), shard: own.index }, own.count);
      }
    },
  });
  new Gauge({
    ...{ name: CLUSTER_UP.name, help: CLUSTER_UP.help, labelNames: CLUSTER_UP.labels, registers },
    collect() {
      this.reset();
      for (const { name, up } of clusters) if (name !== undefined && up) this.set({ cluster: name }, up() ? 1 : 0);
    },
  });
}

interface PromClientFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly {
    readonly value: number;
    readonly metricName?: string;
    readonly labels: Readonly<Record<string, string | number>>;
  }[];
}

function renderPromClientFamily({ name, help, type, values }: PromClientFamily, format: Format): string {
  if (values.length === 0) return '';
  const info = name.endsWith('_info');
  const family = format === 'text' ? name : info ? name.slice(0, -5) : type === 'counter' ? name.replace(/_total$/, '') : name;
  const shown = info && format === 'openmetrics' ? 'info' : type;
  const lines = [`# HELP ${family} ${escapeHelp(help, format)}`, `# TYPE ${family} ${shown}`];
  for (const { value, metricName, labels } of values) {
    const text = Object.entries(labels)
      .map(([label, of]) => `${label}="${label === 'le' && typeof of === 'number' ? formatBound(of) : escapeLabelValue(String(of))}"`)
      .join(',');
    lines.push(`${metricName ?? name}${text === '' ? '' : `{${text}}`} ${formatValue(value)}`);
  }
  return `${lines.join('\n')}\n`;
}
