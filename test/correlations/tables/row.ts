import type { CauseId } from '../../../src/domain/ids.ts';
import type { Situation } from '../../support/situation.ts';

/** One cause: a situation in which it is the verdict, and the last one beside it in which it must not be. */
export interface Row {
  readonly cause: CauseId;
  readonly match: Situation;
  readonly miss: Situation;
  /** What makes the difference, after "not when". */
  readonly because: string;
  /** Ticks of ten seconds that the situations last; 7 where nothing else is said. */
  readonly ticks?: number;
  /** What the other situation is called instead; undefined where only the cause itself is excluded, null where nothing may be named. */
  readonly instead?: CauseId | 'unknown' | null;
}
