import type { GenerateOptions } from './options.ts';
import { SERIES } from './series.ts';

/** Go template that reads a number for the alert's API at the moment of the evaluation. @param format a template function. */
export function readNow(series: string, options: GenerateOptions, format: string, factor = ''): string {
  return `{{ with query ${queryText(series, options, [], factor)} }}{{ . | first | value | ${format} }}{{ else }}unknown{{ end }}`;
}

/** A share in whole percent. */
export function percentNow(series: string, options: GenerateOptions): string {
  return `${readNow(series, options, 'printf "%.0f"', ' * 100')}%`;
}

/** `with … on cluster X` when the alert has such a label. */
export function onCluster(options: GenerateOptions): string {
  return options.clusterLabels.map((label) => `{{ with $labels.${label} }} on ${label} {{ . }}{{ end }}`).join('');
}

/** The evidence that is met for the alert's cause, from its own recorded series. */
export function evidenceNow(options: GenerateOptions): string {
  const query = queryText(SERIES.evidence, options, ['cause'], ' > 0');
  return `{{ range $i, $e := query ${query} }}{{ if $i }}, {{ end }}{{ $e.Labels.evidence }} (+{{ $e.Value }}){{ else }}none recorded{{ end }}`;
}

/** `printf "series{cluster=%q, apiservice=%q}" $labels.cluster $labels.apiservice`, in parentheses. */
function queryText(series: string, options: GenerateOptions, further: readonly string[], comparison = ''): string {
  const labels = [...options.clusterLabels, 'apiservice', ...further];
  const matchers = labels.map((label) => `${label}=%q`).join(',');
  return `(printf \`${series}{${matchers}}${comparison}\` ${labels.map((label) => `$labels.${label}`).join(' ')})`;
}

/** @param page a cause, an alert's page, or a template that gives one. */
export function runbookUrl(page: string, options: GenerateOptions): string {
  return options.runbookUrl.replaceAll('{page}', page);
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
