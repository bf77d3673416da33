import type { Diagnoses } from '../../domain/diagnosis.ts';
import type { Catalogue } from '../catalogue.ts';
import type { GenerateOptions } from '../options.ts';
import type { Prometheus } from '../prometheus.ts';
import { type Comparison, compare } from './compare.ts';
import { type ExporterLedger, ledgerOfAnswer, ledgerOfMetrics, marksOf } from './exporter-ledger.ts';
import { ledgerInRules, placeOf, type RulesLedger } from './rules-ledger.ts';
import type { Where } from './where.ts';

export const EXPLANATION_SCHEMA = 'aggregated-api-exporter/explanation/v1';

/** The ledger of one API as the rules have it, beside the exporter's own. */
export interface Explanation extends Where, Comparison {
  readonly schema: typeof EXPLANATION_SCHEMA;
  readonly rules: RulesLedger;
  readonly exporter: ExporterLedger;
}

export interface ExplainRequest {
  readonly apiservice: string;
  /** Labels that tell which cluster is meant, where there are several. */
  readonly cluster: Readonly<Record<string, string>>;
  readonly prometheus: Prometheus;
  readonly catalogue: Catalogue;
  readonly options: GenerateOptions;
  /** Asks the exporter itself; without it, what Prometheus scraped of it is read. */
  readonly ask?: () => Promise<Diagnoses>;
}

/** @throws Error that names what was asked and what was answered. */
export async function explain({ apiservice, cluster, prometheus, catalogue, options, ask }: ExplainRequest): Promise<Explanation> {
  const where = await placeOf(apiservice, cluster, prometheus, options);
  const marks = await marksOf(where, prometheus.query);
  const rules = await ledgerInRules(where, prometheus, options);
  // Its own answer is of now; its metrics are read as they were when the rules read them.
  const exporter = ask
    ? ledgerOfAnswer(await ask(), where, marks)
    : await ledgerOfMetrics(where, prometheus.query, rules.evaluatedAt, marks);
  return { schema: EXPLANATION_SCHEMA, ...where, rules, exporter, ...compare(rules, exporter, catalogue, options) };
}
