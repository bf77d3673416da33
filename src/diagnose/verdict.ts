import type { Cause } from '../domain/cause.ts';
import { signalsOf } from '../domain/criterion.ts';
import type { Candidate, Diagnosis, SharedFailure } from '../domain/diagnosis.ts';
import { impactOf } from '../domain/impact.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import { reachInWords } from '../domain/node-reach.ts';
import type { FailurePattern } from '../domain/pattern.ts';
import { required } from '../domain/required.ts';
import type { SignalDeclaration } from '../domain/signal.ts';
import type { ApiFacts, Snapshot } from '../domain/snapshot.ts';
import type { SourceName } from '../domain/sources.ts';
import { startingUp } from '../profiles/start-up.ts';
import { notSeenOf } from './coverage.ts';
import { type EvidenceContext, evidenceOf, type MetEntry } from './evidence.ts';
import type { HeldVerdict } from './held-verdict.ts';
import type { Truth } from './moment.ts';
import { nextCheckFor, UNSURE } from './next-check.ts';
import { remedyOf, verifyOf } from './remedy.ts';
import { UNKNOWN, type Weighed } from './scoring.ts';
import { oddApiservers, vantageStates, vantagesInWords } from './vantages.ts';
import { fill } from './words.ts';

/** Everything that is known of one failing API when its verdict is written. */
export interface Judged {
  readonly api: ApiFacts;
  readonly snapshot: Snapshot;
  readonly pattern: FailurePattern;
  /** As shown: while nothing errs, those of the failure that ends. */
  readonly candidates: readonly Candidate[];
  readonly verdict: HeldVerdict;
  readonly weighed: readonly Weighed[];
  readonly truths: readonly Truth[];
  readonly entries: readonly LedgerEntry[];
  readonly causes: ReadonlyMap<string, Cause>;
  readonly signals: ReadonlyMap<string, SignalDeclaration>;
}

const MOST_ALTERNATIVES = 5;

export function candidatesOf(
  weighed: readonly Weighed[],
  context: EvidenceContext,
  explain: (entry: LedgerEntry) => MetEntry,
): Candidate[] {
  return weighed.map(({ cause, category, confidence, score, met }) => ({
    cause,
    category,
    confidence,
    score,
    evidence: met.map((entry) => evidenceOf(entry, explain(entry), context)).sort((a, b) => b.points - a.points),
  }));
}

export function verdictOn(judged: Judged, together: SharedFailure | undefined): Diagnosis {
  const { api, snapshot, pattern, candidates, causes, verdict } = judged;
  const [best, ...others] = candidates;
  const top = required(best, 'a candidate, were it unknown,');
  const cause = causes.get(top.cause);
  const notSeen = notSeenOf(api, snapshot, sourcesOfTheUnanswered(judged));
  const recovering = verdict.state === 'recovering';
  const unsure = !recovering && (top.cause === UNKNOWN || top.confidence < UNSURE);
  const nextCheck = unsure ? nextCheckFor(judged, notSeen) : undefined;
  const impact = impactOf(api);
  return {
    apiservice: api.name,
    state: recovering ? 'recovering' : 'failing',
    cause: top.cause,
    category: top.category,
    ...statementOf(cause, unsure, api),
    confidence: top.confidence,
    pattern: pattern.name,
    failures: pattern,
    evidence: top.evidence,
    alternatives: others.filter((candidate) => candidate.cause !== UNKNOWN || candidate.confidence >= 0.01).slice(0, MOST_ALTERNATIVES),
    remedy: cause ? remedyOf(cause, top.evidence, api) : [],
    ...(cause ? { verify: verifyOf(cause, api) } : {}),
    ...startOf(judged, cause),
    ...(nextCheck === undefined ? {} : { nextCheck }),
    notSeen,
    ...saidOfVantages(judged, cause),
    ...(together ? { together } : {}),
    ...(impact ? { impact } : {}),
    ...sinceOf(pattern, verdict),
    runbook: `/runbooks/${top.cause}`,
  };
}

/** From here, and from the nodes with an agent. */
function saidOfVantages({ api, snapshot }: Judged, cause: Cause | undefined): Pick<Diagnosis, 'vantages'> {
  const fromHere = vantagesInWords(vantageStates(api, snapshot.cluster), cause?.part, oddApiservers(api));
  const fromNodes = reachInWords(api.reach ?? []);
  const said = [...(fromHere === undefined ? [] : [fromHere]), ...(fromNodes === undefined ? [] : [`By agents on nodes: ${fromNodes}.`])];
  return said.length === 0 ? {} : { vantages: said.join(' ') };
}

/** Only where what is seen may be the start itself: no wait mends a panic or an expired certificate. */
function startOf({ api, snapshot, verdict }: Judged, cause: Cause | undefined): Pick<Diagnosis, 'startingUp'> {
  const another = cause !== undefined && !cause.likeAStart;
  const says = verdict.state === 'recovering' || snapshot.asOf !== undefined || another ? undefined : startingUp(api, snapshot.time);
  return says === undefined ? {} : { startingUp: says };
}

/** Title and summary are statements too: below UNSURE they are a possibility. */
function statementOf(cause: Cause | undefined, unsure: boolean, api: ApiFacts): Pick<Diagnosis, 'title' | 'summary'> {
  if (!cause) return { title: 'The cause is not known yet', summary: UNKNOWN_SUMMARY };
  const summary = fill(cause.summary, api);
  return unsure ? { title: `Possibly: ${cause.title}`, summary: `If so: ${summary}` } : { title: cause.title, summary };
}

function sinceOf(pattern: FailurePattern, { state, since, endedAt }: HeldVerdict): Pick<Diagnosis, 'since' | 'endedAt'> {
  if (state === 'recovering') return { since, ...(endedAt === undefined ? {} : { endedAt }) };
  return { since: pattern.since ?? since };
}

const UNKNOWN_SUMMARY =
  'The API fails, and nothing that was seen points strongly enough to one cause. What could not be seen, and the check that would decide it, are listed.';

/** Sources of the signals in evidence that could not be judged: what they say could still change the verdict. */
function sourcesOfTheUnanswered({ entries, truths, signals }: Judged): ReadonlySet<SourceName> {
  const sources = new Set<SourceName>();
  entries.forEach((entry, index) => {
    if (truths[index] !== undefined || entry.points <= 0) return;
    for (const name of signalsOf(entry.when)) {
      const source = signals.get(name)?.source;
      if (source) sources.add(source);
    }
  });
  return sources;
}
