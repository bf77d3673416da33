import type { HeldVerdict } from '../diagnose/held-verdict.ts';
import type { Diagnoses } from '../domain/diagnosis.ts';
import type { Logger } from '../source/logger.ts';

/** Lines of one API at once, and after that one per so much time: an API that flaps must not push everything else out of the log. */
const BURST = 6;
const REFILL_MS = 120_000;

export interface VerdictLog {
  /** Says what is new in this round. */
  follow(round: { readonly verdicts: ReadonlyMap<string, HeldVerdict>; readonly diagnoses: Diagnoses }): void;
}

type Event = 'onset' | 'cause-changed' | 'recovering' | 'end' | 'not-observed' | 'gone';

const MESSAGES: Readonly<Record<Event, string>> = {
  onset: 'an aggregated API fails',
  'cause-changed': 'another cause is named for the failure of an aggregated API',
  recovering: 'nothing errs any more at an aggregated API that failed',
  end: 'the failure of an aggregated API is over',
  'not-observed': 'whether an aggregated API that failed still does is not observed any more',
  gone: 'an aggregated API that failed is gone',
};

const OVER: ReadonlySet<Phase['state']> = new Set(['recovered', 'not-observed', 'gone']);

/** What was last said of an API, and what happened since without being said. */
interface Said {
  phase: Phase;
  tokens: number;
  at: number;
  unsaid: number;
  /** The phase of the last round. */
  last: Phase;
}

interface Phase {
  readonly state: HeldVerdict['state'] | 'not-observed' | 'gone';
  readonly verdict: HeldVerdict;
}

/**
 * One line (info) for each onset, change of cause, recovery and end of a failure. What an API's budget keeps back is counted in `unsaid` of
 * its next line; its newest state is always said in the end.
 * @param now milliseconds of a clock that nobody sets.
 */
export function createVerdictLog(log: Pick<Logger, 'info'>, now: () => number = () => performance.now()): VerdictLog {
  const said = new Map<string, Said>();

  return {
    follow({ verdicts, diagnoses }) {
      const examined = new Set(diagnoses.examined);
      for (const name of new Set([...verdicts.keys(), ...said.keys()])) {
        const before = said.get(name);
        const phase = phaseOf(verdicts.get(name), before, examined.has(name));
        if (!phase) said.delete(name);
        else one(name, phase, before, diagnoses);
      }
    },
  };

  function one(name: string, phase: Phase, before: Said | undefined, diagnoses: Diagnoses): void {
    // A failure that was over before anybody looked is no news.
    if (!before && phase.state !== 'failing') return;
    const own = before ?? { phase, last: phase, tokens: BURST, at: now(), unsaid: 0 };
    if (before && eventOf(before.last, phase)) own.unsaid++;
    own.last = phase;
    refill(own, now());
    said.set(name, own);
    if (own.tokens >= 1) say(name, own, before && own.phase, diagnoses);
  }

  /** @param before what was last said of it; undefined = nothing was. */
  function say(name: string, own: Said, before: Phase | undefined, diagnoses: Diagnoses): void {
    const phase = own.last;
    const changed = before ? eventOf(before, phase) : 'onset';
    // It came back to what was said of it, by ways that were not.
    const event = changed ?? (own.unsaid > 0 ? eventNamed(phase) : undefined);
    if (!event) return;
    const unsaid = before && changed ? own.unsaid - 1 : own.unsaid;
    log.info(fieldsOf(name, event, { phase, before, unsaid, diagnoses }), MESSAGES[event]);
    Object.assign(own, { phase, unsaid: 0, tokens: own.tokens - 1 });
  }
}

function refill(own: Said, at: number): void {
  own.tokens = Math.min(BURST, own.tokens + (at - own.at) / REFILL_MS);
  own.at = at;
}

/** Undefined: there is nothing to say of it, now or later. */
function phaseOf(verdict: HeldVerdict | undefined, before: Said | undefined, examined: boolean): Phase | undefined {
  if (verdict) return { state: verdict.state, verdict };
  if (!before) return undefined;
  const { phase } = before;
  // Over, and said so: forgotten as soon as its budget is full again, so that flapping for hours stays one budget.
  if (OVER.has(phase.state)) return before.tokens >= BURST ? undefined : phase;
  return { state: examined ? 'not-observed' : 'gone', verdict: phase.verdict };
}

function eventOf(before: Phase, after: Phase): Event | undefined {
  if (before.state === after.state)
    return after.state === 'failing' && before.verdict.cause !== after.verdict.cause ? 'cause-changed' : undefined;
  return eventNamed(after);
}

function eventNamed({ state }: Phase): Event {
  return state === 'failing' ? 'onset' : state === 'recovered' ? 'end' : state;
}

function fieldsOf(
  apiservice: string,
  event: Event,
  { phase: { verdict }, before, unsaid, diagnoses }: { phase: Phase; before: Phase | undefined; unsaid: number; diagnoses: Diagnoses },
): object {
  const diagnosis = diagnoses.diagnoses.find((one) => one.apiservice === apiservice);
  const evidence = diagnosis?.cause === verdict.cause ? diagnosis.evidence.map(({ id }) => id) : [];
  return {
    event,
    apiservice,
    cause: verdict.cause,
    ...(event === 'cause-changed' && { before: before?.verdict.cause }),
    category: verdict.category,
    confidence: Math.round(verdict.confidence * 1000) / 1000,
    ...(diagnosis && { pattern: diagnosis.pattern }),
    ...(evidence.length > 0 && { evidence }),
    since: isoTime(verdict.since),
    ...(verdict.endedAt !== undefined && { ended: isoTime(verdict.endedAt), seconds: Math.round(verdict.endedAt - verdict.since) }),
    ...(unsaid > 0 && { unsaid }),
  };
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
