import { parseDuration, printDuration } from './duration.ts';

export const OTHER_EXPORTERS = ['kube-state-metrics', 'cadvisor', 'kube-apiserver'] as const;
export type OtherExporter = (typeof OTHER_EXPORTERS)[number];

export interface GenerateOptions {
  /** Seconds between two scrapes of the exporter. */
  readonly scrapeInterval: number;
  /** Labels that tell clusters apart; kept by every aggregation. Empty = one cluster, no such label. */
  readonly clusterLabels: readonly string[];
  /** Put on every alert. */
  readonly labels: Readonly<Record<string, string>>;
  /** Put on the objects (PrometheusRule, VMRule, ConfigMap), where operators and sidecars select by them. */
  readonly objectLabels: Readonly<Record<string, string>>;
  /** Namespace of the objects; empty = the one they are applied in. */
  readonly namespace: string;
  /** Where people open the exporter's pages, without a slash at its end. */
  readonly externalUrl: string;
  /** `{page}` is replaced by a cause or by an alert's name in lower case. */
  readonly runbookUrl: string;
  /** `{uid}` is replaced by the dashboard's uid; the query string is appended. */
  readonly dashboardUrl: string;
  readonly with: readonly OtherExporter[];
  /** Ids of the causes that get an alert of their own; empty = all. */
  readonly causes: readonly string[];
  /** Matchers of the kube-apiserver's job, for the mixin's replacement and `--with kube-apiserver`. */
  readonly kubeApiserverSelector: string;
  /** Loki stream selector of the pods whose logs the log rules read. */
  readonly lokiSelector: string;
}

/** The Service of deploy/kubernetes: it opens inside the cluster only. */
const IN_CLUSTER = 'http://aggregated-api-exporter.monitoring.svc:9944';

export const DEFAULT_OPTIONS: GenerateOptions = {
  scrapeInterval: 30,
  clusterLabels: ['cluster'],
  labels: {},
  objectLabels: {},
  namespace: '',
  externalUrl: IN_CLUSTER,
  runbookUrl: `${IN_CLUSTER}/runbooks/{page}`,
  dashboardUrl: '/d/{uid}',
  with: [],
  causes: [],
  kubeApiserverSelector: 'job="kube-apiserver"',
  lokiSelector: '{namespace=~".+"}',
};

/** Prometheus forgets a sample after five minutes, and a window needs four scrapes to bear a lost one: so 75 s is the longest. */
export const LONGEST_SCRAPE_INTERVAL = 75;

/** What the command line gives, as text. */
export interface OptionTexts {
  readonly scrapeInterval?: string;
  readonly clusterLabel?: string;
  readonly labels?: string;
  readonly objectLabels?: string;
  readonly namespace?: string;
  readonly 'web.externalUrl'?: string;
  readonly 'grafana.url'?: string;
  readonly runbookUrl?: string;
  readonly dashboardUrl?: string;
  readonly with?: string;
  readonly causes?: string;
  readonly kubeApiserverSelector?: string;
  readonly lokiSelector?: string;
}

/** Labels that the rules set or read themselves: one of these from outside would change what a rule matches. */
export const OWN_LABELS = [
  'alertname',
  'about',
  'apiservice',
  'against',
  'backend_container',
  'backend_namespace',
  'backend_pod',
  'backend_service',
  'catalogue',
  'category',
  'cause',
  'certificate',
  'evidence',
  'fact',
  'from_node',
  'group',
  'how',
  'incident',
  'inherited',
  'kind',
  'le',
  'many',
  'means',
  'look_back',
  'moment',
  'name',
  'nodes',
  'object_kind',
  'one',
  'pattern',
  'peer',
  'phase',
  'points_to',
  'rank',
  'readable',
  'reason',
  'request',
  'role',
  'says',
  'severity',
  'shard',
  'signal',
  'signature',
  'source',
  'speaker',
  'state',
  'superseded',
  'to',
  'vantage',
  'verdict',
  'version',
  'what',
  'which',
  'why',
  '__name__',
] as const;

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Options, or everything that is wrong with them: the flag, the value, what is allowed. */
export function parseOptions(texts: OptionTexts): { readonly options: GenerateOptions } | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const options: GenerateOptions = {
    scrapeInterval: parseScrapeInterval(texts.scrapeInterval, problems),
    ...parseLabelOptions(texts, problems),
    with: parseOthers(texts.with, problems),
    namespace: parseNamespace(texts.namespace, problems),
    ...parseLinks(texts, problems),
    causes: listed(texts.causes ?? ''),
    kubeApiserverSelector: texts.kubeApiserverSelector ?? DEFAULT_OPTIONS.kubeApiserverSelector,
    lokiSelector: parseLokiSelector(texts.lokiSelector, problems),
  };
  return problems.length > 0 ? { problems } : { options };
}

function parseLabelOptions(texts: OptionTexts, problems: string[]): Pick<GenerateOptions, 'clusterLabels' | 'labels' | 'objectLabels'> {
  const clusterLabels = texts.clusterLabel === undefined ? DEFAULT_OPTIONS.clusterLabels : listed(texts.clusterLabel);
  for (const name of clusterLabels) checkLabelName('--cluster-label', name, OWN_LABELS, problems);
  const labels = parseLabels('--labels', texts.labels, problems);
  for (const name of Object.keys(labels)) checkLabelName('--labels', name, [...OWN_LABELS, ...clusterLabels], problems);
  return { clusterLabels, labels, objectLabels: parseLabels('--object-labels', texts.objectLabels, problems) };
}

/** Runbooks are served by the exporter, and dashboards by Grafana, unless their own flag names another place. */
function parseLinks(texts: OptionTexts, problems: string[]): Pick<GenerateOptions, 'externalUrl' | 'runbookUrl' | 'dashboardUrl'> {
  const externalUrl = parseAddress('--web.external-url', texts['web.externalUrl'], problems) ?? DEFAULT_OPTIONS.externalUrl;
  const grafana = parseAddress('--grafana.url', texts['grafana.url'], problems) ?? '';
  checkUrl('--runbook-url', texts.runbookUrl, '{page}', problems);
  checkUrl('--dashboard-url', texts.dashboardUrl, '{uid}', problems);
  return {
    externalUrl,
    runbookUrl: texts.runbookUrl ?? `${externalUrl}/runbooks/{page}`,
    dashboardUrl: texts.dashboardUrl ?? `${grafana}${DEFAULT_OPTIONS.dashboardUrl}`,
  };
}

function parseNamespace(text: string | undefined, problems: string[]): string {
  if (text !== undefined && text !== '' && !DNS_LABEL.test(text))
    problems.push(`--namespace ${JSON.stringify(text)}: a Kubernetes namespace is allowed: lower-case letters, digits and dashes`);
  return text ?? DEFAULT_OPTIONS.namespace;
}

function parseLokiSelector(text: string | undefined, problems: string[]): string {
  if (text !== undefined && !/^\{.+\}$/.test(text))
    problems.push(`--loki-selector ${JSON.stringify(text)}: a stream selector such as {namespace="kube-system"} is allowed`);
  return text ?? DEFAULT_OPTIONS.lokiSelector;
}

/** The parts between commas; empty ones go. */
function listed(text: string): string[] {
  return text.split(',').filter((part) => part !== '');
}

function parseScrapeInterval(text: string | undefined, problems: string[]): number {
  if (text === undefined) return DEFAULT_OPTIONS.scrapeInterval;
  const seconds = parseDuration(text);
  if (seconds === undefined) problems.push(`--scrape-interval ${JSON.stringify(text)}: a duration such as 15s, 30s or 1m is allowed`);
  else if (seconds < 1) problems.push(`--scrape-interval ${text}: at least 1s is allowed`);
  else if (seconds > LONGEST_SCRAPE_INTERVAL)
    problems.push(
      `--scrape-interval ${text}: too long for the window of 5m in which Prometheus itself looks for the last sample, which must hold four scrapes; at most ${printDuration(LONGEST_SCRAPE_INTERVAL)} is allowed`,
    );
  return seconds ?? DEFAULT_OPTIONS.scrapeInterval;
}

function parseLabels(flag: string, text: string | undefined, problems: string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const pair of listed(text ?? '')) {
    const at = pair.indexOf('=');
    if (at <= 0) problems.push(`${flag} ${JSON.stringify(pair)}: name=value is allowed, several separated by commas`);
    else labels[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return labels;
}

function checkLabelName(flag: string, name: string, taken: readonly string[], problems: string[]): void {
  if (!LABEL_NAME.test(name))
    problems.push(`${flag} ${JSON.stringify(name)}: a label name is allowed: letters, digits and _, not starting with a digit`);
  else if (taken.includes(name))
    problems.push(`${flag} ${name}: collides with a label of the rules; any other than ${taken.join(', ')} is allowed`);
}

function parseOthers(text: string | undefined, problems: string[]): OtherExporter[] {
  const names = listed(text ?? '');
  for (const name of names)
    if (!(OTHER_EXPORTERS as readonly string[]).includes(name))
      problems.push(`--with ${JSON.stringify(name)}: allowed are ${OTHER_EXPORTERS.join(', ')}`);
  return OTHER_EXPORTERS.filter((name) => names.includes(name));
}

/** The address of a web interface, without the slash at its end. */
function parseAddress(flag: string, text: string | undefined, problems: string[]): string | undefined {
  if (text === undefined) return undefined;
  if (/^https?:\/\/[^\s?#{}]+$/.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '');
  problems.push(`${flag} ${JSON.stringify(text)}: an http:// or https:// URL without a query is allowed`);
  return undefined;
}

/** Links of alerts that do not open everywhere, and the flag that mends it. */
export function unopenable({ externalUrl, runbookUrl, dashboardUrl }: GenerateOptions, dashboards: boolean): string[] {
  const notes: string[] = [];
  if (externalUrl === IN_CLUSTER)
    notes.push(
      `${runbookUrl.startsWith(IN_CLUSTER) ? 'runbook_url and status_url open' : 'status_url opens'} inside the cluster only: --web.external-url names the address that people open`,
    );
  if (dashboards && dashboardUrl.startsWith('/'))
    notes.push('dashboard_url is a path, which opens in Grafana only: --grafana.url makes it whole');
  return notes;
}

function checkUrl(flag: string, text: string | undefined, placeholder: string, problems: string[]): void {
  if (text === undefined) return;
  if (!/^(https?:\/\/|\/)\S+$/.test(text))
    problems.push(`${flag} ${JSON.stringify(text)}: an http:// or https:// URL or a path is allowed`);
  else if (!text.includes(placeholder)) problems.push(`${flag} ${text}: it must contain ${placeholder}, which is replaced`);
}
