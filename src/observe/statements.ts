import type { ProbeTally } from '../domain/probe.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import type { Statement, TextMatches } from './text-matches.ts';

/** A failure that came again within so long is not ended by one pass. */
const RECURS_MS = 60_000;

/** Hands in what an API's condition, events and failing probes say now. */
export function readTexts(texts: TextMatches, api: Pick<ApiFacts, 'name' | 'condition' | 'events' | 'probes'>, now: number): void {
  const { name, condition, events, probes } = api;
  texts.stand(name, [...statedBy(condition, now), ...probes.flatMap((tally) => statementsOf(tally, now))], now);
  if (events.state !== 'observed') return;
  // What a Normal event tells is a change, and known as one.
  for (const event of events.value.recent)
    if (event.type !== 'Normal') texts.record(name, event.message, event.at, `${event.object} ${event.reason}`);
}

function statedBy(condition: ApiFacts['condition'], now: number): Statement[] {
  if (condition.state !== 'observed' || condition.value.status === 'True') return [];
  return [{ text: condition.value.message, at: condition.value.lastTransition ?? now, where: 'condition', from: 'condition' }];
}

/**
 * What the kube-apiserver says to a probe now; of a connection of our own the reason of its failure is known.
 */
function statementsOf({ vantage, request, target, last, lastFailure, recurred }: ProbeTally, now: number): Statement[] {
  if (vantage !== 'aggregator' || !lastFailure?.detail) return [];
  const recurs = now - (recurred?.[lastFailure.reason ?? 'other'] ?? Number.NEGATIVE_INFINITY) <= RECURS_MS;
  return last.ok && !recurs
    ? []
    : [{ text: lastFailure.detail, at: lastFailure.at, where: `${request} ${target}`, from: request === 'list' ? 'list' : 'client' }];
}
