import { printDuration } from '../duration.ts';
import type { GenerateOptions } from '../options.ts';
import type { LoadedGroup, Prometheus, Query } from '../prometheus.ts';
import { SERIES } from '../series.ts';
import { missingShards } from './shards.ts';

const EXPORTER = 'aggregated_api_exporter_build_info';
const TICK = 'aggregated_api_exporter_last_tick_timestamp_seconds';
/** Prometheus and operators set them: none tells clusters apart. */
const OF_THE_TARGET = new Set([
  ...['__name__', 'instance', 'job', 'namespace', 'service', 'pod', 'container', 'endpoint', 'node'],
  ...['version', 'revision', 'nodeversion'],
]);
/** Seconds by which a tick may lie after its scrape, for rounding and for what a network takes. */
const AHEAD = 2;
/** And before it: no configuration lets so long pass between two ticks. */
const BEHIND = 60;
const MOST_NAMED = 8;
/** One scrape that failed hides nothing. */
const LATELY = '5m';

/** What is wrong as a whole: scrapes, clocks, shards, cluster labels, the groups as they are loaded, the catalogue they are of. */
export async function warningsOf(prometheus: Prometheus, options: GenerateOptions): Promise<string[]> {
  const { query } = prometheus;
  const found = await Promise.all([
    intervalWarnings(query, options),
    clockWarnings(query),
    missingShards(query, options),
    clusterWarnings(query, options),
    groupWarnings(prometheus, options),
    catalogueWarnings(query),
  ]);
  return found.flat();
}

async function intervalWarnings(query: Query, options: GenerateOptions): Promise<string[]> {
  const interval = await scrapeInterval(query);
  // A quarter off is jitter.
  return interval !== undefined && interval > options.scrapeInterval * 1.25
    ? [
        `scraped about every ${printDuration(Math.round(interval))}; the rules are for ${printDuration(options.scrapeInterval)}: pass --scrape-interval`,
      ]
    : [];
}

/** Mean seconds between two scrapes of the last half hour, by the times of the samples: a series may be younger. Undefined below four samples. */
async function scrapeInterval(query: Query): Promise<number | undefined> {
  const [samples] = await query(`max(count_over_time(${EXPORTER}[30m]))`);
  const [span] = await query(`max(timestamp(${EXPORTER}) - min_over_time(timestamp(${EXPORTER})[30m:5s]))`);
  return samples === undefined || span === undefined || samples.value < 4 ? undefined : span.value / (samples.value - 1);
}

/** Rules compare the exporter's times with the clock of Prometheus: `changed within a minute` is wrong by as much as the clocks are apart. */
async function clockWarnings(query: Query): Promise<string[]> {
  // Of the last scrapes the one that saw the youngest tick: a tick may be late, no scrape sees one that is to come.
  const [youngest] = await query(`max(max_over_time((${TICK} - timestamp(${TICK}))[10m:15s]))`);
  if (youngest === undefined) return [];
  const off = printDuration(Math.round(Math.abs(youngest.value)));
  if (youngest.value > AHEAD)
    return [
      `the clock of the exporter is about ${off} ahead of Prometheus's: rules that ask what changed lately are wrong by that; look at NTP on both nodes`,
    ];
  const [ticks] = await query(`max(changes(${TICK}[10m]))`);
  // Without ticks it is the exporter that stands still.
  if (youngest.value < -BEHIND && ticks !== undefined && ticks.value > 0)
    return [
      `the clock of the exporter is about ${off} behind Prometheus's: rules that ask what changed lately are wrong by that; look at NTP on both nodes`,
    ];
  return [];
}

async function clusterWarnings(query: Query, { clusterLabels }: GenerateOptions): Promise<string[]> {
  const found: string[] = [];
  for (const label of clusterLabels) found.push(...(await pushedAside(label, query)), ...(await labelWarnings(label, query)));
  if (clusterLabels.length === 0) {
    const clusters = (await query(`count by (cluster) (last_over_time(aggregated_api_info[${LATELY}]))`)).flatMap(
      ({ labels }) => labels.cluster ?? [],
    );
    if (clusters.length > 1)
      found.push(
        `the APIs of ${clusters.length} clusters (${listed(clusters)}) count as one: print the rules with --cluster-label cluster`,
      );
  }
  return found;
}

/** One exporter watches several clusters and says which, and the label of its target stands in the way. */
async function pushedAside(label: string, query: Query): Promise<string[]> {
  const aside = (await query(`count by (exported_${label}) (last_over_time(aggregated_api_info[${LATELY}]))`)).flatMap(
    ({ labels }) => labels[`exported_${label}`] ?? [],
  );
  return aside.length === 0
    ? []
    : [
        `the exporter says the ${label} of each API, and the scrape puts its own over it (the exporter's is exported_${label}, with ${listed(aside)}): the APIs of all count as one; set honor_labels: true, of a ServiceMonitor honorLabels`,
      ];
}

async function labelWarnings(label: string, query: Query): Promise<string[]> {
  const exported = (await query(`count by (${label}) (last_over_time(aggregated_api_info[${LATELY}]))`)).map(
    ({ labels }) => labels[label] ?? '',
  );
  if (exported.length === 0) return [];
  if (exported.every((value) => value === ''))
    return [
      `aggregated_api_info has no label ${label}: harmless for one cluster; otherwise add it when scraping, or name the label that tells clusters apart with --cluster-label${await otherLabels(query)}`,
    ];
  if (exported.includes(''))
    return [
      `some series of aggregated_api_info have the label ${label} and some have not: an API of both counts as two; add it to every scrape of the exporter`,
    ];
  const recorded = (await query(`count by (${label}) (${SERIES.known})`)).map(({ labels }) => labels[label] ?? '');
  const strange = recorded.filter((value) => !exported.includes(value));
  return strange.length > 0
    ? [
        `the rules record series of ${label} ${listed(strange.map((value) => value || '""'))}, of which no exporter is (there ${exported.length === 1 ? 'is' : 'are'} ${listed(exported)}): ${label} is relabelled between scraping and recording, or the rules keep another label (--cluster-label)`,
      ]
    : [];
}

/** Labels that the scrape added: one of them may be what `cluster` is called here. */
async function otherLabels(query: Query): Promise<string> {
  const [one] = await query(EXPORTER);
  const others = Object.entries(one?.labels ?? {}).filter(([label]) => !OF_THE_TARGET.has(label));
  return others.length === 0 ? '' : `; its series have ${listed(others.map(([label, value]) => `${label}=${JSON.stringify(value)}`))}`;
}

async function groupWarnings({ groups, query }: Prometheus, options: GenerateOptions): Promise<string[]> {
  let all: readonly LoadedGroup[];
  try {
    all = await groups();
  } catch (error) {
    return [`not checked whether the rule groups keep their interval: ${(error as Error).message}`];
  }
  const ours = all.filter(({ name }) => name.startsWith('aggregated-api-'));
  const [known] = await query(`count(${SERIES.known})`);
  if (ours.length === 0)
    return known === undefined
      ? []
      : ['not checked whether the rule groups keep their interval: they are evaluated elsewhere, such as by a ruler or vmalert'];
  const [clock] = await query('vector(time())');
  return [...ours.flatMap((group) => groupWarning(group, clock?.value)), ...wrongInterval(ours, options)];
}

function groupWarning({ name, interval, evaluationTime, lastEvaluation, failing }: LoadedGroup, now: number | undefined): string[] {
  const late = now !== undefined && lastEvaluation !== undefined && now - lastEvaluation > 3 * interval;
  const [first, ...others] = failing;
  return [
    ...(evaluationTime > interval
      ? [
          `the group ${name} takes ${printDuration(evaluationTime)} for an evaluation that is due every ${printDuration(interval)}: evaluations are left out, and alerts come late; give Prometheus more CPU, or print fewer with --causes`,
        ]
      : []),
    ...(late
      ? [
          `the group ${name} was last evaluated ${printDuration(Math.round(now - lastEvaluation))} ago, and is due every ${printDuration(interval)}`,
        ]
      : []),
    ...(first === undefined
      ? []
      : [`the rule ${first.rule} of ${name} fails: ${first.error.slice(0, 300)}${others.length > 0 ? `; and ${others.length} more` : ''}`]),
  ];
}

/** The group of the diagnosis is evaluated once per scrape. */
function wrongInterval(ours: readonly LoadedGroup[], { scrapeInterval: wanted }: GenerateOptions): string[] {
  const loaded = ours.find(({ name, interval }) => /^aggregated-api-diagnosis(-\d+)?$/.test(name) && interval !== wanted);
  return loaded === undefined
    ? []
    : [
        `the rules that are loaded are for a scrape interval of ${printDuration(loaded.interval)}, not ${printDuration(wanted)}: pass --scrape-interval`,
      ];
}

/** Rules and exporter come to one verdict while they weigh one catalogue. */
async function catalogueWarnings(query: Query): Promise<string[]> {
  const [rules, exporters, known] = await Promise.all([
    query(`count by (catalogue) (${SERIES.catalogue})`),
    query(`count by (catalogue) (last_over_time(aggregated_api_exporter_catalogue_info[${LATELY}]))`),
    query(`count(${SERIES.known})`),
  ]);
  const ids = (results: typeof rules) => results.flatMap(({ labels }) => labels.catalogue ?? []).sort();
  const [here, there] = [ids(rules), ids(exporters)];
  if (here.length === 0)
    return known.length > 0 && there.length > 0
      ? [
          'the rules that are loaded do not say which catalogue of causes they are of: they are older than the exporter; print them anew with its version',
        ]
      : [];
  const others = here.filter((id) => there.length > 0 && !there.includes(id));
  return others.length === 0
    ? []
    : [
        `the rules that are loaded are of the catalogue of causes ${listed(others)}, and the exporter weighs ${listed(there)}: their verdicts differ; print the rules anew with the version of the exporter`,
      ];
}

function listed(values: readonly string[]): string {
  const more = values.length - MOST_NAMED;
  return `${[...values].sort().slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
