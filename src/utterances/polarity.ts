import type { Polarity } from '../domain/utterance.ts';

/** How far around the reason words are read that turn it. */
const AROUND = 160;
/** After the error: `…: connection refused; retry succeeded`, `…, recovered after 3 attempts`. */
const OVER_AFTER =
  /\b(?:succeeded|recovered|re-?established|reconnected|is (?:now )?(?:healthy|available|ready) again|back to normal|no longer)\b/i;
/** Before the error: `recovered from: …`, `retry succeeded after error: …`. Go's own `recovered` of a panic comes with that word. */
const OVER_BEFORE = /\b(?:succeeded (?:after|despite)|recovered (?:from|after)|no longer)\b/i;
const DENIED_BEFORE = /(?:\bno|\bnot an?|\bwithout(?: any)?|\bisn't an?|\bzero|\bignoring) (?:\w{1,20} ){0,2}["'`]?$/i;
const UNTURNED = /\b(?:not|never|n't|cannot|until|unless|yet|failed to|unable to|could not) (?:\w{1,20} ){0,2}$/i;

/** Whether the message says that the failure stands. @param found where its reason stands in the text. */
export function polarityOf(text: string, found: { readonly at: number; readonly end: number }): Polarity {
  const before = text.slice(Math.max(0, found.at - AROUND), found.at);
  const after = text.slice(found.end, found.end + AROUND);
  if (DENIED_BEFORE.test(before.slice(-60)) || /^[^:]{0,80}\?\s*$/.test(after)) return 'denied';
  return says(OVER_AFTER, after) || says(OVER_BEFORE, before) ? 'over' : 'failed';
}

function says(words: RegExp, text: string): boolean {
  const match = words.exec(text);
  return match !== null && !UNTURNED.test(text.slice(Math.max(0, match.index - 40), match.index));
}
