import { headOf, startsLogLine } from './lines.ts';

/** A person who speaks: programs do not say "I" or "we", nor greet, nor ask around. */
const PERSON =
  /(?:^|[\s("“‘*_])(?:I [a-z]{2}|I['’](?:m|ve|d|ll)\b|(?:[Ww]e|[Aa]nyone|[Aa]nybody|[Ss]omebody|[Ss]omeone|[Tt]hanks|[Tt]hank you)(?=[\s,.!?]|$)|[Ww]e['’](?:re|ve)\b|(?:[Mm]y|[Oo]ur) [a-z])|^\s*(?:hi|hello|hey)\b|\b(?:any ideas?|could it be|what does|why does|how (?:do|can))\b/;
/** What people begin a remark with. */
const REMARK =
  /^\W{0,6}(?:update|edit|note|p\.?s|question|summary|expected|tl;?dr|fyi|btw|workaround|context|background|impact|anything else|describe the bug)\b[^:]{0,40}:/i;
/** Contractions of people, where nothing speaks for a program. */
const SPOKEN = /\b(?:is|was|are|were|have|has)n['’]t\b|\b(?:it|that|there|what|here)['’]s\b/i;
/** Whole sentences that programs print: the alert of the Kubernetes mixin and how Alertmanager marks its state, kubectl. */
const PRINTED =
  /^\s*\[(?:FIRING|RESOLVED)(?::\d{1,6})?\]|\baggregated API v\d\S{0,300} has\b|did you specify the right host or port|^\s*No resources found|^\s*Error from server\b/;
/** What stands in a line of a program and never in a sentence. */
const PROGRAM = /\w+=["\w[]|\b\w+\.go:\d|^\s*["|│]|[{}]|\S\s{3,}\S|\S\t/;
/** What begins a line of a program, and now and then a sentence. */
const LIKE_PROGRAM =
  /\b\d\d:\d\d:\d\d|^\s*(?:error|warning|fatal|panic|failed|unable|cannot|curl|x509|tls|the connection to the server|get|unauthorized)\b|^\s*\S{1,40}: /i;
const FUNCTION_WORDS =
  /\b(?:the|a|an|is|are|was|were|be|been|has|have|had|it|this|that|these|they|not|no|but|and|or|so|if|when|while|after|before|because|since|there|then|with|without|for|of|to|in|on|at|by|from|should|would|could|can|may|might|will|did|does|do|isn't|wasn't|doesn't|didn't)\b/gi;
/** `- [x] I searched the docs` */
const TASK = /^\s*[-*] \[[ xX]\] /;
/** Quotation marks of mail and the marks of a list stand before what is said. */
const MARKS = /^(?:\s{0,8}(?:>|[-*•+]|\d{1,3}[.)])\s)+\s{0,8}/;
/** Release notes and lists of changes. */
const CHANGE =
  /^\s*(?:[-*•+]|\d{1,3}[.)])?\s*(?:\*\*)?(?:fix(?:e[sd])?|add(?:s|ed)?|bump(?:s|ed)?|remove[sd]?|update[sd]?|improve[sd]?|upgrade[sd]?|support(?:s|ed)?|deprecate[sd]?|prevent(?:s|ed)?|avoid(?:s|ed)?|handle[sd]?|allow(?:s|ed)?|refactor(?:ed)?|release notes?|changelog|what's changed|feat|chore|docs)\b[\s:(!*]/i;
/** What is shorter says nothing that a signature would take for an error. */
const SHORTEST = 12;
const NEGATIONS = /\b(?:no|not|never|neither|nor|none|without)\b|n['’]t\b/gi;
/** `no OOMKilled, no expired certificate`: a program says one thing that is not. */
const NEGATIONS_OF_A_PERSON = 2;
/** `**What you expected to happen**:`, `### Environment`: what a form asks, and a person answers below. */
const QUESTION_OF_A_FORM = /^\s{0,3}(?:\*\*[^*]{3,120}\*\*:?|#{2,6} [^#].{0,120})\s*$/;
const WORDS_OF_AN_ANSWER = 4;
const FUNCTION_WORDS_OF_A_SENTENCE = 4;
/** A sentence that begins as a program's line does has more of them. */
const FUNCTION_WORDS_IN_DOUBT = 6;
const FUNCTION_WORDS_OF_A_PART = 2;
const ENDS = /[.?!:]["')*]{0,3}\s*$/;
const ASKS = /\?["')*]{0,3}\s*$/;

/** An error that a person quotes within a sentence. */
const QUOTED_ERROR = /["“”'‘`]((?:Error from server|error:|Error:|E\d{4} )[^"“”`]{1,2000})/;

/**
 * Tells what a person says from what a program prints: "I thought it was OOMKilled, but it isn't" is no OOM kill. Neither negation nor
 * question is parsed; what people say in their own words has no weight at all.
 */
export class Prose {
  /** The line before is prose, and its sentence goes on. */
  #goesOn = false;
  /** The lines are below a question of a form. */
  #answers = false;

  holds(line: string): boolean {
    const text = line.length > 2000 ? line.slice(0, 2000) : line;
    if (QUESTION_OF_A_FORM.test(text)) this.#answers = true;
    const said = isProse(text) || (this.#goesOn && goesOn(text)) || (this.#answers && isAnswer(text));
    this.#goesOn = said && !ENDS.test(text);
    return said;
  }

  /** A command begins, or a fence. */
  end(): void {
    this.#goesOn = false;
    this.#answers = false;
  }
}

function isProse(line: string): boolean {
  if (line.length < SHORTEST || !line.includes(' ') || startsLogLine(line)) return false;
  if (TASK.test(line) || CHANGE.test(line)) return true;
  const text = line.replace(MARKS, '');
  if (startsLogLine(text) || PRINTED.test(text)) return false;
  if (PERSON.test(text) || REMARK.test(text)) return true;
  return !PROGRAM.test(text) && isSentence(text);
}

/** Nobody shows himself in it, and nothing speaks for a program. */
function isSentence(text: string): boolean {
  const words = functionWords(text);
  if (LIKE_PROGRAM.test(text)) return words >= FUNCTION_WORDS_IN_DOUBT && ENDS.test(text) && !text.includes(': ');
  if (isPlain(text) && (text.match(NEGATIONS)?.length ?? 0) >= NEGATIONS_OF_A_PERSON) return true;
  return SPOKEN.test(text) || ASKS.test(text) || (words >= FUNCTION_WORDS_OF_A_SENTENCE && ENDS.test(text));
}

/** Nothing is quoted in it, and nothing said of something: errors are built with colons. */
const isPlain = (text: string): boolean => !/[:"'`=]/.test(text);

function isAnswer(text: string): boolean {
  if (startsLogLine(text) || PROGRAM.test(text) || LIKE_PROGRAM.test(text) || PRINTED.test(text) || !isPlain(text)) return false;
  return text.trim().split(/\s+/, WORDS_OF_AN_ANSWER).length >= WORDS_OF_AN_ANSWER;
}

/** The rest of a sentence that was wrapped: `(x509: certificate has expired), or that the`. */
function goesOn(text: string): boolean {
  const begins = /^\s{0,8}[a-z(]/.test(text) || (/^\s{0,8}[A-Z]/.test(text) && !LIKE_PROGRAM.test(text));
  if (!begins || startsLogLine(text) || PROGRAM.test(text) || PRINTED.test(text)) return false;
  return functionWords(text) >= FUNCTION_WORDS_OF_A_PART;
}

const functionWords = (text: string): number => text.match(FUNCTION_WORDS)?.length ?? 0;

/** What a person quotes of a program within a sentence. */
export function quotedError(line: string): string | undefined {
  return QUOTED_ERROR.exec(headOf(line))?.[1];
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

/** A comment that is never closed is none. */
const MOST_OF_A_COMMENT = 200;
const CLOSED = /<!--.{0,4000}?-->/g;

/** Comments of HTML: what the template of an issue asks for, and nobody sees. */
export class HtmlComments {
  #open: string[] = [];

  /** The lines that are to be read, now that this one has come. */
  without(line: string): readonly string[] {
    if (this.#open.length > 0) return this.#within(line);
    if (!line.includes('<!--')) return [line];
    const rest = line.replace(CLOSED, '');
    const at = rest.indexOf('<!--');
    if (at < 0) return rest.trim() === '' ? [] : [rest];
    if (rest.slice(0, at).trim() !== '') return [line];
    this.#open = [rest];
    return [];
  }

  #within(line: string): readonly string[] {
    const at = line.indexOf('-->');
    if (at >= 0) {
      this.#open = [];
      const rest = line.slice(at + 3);
      return rest.trim() === '' ? [] : [rest];
    }
    this.#open.push(line);
    return this.#open.length > MOST_OF_A_COMMENT ? this.end() : [];
  }

  /** The text ends: the lines of a comment that was not closed. */
  end(): readonly string[] {
    const lines = this.#open;
    this.#open = [];
    return lines;
  }
}
