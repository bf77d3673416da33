import type { Cause } from '../domain/cause.ts';
import { dashboardUrl, evidenceNow, hurtNow, onCluster, runbookUrl, SURE_NOW, statusUrl } from './annotations.ts';
import type { Catalogue } from './catalogue.ts';
import { PANELS } from './dashboards/panel-ids.ts';
import { causeAlertName, EXPORTER_ALERTS, SYMPTOM_ALERTS } from './names.ts';
import type { GenerateOptions } from './options.ts';
import type { AlertingRule, RuleGroup } from './rule-book.ts';
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
    says: 'One alert for each cause, for those who route by cause. They read the verdict of the group of the symptoms, half a scrape interval old at most.',
    interval: options.scrapeInterval,
    rules: chosen.map((cause) => causeAlert(cause, options)),
  };
}

function refuseTakenName(cause: string): void {
  const name = causeAlertName(cause);
  const taken: readonly string[] = [...SYMPTOM_ALERTS, ...EXPORTER_ALERTS];
  if (taken.includes(name))
    throw new Error(
      `cause ${cause}: its alert would be called ${name}, which is an alert already; any id but those of ${taken.join(', ')} is allowed`,
    );
}

function causeAlert(cause: Cause, options: GenerateOptions): AlertingRule {
  return {
    kind: 'alert',
    alert: causeAlertName(cause.id),
    says: `For a minute it has been sure: ${titleInSentence(cause.title)}.`,
    expr: `${SERIES.sure}{cause="${cause.id}"}`,
    for: CAUSE_FOR,
    keepFiringFor: CAUSE_KEEP_FIRING_FOR,
    labels: { severity: cause.severity, name: '{{ $labels.apiservice }}', ...options.labels },
    annotations: {
      summary: `An aggregated API fails: ${titleInSentence(cause.title)}.`,
      description: `{{ $labels.apiservice }}${onCluster(options)} fails. Cause: ${cause.title.replace(/\.$/, '')} ({{ $labels.cause }}), ${SURE_NOW} sure.${evidenceNow(options)} ${cause.summary}${hurtNow(options)}`,
      confidence: SURE_NOW,
      status_url: statusUrl(options),
      runbook_url: runbookUrl(cause.id, options),
      dashboard_url: dashboardUrl(PANELS.causes, options),
    },
  };
}
