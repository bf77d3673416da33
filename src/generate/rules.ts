import type { Criterion } from '../domain/criterion.ts';
import type { Catalogue } from './catalogue.ts';
import { causeGroup } from './cause-alerts.ts';
import { printDuration } from './duration.ts';
import { exporterGroup } from './exporter-alerts.ts';
import type { GenerateOptions } from './options.ts';
import { SCRAPES_PER_WINDOW, windowOf } from './promql.ts';
import { criteriaOf, diagnosisGroup } from './recording-rules.ts';
import type { RuleBook } from './rule-book.ts';
import { symptomGroup } from './symptom-alerts.ts';

/** Everything that Prometheus evaluates: the diagnosis, the symptoms, the causes, and the watch on the exporter itself. */
export function diagnosisRules(catalogue: Catalogue, options: GenerateOptions): RuleBook {
  return {
    groups: [diagnosisGroup(catalogue, options), symptomGroup(catalogue, options), causeGroup(catalogue, options), exporterGroup(options)],
    notes: [
      `For a scrape interval of ${printDuration(options.scrapeInterval)}: no window over scraped series is shorter than ${SCRAPES_PER_WINDOW} scrapes.`,
      ...widened(catalogue, options),
    ],
  };
}

/** Windows that the scrape interval makes longer than the exporter's own: said aloud, because the two then judge a little differently. */
export function widened(catalogue: Catalogue, options: GenerateOptions): string[] {
  const windows = new Set(criteriaOf(catalogue).flatMap(scrapedWindowsOf));
  const short = [...windows].filter((window) => windowOf(window, options.scrapeInterval) !== window).sort((a, b) => a - b);
  if (short.length === 0) return [];
  const least = printDuration(SCRAPES_PER_WINDOW * options.scrapeInterval);
  return [`Windows of ${short.map(printDuration).join(', ')} are widened to ${least}, so that they hold ${SCRAPES_PER_WINDOW} scrapes.`];
}

function scrapedWindowsOf(criterion: Criterion): number[] {
  switch (criterion.kind) {
    case 'above':
    case 'below':
      return [criterion.value.window];
    case 'tracks':
      return [criterion.over];
    case 'coincides':
      return [...scrapedWindowsOf(criterion.event), ...scrapedWindowsOf(criterion.spike)];
    case 'not':
      return scrapedWindowsOf(criterion.of);
    case 'all':
    case 'any':
      return criterion.of.flatMap(scrapedWindowsOf);
    default:
      return [];
  }
}
