/** What a scanner looks for. */
export interface Pattern {
  /** Stands in error messages. */
  readonly id: string;
  /** RE2 syntax, matched against single lines. */
  readonly pattern: string;
  /**
   * Lower case; each line that matches contains at least one of them, in whatever case. Used only where none can be derived from
   * the pattern itself.
   */
  readonly literals?: readonly string[];
}

/** A pattern that is not RE2 syntax. The message begins with its id in quotes, and says what is wrong. */
export class PatternError extends Error {}
