import { UNKNOWN } from '../diagnose/scoring.ts';
import type { CauseSpan } from '../domain/incident.ts';
import type { ApiTick } from './api-tick.ts';

const MOST_SPANS = 24;
/** What was said first stays, whatever came after it. */
const FIRST_SPANS = 8;
const LONGEST_TITLE = 256;

/** The verdict of a tick as a span that begins with it. */
export function spanOf({ verdict, diagnosis, time }: ApiTick): CauseSpan | undefined {
  if (!verdict) return undefined;
  const { cause, category, confidence } = verdict;
  const title = cause === UNKNOWN ? UNKNOWN_TITLE : diagnosis?.cause === cause ? diagnosis.title : cause;
  return { cause, category, confidence, title: title.slice(0, LONGEST_TITLE), from: time };
}

const UNKNOWN_TITLE = 'The cause is not known';

/** Goes on with the last span where the cause is the same, also after a pause. */
export function withSpan(spans: readonly CauseSpan[], now: CauseSpan | undefined): readonly CauseSpan[] {
  if (!now) return spans;
  const last = spans.at(-1);
  // What ends takes its evidence with it: the last moments of a mend are unsure of what they mend.
  if (last?.cause === now.cause)
    return [...spans.slice(0, -1), { ...now, from: last.from, confidence: Math.max(last.confidence, now.confidence) }];
  const closed = withoutOpen(spans, now.from);
  return [...(closed.length < MOST_SPANS ? closed : closed.toSpliced(FIRST_SPANS, 1)), now];
}

/** Nothing is held any more since then. */
export function withoutOpen(spans: readonly CauseSpan[], at: number): readonly CauseSpan[] {
  const last = spans.at(-1);
  return last && last.to === undefined ? [...spans.slice(0, -1), { ...last, to: Math.max(last.from, at) }] : spans;
}

/** What the incident is called after: the named cause that was held the longest, the later one of two; `unknown` only where none was named. */
export function mainSpan(spans: readonly CauseSpan[], now: number): CauseSpan {
  const held = new Map<string, number>();
  for (const { cause, from, to = now } of spans) if (cause !== UNKNOWN) held.set(cause, (held.get(cause) ?? 0) + to - from);
  const most = Math.max(...held.values());
  const main = spans.findLast(({ cause }) => held.get(cause) === most) ?? spans.at(-1);
  return main ?? { cause: UNKNOWN, category: 'unknown', title: UNKNOWN_TITLE, confidence: 0, from: now };
}
