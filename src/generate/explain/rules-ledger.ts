import type { GenerateOptions } from '../options.ts';
import type { Prometheus, QueryResult, Range, RangeResult } from '../prometheus.ts';
import { SERIES } from '../series.ts';
import { clusterOf, inWords, seriesOf, type Where } from './where.ts';

/** One piece of evidence as the rules have it. */
export interface RulesEvidence {
  readonly id: string;
  readonly says: string;
  readonly points: number;
  /** `look-back`: of the last hour; `inherited`: of a shallower cause; `superseded`: another cause explains this one away. */
  readonly how?: 'look-back' | 'inherited' | 'superseded';
  /** Since which evaluation it has been met without a break, Unix seconds; `before` where that is longer ago than was asked. */
  readonly since: number | 'before';
}

export interface RulesCandidate {
  readonly cause: string;
  readonly title: string;
  readonly confidence: number;
  readonly score: number;
  readonly prior: number;
  /** Most points first. */
  readonly evidence: readonly RulesEvidence[];
}

/** What the rules recorded of one API at one evaluation. Times are Unix seconds. */
export interface RulesLedger {
  /** The last evaluation of the group. */
  readonly evaluatedAt: number;
  /** When what it saw was scraped; undefined where no series of the exporter is there. */
  readonly scrapedAt: number | undefined;
  /** What the clock of the Prometheus shows. */
  readonly now: number;
  /** Undefined where it was not observed. */
  readonly errs: boolean | undefined;
  /** Since when, where it errs; `before` where that is longer ago than was asked. */
  readonly errsSince?: number | 'before';
  /** What alerts name: of the failure that ended, for a quarter of an hour. Absent where there is none. */
  readonly verdict?: { readonly cause: string; readonly confidence: number; readonly since?: number };
  /** Surest first. */
  readonly candidates: readonly RulesCandidate[];
  readonly catalogue: string | undefined;
}

/** How far back since when is looked for. */
export const LOOKED_BACK = 3600;
/** APIs that an error names. */
const MOST_NAMED = 20;

/**
 * Which API is meant: its cluster is looked up where there is one alone.
 * @throws Error that says which APIs and clusters there are.
 */
export async function placeOf(
  apiservice: string,
  wanted: Readonly<Record<string, string>>,
  { query }: Prometheus,
  options: GenerateOptions,
): Promise<Where> {
  const known = await query(SERIES.known);
  if (known.length === 0)
    throw new Error(`no series ${SERIES.known}: the rules are not loaded, or the exporter is not scraped; verify says which`);
  const all = known.filter(({ labels }) => Object.entries(wanted).every(([label, value]) => (labels[label] ?? '') === value));
  const found = all.filter(({ labels }) => labels.apiservice === apiservice).map(({ labels }) => clusterOf(labels, options));
  const [only, ...others] = found;
  if (only === undefined) {
    const names = [
      ...new Set((all.length > 0 ? all : known).map(({ labels }) => `${labels.apiservice}${inWords(clusterOf(labels, options))}`)),
    ].sort();
    throw new Error(`${SERIES.known} has no APIService ${apiservice}${inWords(wanted)}; there are ${listed(names)}`);
  }
  if (others.length > 0) {
    const places = found.map((one) =>
      Object.entries(one)
        .map(([label, value]) => `${label}=${value}`)
        .join(','),
    );
    throw new Error(`${apiservice} is in ${found.length} clusters: name one with --in; there are ${listed(places.sort())}`);
  }
  return { apiservice, cluster: only };
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The ledger of an API as the rules computed it at their last evaluation, all of it from that one moment. */
export async function ledgerInRules(where: Where, { query, range }: Prometheus, options: GenerateOptions): Promise<RulesLedger> {
  const [[clock], [evaluated]] = await Promise.all([query('vector(time())'), query(`timestamp(${seriesOf(SERIES.known, where)})`)]);
  const now = clock?.value ?? Number.NaN;
  const evaluatedAt = evaluated?.value ?? now;
  const at = (series: string) => query(series, evaluatedAt);
  const of = (metric: string) => at(seriesOf(metric, where));
  const back = { from: evaluatedAt - LOOKED_BACK, to: evaluatedAt, step: options.scrapeInterval };
  const [[symptom], confidences, scores, priors, [mark], [scraped], evidence, symptoms] = await Promise.all([
    of(SERIES.symptom),
    of(SERIES.confidence),
    of(SERIES.score),
    at(SERIES.prior),
    at(SERIES.catalogue),
    at(`max(timestamp(${seriesOf('aggregated_api_info', where)}))`),
    range(seriesOf(SERIES.evidence, where), back),
    range(seriesOf(SERIES.symptom, where), back),
  ]);
  const errs = symptom === undefined ? undefined : symptom.value === 1;
  const met = metIn(evidence, back);
  return {
    evaluatedAt,
    scrapedAt: scraped?.value,
    now,
    errs,
    ...errsSince(symptoms, back),
    ...(await heldVerdict(where, (series) => query(series, now), errs === true)),
    candidates: confidences.map((one) => candidateOf(one, { scores, priors, met })).sort((a, b) => b.confidence - a.confidence),
    catalogue: mark?.labels.catalogue,
  };
}

function errsSince(symptoms: readonly RangeResult[], back: Range): Pick<RulesLedger, 'errsSince'> {
  const [since] = symptoms.flatMap(
    ({ values }) =>
      unbroken(
        values.filter(({ value }) => value === 1),
        back,
      ) ?? [],
  );
  return since === undefined ? {} : { errsSince: since };
}

/** What is met at the end of the range. */
function metIn(evidence: readonly RangeResult[], back: Range): Recorded['met'] {
  return evidence.flatMap(({ labels, values }) => {
    const since = unbroken(values, back);
    const points = values.at(-1)?.value;
    return since === undefined || points === undefined ? [] : [{ labels, since, points }];
  });
}

/** Recorded by the group of the symptoms, which is evaluated at moments of its own: it is asked now, when that group has read the diagnosis. */
async function heldVerdict(
  where: Where,
  at: (promql: string) => Promise<readonly QueryResult[]>,
  errs: boolean,
): Promise<Pick<RulesLedger, 'verdict'>> {
  const [[held], leads] = await Promise.all([at(seriesOf(SERIES.held, where)), at(seriesOf(SERIES.leadSince, where))]);
  const cause = held?.labels.cause;
  if (held === undefined || cause === undefined || (!errs && cause === 'unknown')) return {};
  const since = leads.find(({ labels }) => labels.cause === cause)?.value;
  return { verdict: { cause, confidence: held.value, ...(since === undefined ? {} : { since }) } };
}

/** The first of the samples that follow each other up to the end, `before` where that is all; undefined where the end has none. */
export function unbroken(values: readonly { readonly at: number }[], { from, to, step }: Range): number | 'before' | undefined {
  let first: number | undefined;
  for (let index = values.length - 1, expected = to; index >= 0; index--, expected -= step) {
    const at = values[index]?.at ?? Number.NaN;
    // Times are whole milliseconds.
    if (Math.abs(at - expected) > step / 2) break;
    first = at;
  }
  return first !== undefined && first - from < step ? 'before' : first;
}

interface Recorded {
  readonly scores: readonly QueryResult[];
  readonly priors: readonly QueryResult[];
  readonly met: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly since: number | 'before';
    readonly points: number;
  }[];
}

function candidateOf({ labels, value }: QueryResult, { scores, priors, met }: Recorded): RulesCandidate {
  const cause = labels.cause ?? '';
  const of = (results: readonly QueryResult[]) => results.find((one) => one.labels.cause === cause);
  const prior = of(priors);
  return {
    cause,
    title: prior?.labels.says ?? cause,
    confidence: value,
    score: of(scores)?.value ?? Number.NaN,
    prior: prior?.value ?? Number.NaN,
    evidence: met
      .filter((one) => one.labels.cause === cause)
      .map(
        ({ labels: own, since, points }): RulesEvidence => ({ id: own.evidence ?? '', says: own.says ?? '', points, ...howOf(own), since }),
      )
      .sort((a, b) => b.points - a.points || (a.id < b.id ? -1 : 1)),
  };
}

function howOf({ look_back, inherited, superseded }: Readonly<Record<string, string>>): Pick<RulesEvidence, 'how'> {
  if (superseded !== undefined) return { how: 'superseded' };
  if (inherited !== undefined) return { how: 'inherited' };
  return look_back === undefined ? {} : { how: 'look-back' };
}
