import type { Ending, Incident } from '../domain/incident.ts';
import type { ApiTick } from './api-tick.ts';
import { mainSpan, spanOf, withoutOpen, withSpan } from './cause-spans.ts';
import { type Measured, withMeasured } from './course.ts';
import { withEvidence, withoutEvidence } from './evidence-log.ts';
import { goesOnUntil } from './flapping.ts';
import { coincidesWithEnd, happenedBefore, withHappenings } from './happenings.ts';
import { withHurt } from './hurt-log.ts';
import { addCounts } from './vantage-counts.ts';

/** For so long after the begin events and changes of the time before it still come in, seconds. */
const LATE = 120;
const MOST_INTERRUPTIONS = 20;
/** An end that is known less exactly than this was not seen, seconds. */
const AWAY = 60;

/** The account of one failure, tick by tick. Pure: each step gives a new one. */

/** A failure of which nothing has been told yet. @param began Unix seconds. */
export function begun(apiservice: string, id: string, began: number): Incident {
  return {
    id,
    apiservice,
    began,
    state: 'failing',
    lastFailing: began,
    returned: 0,
    interruptions: [],
    pattern: 'none',
    cause: 'unknown',
    category: 'unknown',
    title: '',
    confidence: 0,
    causes: [],
    evidence: [],
    before: [],
    vantages: [],
    hurt: [],
    hurtCounts: {},
  };
}

/** @param measured since the tick before. */
export function failing(incident: Incident, tick: ApiTick, measured: Measured): Incident {
  const now = Math.max(tick.time, incident.lastFailing);
  const first = incident.causes.length === 0;
  const span = spanOf({ ...tick, time: first ? incident.began : now });
  const causes = withSpan(incident.causes, span);
  const { cause, category, title, confidence } = mainSpan(causes, now);
  const { api, cluster, pattern, diagnosis } = tick;
  return {
    ...incident,
    state: 'failing',
    lastFailing: now,
    ...(pattern && { pattern: pattern.name }),
    causes,
    ...{ cause, category, title, confidence },
    evidence: withEvidence(incident.evidence, { ...tick, time: now }),
    ...(api && now - incident.began <= LATE && { before: happenedBefore(incident.began, api, cluster) }),
    ...measuredToo(incident, now, measured),
    ...(api && withHappenings(incident, now, api, cluster)),
    ...(api && withHurt(incident, api)),
    ...(diagnosis?.together && sharedBy(incident, diagnosis.together)),
  };
}

/** Of the groups that it was in, the one with the most APIs says most. */
function sharedBy({ shared }: Incident, together: NonNullable<Incident['shared']>): Pick<Incident, 'shared'> {
  return shared && shared.apiservices.length > together.apiservices.length ? { shared } : { shared: together };
}

/** Every vantage passes, a moment after it failed: what is said stays as it is. */
export function recovering(incident: Incident, tick: ApiTick, measured: Measured): Incident {
  return { ...incident, state: 'recovering', ...measuredToo(incident, tick.time, measured) };
}

function measuredToo({ vantages, course }: Incident, now: number, measured: Measured): Pick<Incident, 'vantages' | 'course'> {
  return { vantages: addCounts(vantages, measured.asked), course: withMeasured(course, now, measured) };
}

/** Neither ended nor going on. */
export function unobserved(incident: Incident): Incident {
  return incident.state === 'not-observed' ? incident : { ...incident, state: 'not-observed' };
}

/** @param away whether nobody looked since it was last seen to fail, whatever the times say. */
export function ended(incident: Incident, tick: ApiTick, away: boolean): Incident {
  const at = Math.max(endOf(tick), incident.lastFailing, incident.began);
  const ending = endingOf(tick.state, away || at - incident.lastFailing > AWAY);
  const by = ending === 'recovered' && tick.api ? coincidesWithEnd(incident.began, at, tick.api, tick.cluster) : undefined;
  const stays = ending === 'recovered' || ending === 'while-away';
  return {
    ...incident,
    state: 'ended',
    ended: at,
    ending,
    // What was held and met was last seen so when it last failed.
    causes: withoutOpen(incident.causes, ending === 'recovered' ? at : incident.lastFailing),
    evidence: withoutEvidence(incident.evidence, ending === 'recovered' ? at : incident.lastFailing),
    goesOnUntil: stays ? goesOnUntil(incident.began, at, tick.pattern) : at,
    uncounted: true,
    ...(by && { endedBy: by }),
  };
}

function endOf({ time, verdict, api, state }: ApiTick): number {
  if (state === 'deleted') return (api?.deletedAt ?? time * 1000) / 1000;
  return verdict?.endedAt ?? time;
}

function endingOf(state: ApiTick['state'], away: boolean): Ending {
  if (state === 'deleted' || state === 'not-watched') return state;
  return away ? 'while-away' : 'recovered';
}

/** Over for good: it is in the counters now. */
export function counted({ uncounted: _, ...incident }: Incident): Incident {
  return incident;
}

/** The same failure once more. */
export function returned(incident: Incident, tick: ApiTick, measured: Measured): Incident {
  const { ended: from = tick.time, ending: _, endedBy: __, goesOnUntil: ___, uncounted: ____, ...open } = incident;
  const to = Math.max(from, tick.verdict?.since ?? tick.time);
  const interruptions = [...incident.interruptions, { from, to }].slice(-MOST_INTERRUPTIONS);
  return failing({ ...open, returned: incident.returned + 1, interruptions, lastFailing: to }, tick, measured);
}
