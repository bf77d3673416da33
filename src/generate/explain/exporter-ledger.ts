import type { Diagnoses, Diagnosis } from '../../domain/diagnosis.ts';
import type { Query } from '../prometheus.ts';
import { seriesOf, type Where } from './where.ts';

interface ExporterCandidate {
  readonly cause: string;
  readonly confidence: number;
  readonly score?: number;
  /** Absent where only metrics tell: they have no evidence. */
  readonly evidence?: readonly { readonly id: string; readonly says: string; readonly points: number; readonly since?: number }[];
}

/** What the exporter itself says of that API. Times are Unix seconds. */
export interface ExporterLedger {
  /** `exporter`: its own answer; `metrics`: what Prometheus scraped of it. */
  readonly from: 'exporter' | 'metrics';
  readonly at: number;
  readonly state: 'failing' | 'recovering' | 'no-failure';
  readonly verdict?: { readonly cause: string; readonly confidence: number; readonly since?: number };
  /** Surest first; with `exporter` at most six. */
  readonly candidates: readonly ExporterCandidate[];
  readonly catalogue: string | undefined;
}

/** As the exporter answers it. @param time of the answer where it has none of its own. */
export function ledgerOfAnswer({ time, diagnoses }: Diagnoses, where: Where, marks: ExporterMarks): ExporterLedger {
  const found = diagnoses.find(({ apiservice }) => apiservice === where.apiservice);
  return {
    from: 'exporter',
    at: time ?? marks.now,
    state: found?.state ?? 'no-failure',
    ...(found === undefined ? {} : { verdict: verdictOf(found) }),
    candidates: found === undefined ? [] : candidatesOf(found),
    catalogue: marks.catalogue,
  };
}

/** What only its metrics say. */
export interface ExporterMarks {
  readonly now: number;
  readonly catalogue: string | undefined;
}

function verdictOf({ cause, confidence, since }: Diagnosis): NonNullable<ExporterLedger['verdict']> {
  return { cause, confidence, ...(since === undefined ? {} : { since }) };
}

/** The others of `alternatives` have their scores; that of the verdict is what the points of its evidence and its prior sum to, unsaid here. */
function candidatesOf({ cause, confidence, evidence, alternatives }: Diagnosis): ExporterCandidate[] {
  return [{ cause, confidence, evidence }, ...alternatives.map((one) => ({ ...one }))];
}

/** As Prometheus scraped it, at one moment: of several replicas the surest. */
export async function ledgerOfMetrics(where: Where, query: Query, at: number, marks: ExporterMarks): Promise<ExporterLedger> {
  const of = (metric: string, by: string) => query(`max by (${by}) (${seriesOf(metric, where)})`, at);
  const [diagnosis, failing, confidences] = await Promise.all([
    of('aggregated_api_diagnosis', 'cause'),
    of('aggregated_api_failing', 'apiservice'),
    of('aggregated_api_diagnosis_confidence', 'cause'),
  ]);
  const candidates = confidences
    .map(({ labels, value }) => ({ cause: labels.cause ?? '', confidence: value }))
    .sort((a, b) => b.confidence - a.confidence);
  const named = new Set(diagnosis.flatMap(({ labels, value }) => (value === 1 && labels.cause !== undefined ? [labels.cause] : [])));
  const verdict = candidates.find(({ cause }) => named.has(cause));
  return {
    from: 'metrics',
    at,
    state: verdict === undefined ? 'no-failure' : failing[0]?.value === 0 ? 'recovering' : 'failing',
    ...(verdict === undefined ? {} : { verdict }),
    candidates,
    catalogue: marks.catalogue,
  };
}

/** The catalogue of the exporter that watches that cluster; undefined where it does not say. */
export async function marksOf(where: Where, query: Query): Promise<ExporterMarks> {
  const matchers = Object.entries(where.cluster).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  const [[clock], [mark]] = await Promise.all([
    query('vector(time())'),
    query(`aggregated_api_exporter_catalogue_info{${matchers.join(', ')}}`),
  ]);
  return { now: clock?.value ?? Number.NaN, catalogue: mark?.labels.catalogue };
}
