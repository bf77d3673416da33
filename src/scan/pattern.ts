/** What a scanner looks for. */
export interface Pattern {
  /** Stands in error messages. */
  readonly id: string;
  /** RE2 syntax, matched against single lines. */
  readonly pattern: string;
  /**
   * Lower case; each line that matches contains at least one of them, in whatever case. Of a pattern with a fallback, which somebody else
   * wrote, they are used only where none can be derived from the pattern itself.
   */
  readonly literals?: readonly string[];
  /**
   * Judges lines where the engine's own parser does not resolve the pattern; `re2Test` of re2.ts knows all of RE2. Without it such a
   * pattern is a PatternError: who has written the patterns need not load it.
   */
  readonly fallback?: (pattern: Pattern) => LineTest;
}

/** Whether a line of UTF-8 matches: bytes[start, end), without its newline. Linear time in its length. */
export type LineTest = (bytes: Uint8Array, start: number, end: number) => boolean;

/** A pattern that is not RE2 syntax. The message begins with its id in quotes, and says what is wrong. */
export class PatternError extends Error {}
