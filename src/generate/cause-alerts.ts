import type { Cause } from '../domain/cause.ts';
import { causeNow, dashboardUrl, evidenceNow, hurtNow, meaningNow, onCluster, runbookUrl, SURE_NOW, statusUrl } from './annotations.ts';
import type { Catalogue } from './catalogue.ts';
import { PANELS } from './dashboards/panel-ids.ts';
import { withLabel } from './evidence-words.ts';
import { causeAlertName, EXPORTER_ALERTS, SYMPTOM_ALERTS } from './names.ts';
import type { GenerateOptions } from './options.ts';
import { type AlertingRule, type RecordingRule, type RuleGroup, record } from './rule-book.ts';
import { titleInSentence } from './rule-words.ts';
import { SERIES } from './series.ts';

export const CAUSE_FOR = 60;
export const CAUSE_KEEP_FIRING_FOR = 300;

/**
 * One alert per cause, for routing (certificates to the one team, network policies to the other). Confidence exists only while the
 * API errs, so none fires for a healthy one; while it recovers the cause is that of the failure that ended. The cause is part of the rule, not of the data: `for` never starts anew.
 */
export function causeGroup(catalogue: Catalogue, options: GenerateOptions): RuleGroup {
  for (const { id } of catalogue.causes) refuseTakenName(id);
  const chosen = catalogue.causes.filter(({ id }) => options.causes.length === 0 || options.causes.includes(id));
  return {
    name: 'aggregated-api-causes',
    says: 'One alert for each cause, for those who route by cause: it fires once the cause has been sure for a minute. They read the verdict of the group of the symptoms, half a scrape interval old at most.',
    interval: options.scrapeInterval,
    rules: [...meaningRules(chosen), ...chosen.map((cause) => causeAlert(cause, options))],
  };
}

/** Apart from the diagnosis, which has to fit one object; by category, because VictoriaMetrics takes an expression of 16 KiB at most. */
function meaningRules(causes: readonly Cause[]): RecordingRule[] {
  return [...new Set(causes.map(({ category }) => category))].sort().map((category) => {
    const own = causes.filter((cause) => cause.category === category);
    const terms = own.map(({ id, summary }) => withLabel(withLabel('vector(1)', 'means', summary), 'cause', id));
    return record(
      SERIES.meaning,
      `What the causes of ${category} mean: once for all APIs, and for the alerts below.`,
      terms.join('\nor '),
      { category },
    );
  });
}

function refuseTakenName(cause: string): void {
  const name = causeAlertName(cause);
  const taken: readonly string[] = [...SYMPTOM_ALERTS, ...EXPORTER_ALERTS];
  if (taken.includes(name))
    throw new Error(
      `cause ${cause}: its alert would be called ${name}, which is an alert already; any id but those of ${taken.join(', ')} is allowed`,
    );
}

/** Only name and summary are of the cause: what else is said is asked by its label, in the same words for all, so that a file has them once. */
function causeAlert(cause: Cause, options: GenerateOptions): AlertingRule {
  return {
    kind: 'alert',
    alert: causeAlertName(cause.id),
    // Its summary says the same, two lines below.
    says: '',
    expr: `${SERIES.sure}{cause="${cause.id}"}`,
    for: CAUSE_FOR,
    keepFiringFor: CAUSE_KEEP_FIRING_FOR,
    labels: { severity: cause.severity, name: '{{ $labels.apiservice }}', ...options.labels },
    annotations: {
      summary: `An aggregated API fails: ${titleInSentence(cause.title)}.`,
      description: `{{ $labels.apiservice }}${onCluster(options)} fails. Cause: ${causeNow()}, ${SURE_NOW} sure.${evidenceNow(options)}${meaningNow()}${hurtNow(options)}`,
      confidence: SURE_NOW,
      status_url: statusUrl(options),
      runbook_url: runbookUrl('{{ $labels.cause }}', options),
      dashboard_url: dashboardUrl(PANELS.causes, options),
    },
  };
}
