import type { Speaker } from './snapshot.ts';

/** A template of an error line. Patterns are RE2 syntax and run as automata over bytes (signatures/scanner.ts): linear time, whatever the line. */
export interface Signature {
  /** kebab-case; label `signature`. */
  readonly id: string;
  readonly speaker: Speaker;
  /** Cause ids that the line is evidence for, most likely first; empty = a symptom only. */
  readonly pointsTo: readonly string[];
  /** RE2 syntax, matched without regard to case. */
  readonly pattern: string;
  /** Lower case, each line that matches contains at least one; best ≥ 9 bytes. */
  readonly literals: readonly string[];
  /** What the line means, one sentence. */
  readonly says: string;
  /** At least two lines that match. */
  readonly matches: readonly string[];
  /** At least two lines that look alike and must not match. */
  readonly nearMisses: readonly string[];
}

/** The part of a signature that a scanner needs; what users write in YAML. Literals are derived where they are missing. */
export interface Pattern {
  readonly id: string;
  readonly pattern: string;
  readonly literals?: readonly string[];
}
