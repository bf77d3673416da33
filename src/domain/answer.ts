import type { HarmlessLine } from './snapshot.ts';

/**
 * What can be said of an API, or of all of them. Four answers that are never confused: `healthy` means that something shows that
 * the API answers, `errs-cause-unknown` that somebody got an error, `nothing-to-judge` that there is no API or no observation of one.
 */
export const ANSWERS = ['healthy', 'diagnosed', 'errs-cause-unknown', 'nothing-to-judge'] as const;
export type Answer = (typeof ANSWERS)[number];

export interface ApiAnswer {
  readonly apiservice: string;
  readonly answer: Answer;
  /** What shows it, in words. */
  readonly because: string;
  /** Lines that look bad and are not. */
  readonly harmless?: readonly HarmlessLine[];
}

/** Stands in the place of an API's name where a text tells of one and does not name it. */
export const UNNAMED_API = 'unknown';

/** Worst first. One API that nobody observed keeps the whole from being healthy. */
const WORST_FIRST: readonly Answer[] = ['diagnosed', 'errs-cause-unknown', 'nothing-to-judge', 'healthy'];

/** The answer of the whole: the worst of its APIs; without any there is nothing to judge. */
export function wholeAnswer(answers: readonly ApiAnswer[]): Answer {
  return WORST_FIRST.find((worst) => answers.some(({ answer }) => answer === worst)) ?? 'nothing-to-judge';
}
