import type { GenerateOptions } from './options.ts';
import { SERIES } from './series.ts';

/** Go template that reads a number for the alert's API at the moment of the evaluation. @param format a template function. */
export function readNow(series: string, options: GenerateOptions, format: string, factor = ''): string {
  return `{{ with query ${queryText(series, options, factor)} }}{{ . | first | value | ${format} }}{{ else }}unknown{{ end }}`;
}

/** A share in whole percent. */
export function percentNow(series: string, options: GenerateOptions): string {
  return `${readNow(series, options, 'printf "%.0f"', ' * 100')} %`;
}

/** An expression of a confidence as an alert gives it: in whole percent, and never wholly sure. */
export function sureness(confidence: string): string {
  return `clamp_max(round(${confidence}, 0.01), 0.99)`;
}

/** `93 %`, of an alert whose value is a `sureness`. */
export const SURE_NOW = '{{ $value | humanizePercentage | reReplaceAll "%" " %" }}';

/** The title of the alert's cause, and its id: the one is for people, the other for runbooks and silences. */
export function causeNow(): string {
  const query = `(printf \`${titleQuery('%q')}\` $labels.cause)`;
  return `{{ with query ${query} }}{{ . | first | label "says" }} ({{ $labels.cause }}){{ else }}{{ $labels.cause }}{{ end }}`;
}

/** ` It was moved and not moored again.`: what the alert's cause means. */
export function meaningNow(): string {
  const query = `(printf \`${meaningQuery('%q')}\` $labels.cause)`;
  return `{{ range $i, $m := query ${query} }} {{ $m.Labels.means }}{{ end }}`;
}

/** @param cause quoted. */
export function meaningQuery(cause: string): string {
  return `${SERIES.meaning}{cause=${cause}}`;
}

/** `with … on cluster X` when the alert has such a label. */
export function onCluster(options: GenerateOptions): string {
  return options.clusterLabels.map((label) => `{{ with $labels.${label} }} on ${label} {{ . }}{{ end }}`).join('');
}

/** @param cause quoted. */
export function titleQuery(cause: string): string {
  return `${SERIES.prior}{cause=${cause}}`;
}

/** Sentences of evidence that an alert says: the strongest. The status page has the others. */
const MOST_SENTENCES = 3;

/** ` Evidence: …`, that which is met for the alert's cause, in sentences; nothing where none is, as after the failure. */
export function evidenceNow(options: GenerateOptions): string {
  const labels = [...options.clusterLabels, 'apiservice', 'cause'];
  const query = `(printf \`${evidenceQuery(matchersOf(labels, () => '%q'))}\` ${labels.map((label) => `$labels.${label}`).join(' ')})`;
  return `{{ range $i, $e := query ${query} }}{{ if $i }} {{ else }} Evidence: {{ end }}{{ $e.Labels.says }}{{ end }}`;
}

/** @param matchers of the evidence's series, in braces. */
export function evidenceQuery(matchers: string): string {
  return `topk(${MOST_SENTENCES}, ${SERIES.evidence}${matchers} > 0)`;
}

/** ` Hurt: 12 HPAs cannot scale, 3 namespaces hang in their deletion`; nothing where nobody is, or where that is not observed. */
export function hurtNow(options: GenerateOptions): string {
  const labels = [...options.clusterLabels, 'apiservice'];
  const query = `(printf \`${hurtQuery(matchersOf(labels, () => '%q'))}\` ${labels.map((label) => `$labels.${label}`).join(' ')})`;
  return `{{ range $i, $h := query ${query} }}{{ if $i }}, {{ else }} Hurt: {{ end }}{{ $h.Value }} {{ $h.Labels.says }}{{ end }}`;
}

/** @param matchers of the API's series, in braces. */
export function hurtQuery(matchers: string): string {
  return `sort_desc(${SERIES.hurt}${matchers})`;
}

/** `{a=…,b=…}` */
export function matchersOf(labels: readonly string[], quoted: (label: string) => string): string {
  return `{${labels.map((label) => `${label}=${quoted(label)}`).join(',')}}`;
}

/** `printf "series{cluster=%q, apiservice=%q}" $labels.cluster $labels.apiservice`, in parentheses. */
function queryText(series: string, options: GenerateOptions, factor: string): string {
  const labels = [...options.clusterLabels, 'apiservice'];
  return `(printf \`${series}${matchersOf(labels, () => '%q')}${factor}\` ${labels.map((label) => `$labels.${label}`).join(' ')})`;
}

/** @param page a cause, an alert's page, or a template that gives one. */
export function runbookUrl(page: string, options: GenerateOptions): string {
  return options.runbookUrl.replaceAll('{page}', page);
}

/** The page of the alert's API, or the fleet. */
export function statusUrl({ externalUrl }: GenerateOptions, perApi = true): string {
  return `${externalUrl}/${perApi ? 'apis/{{ $labels.apiservice }}' : ''}`;
}

export interface PanelReference {
  readonly uid: string;
  readonly panel: number;
}

/** Link to a panel, with the variables that the alert knows. */
export function dashboardUrl({ uid, panel }: PanelReference, options: GenerateOptions, perApi = true): string {
  const variables = [...options.clusterLabels, ...(perApi ? ['apiservice'] : [])].map((label) => `var-${label}={{ $labels.${label} }}`);
  const url = options.dashboardUrl.replaceAll('{uid}', uid);
  return `${url}${url.includes('?') ? '&' : '?'}${[...variables, `viewPanel=${panel}`].join('&')}`;
}
