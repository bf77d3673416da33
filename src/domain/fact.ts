import type { Criterion } from './criterion.ts';

/** A criterion with a name, because the evidence of several causes asks it: the rules record it once, where it holds. */
export interface Fact {
  /** kebab-case; label `fact` of the recorded series. */
  readonly name: string;
  /** What holds then: a sentence without its full stop. */
  readonly says: string;
  readonly when: Criterion;
}
