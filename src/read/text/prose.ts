import { startsLogLine } from './lines.ts';

/** A person who speaks: programs do not say "I" or "we", nor greet. */
const PERSON =
  /\bI(?:['’](?:m|ve|d))?\s[a-z]|\b(?:we|we['’](?:re|ve)|anyone|anybody|somebody|hi|hello|hey|thanks|thank you|any ideas?|could it be|what does|why does|how (?:do|can))(?=[\s,.!?])|\b(?:my|our) [a-z]/i;
/** What stands in a line of a program and hardly ever in a sentence of a person. */
const PROGRAM =
  /\w+=["\w[]|\b\w+\.go:\d|^\s*"|[{}]|\b\d\d:\d\d:\d\d|^\s*(?:error|warning|fatal|panic|failed|unable|cannot|curl|x509|tls|the connection to the server|get|unauthorized)\b|^\s*\S{1,40}: /i;
const FUNCTION_WORDS =
  /\b(?:the|a|an|is|are|was|were|be|been|has|have|had|it|this|that|these|they|not|no|but|and|or|so|if|when|while|after|before|because|since|there|then|with|without|for|of|to|in|on|at|by|from|should|would|could|can|may|might|will|did|does|do|isn't|wasn't|doesn't|didn't)\b/gi;
/** Release notes and lists of changes. */
const CHANGE =
  /^\s*(?:[-*•+]|\d{1,3}[.)])?\s*(?:\*\*)?(?:fix(?:e[sd])?|add(?:s|ed)?|bump(?:s|ed)?|remove[sd]?|update[sd]?|improve[sd]?|upgrade[sd]?|support(?:s|ed)?|deprecate[sd]?|prevent(?:s|ed)?|avoid(?:s|ed)?|handle[sd]?|allow(?:s|ed)?|refactor(?:ed)?|release notes?|changelog|what's changed|feat|chore|docs)\b[\s:(!*]/i;
/** What is shorter says nothing that a signature would take for an error. */
const SHORTEST = 12;
const FUNCTION_WORDS_OF_A_SENTENCE = 4;

/** An error that a person quotes within a sentence. */
const QUOTED_ERROR = /["“”'‘`]((?:Error from server|error:|Error:|E\d{4} )[^"“”`]{1,2000})/;

/**
 * True when a person says it, not a program: "I thought it was OOMKilled, but it isn't" is no OOM kill. Negation is not parsed; what
 * people say in their own words has no weight at all.
 */
export function isProse(line: string): boolean {
  if (line.length < SHORTEST || !line.includes(' ')) return false;
  const text = line.length > 2000 ? line.slice(0, 2000) : line;
  if (startsLogLine(text)) return false;
  if (CHANGE.test(text)) return true;
  if (PROGRAM.test(text)) return false;
  if (PERSON.test(text)) return true;
  if (!/[.?!:]["')*]{0,3}\s*$/.test(text)) return false;
  return (text.match(FUNCTION_WORDS)?.length ?? 0) >= FUNCTION_WORDS_OF_A_SENTENCE;
}

/** What a person quotes of a program within a sentence. */
export function quotedError(line: string): string | undefined {
  return QUOTED_ERROR.exec(line.length > 4096 ? line.slice(0, 4096) : line)?.[1];
}

const NOTES_HEADING =
  /^\s*(?:#{1,6}\s*)?(?:\[?v?\d+\.\d+\.\d+\]?(?:\s*[-–(].{0,30})?\s*$|(?:release notes?|change ?log|what['’]s changed)\b)|^#{1,6}\s*(?:fixed|added|changed|removed|deprecated|bug ?fixes)\b/i;
const BULLET = /^\s*(?:[-*•+]|\d{1,3}[.)])\s/;

/** Release notes: below their heading each item of a list is a change, not an error that somebody got. */
export class ReleaseNotes {
  #open = false;

  /** True for a line of release notes. */
  holds(line: string): boolean {
    if (NOTES_HEADING.test(line.length > 200 ? line.slice(0, 200) : line) && !startsLogLine(line)) {
      this.#open = true;
      return true;
    }
    if (!this.#open || line.trim() === '') return false;
    this.#open = BULLET.test(line);
    return this.#open;
  }

  end(): void {
    this.#open = false;
  }
}
