/** Written in capitals in names of alerts. */
const ACRONYMS = new Set(['ca', 'cpu', 'dns', 'tls', 'api', 'rbac']);

/** `dns-failing` → `AggregatedAPIDNSFailing`. */
export function causeAlertName(cause: string): string {
  const words = cause.split('-').map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1)));
  return `AggregatedAPI${words.join('')}`;
}

/** Page of an alert: `AggregatedAPIDown` → `aggregatedapidown`, as kube-prometheus names its runbooks. */
export function alertPage(alert: string): string {
  return alert.toLowerCase();
}

/** Alerts that say that something is wrong; causes have alerts of their own. */
export const SYMPTOM_ALERTS = [
  'AggregatedAPIDown',
  'AggregatedAPIErrors',
  'AggregatedAPIFlapping',
  'AggregatedAPISlow',
  'AggregatedAPICertificateExpiring',
] as const;

export const EXPORTER_ALERTS = [
  'AggregatedAPIExporterDown',
  'AggregatedAPIExporterBlind',
  'AggregatedAPIExporterStale',
  'AggregatedAPIExporterShardMissing',
] as const;
