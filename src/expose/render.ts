import type { Exemplar, HistogramValue } from './family.ts';

export type Format = 'text' | 'openmetrics';

/** What stands above the samples of a family. */
export function headerOf({ name, type, help }: FamilyHead, format: Format): string {
  if (format === 'text') return `# HELP ${name} ${escapeHelp(help, format)}\n# TYPE ${name} ${type === 'info' ? 'gauge' : type}\n`;
  // OpenMetrics names the family without the suffix that its samples carry.
  const family = type === 'counter' ? name.replace(/_total$/, '') : type === 'info' ? name.replace(/_info$/, '') : name;
  return `# TYPE ${family} ${type}\n# HELP ${family} ${escapeHelp(help, format)}\n`;
}

export interface FamilyHead {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram' | 'info';
  readonly help: string;
}

/** The lines of one series, the same in both formats; `labels` is the escaped text between the braces. */
export function sampleLines(name: string, labels: string, value: number | HistogramValue): string {
  if (typeof value === 'object') return histogramLines(name, labels, value);
  return labels === '' ? `${name} ${formatValue(value)}\n` : `${name}{${labels}} ${formatValue(value)}\n`;
}

/** Of the names and values of an exemplar together, OpenMetrics 1.0. */
const LONGEST_EXEMPLAR = 128;

/** What follows the value of a counter; nothing where OpenMetrics has no room for it. */
export function exemplarText({ incident, at }: Exemplar): string {
  if ('incident'.length + incident.length > LONGEST_EXEMPLAR) return '';
  return ` # {incident="${escapeLabelValue(incident)}"} 1 ${at}`;
}

/** OpenMetrics ends with a mark, so that a cut answer is seen as one. */
export function renderEnd(format: Format): string {
  return format === 'openmetrics' ? '# EOF\n' : '';
}

function histogramLines(name: string, labels: string, { bounds, counts, sum }: HistogramValue): string {
  const prefix = labels === '' ? '' : `${labels},`;
  let text = '';
  for (const [i, count] of counts.entries()) {
    const bound = bounds[i];
    text += `${name}_bucket{${prefix}le="${bound === undefined ? '+Inf' : formatBound(bound)}"} ${formatValue(count)}\n`;
  }
  const braces = labels === '' ? '' : `{${labels}}`;
  return `${text}${name}_sum${braces} ${formatValue(sum)}\n${name}_count${braces} ${formatValue(counts.at(-1) ?? 0)}\n`;
}

/** As Go's ParseFloat reads it. */
export function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** `1.0` in both formats: OpenMetrics wants it, Prometheus 3 rewrites `1` to it, and one series must not have two names. */
export function formatBound(bound: number): string {
  const text = String(bound);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const NEEDS_ESCAPING = /["\\\n]/;

export function escapeLabelValue(value: string): string {
  if (!NEEDS_ESCAPING.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

/** OpenMetrics escapes the quotation mark in HELP too. */
export function escapeHelp(help: string, format: Format): string {
  return format === 'openmetrics' ? escapeLabelValue(help) : help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** The text between the braces, in the order given. */
export function labelText(names: readonly string[], values: readonly string[]): string {
  let text = '';
  for (const [i, name] of names.entries()) text += `${i > 0 ? ',' : ''}${name}="${escapeLabelValue(values[i] ?? '')}"`;
  return text;
}

/** Labels one after the other; none where both are empty. */
export function joined(whose: string, labels: string): string {
  return whose === '' || labels === '' ? whose + labels : `${whose},${labels}`;
}
