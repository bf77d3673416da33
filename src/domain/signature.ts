import type { CauseId } from './ids.ts';
import type { Speaker } from './snapshot.ts';

/**
 * What a line says of the health of the API that it is about. Only the first two mean that somebody got an error.
 * - `symptom`: a program says that something errs, and the line is evidence for a cause.
 * - `victim`: a client got an error and does not know why.
 * - `client-own`: a client got an error that may be its own alone, as a login that expired: it is a victim's word for an API that the
 *   text names, and says nothing of any API where the text names none.
 * - `ordinary`: healthy clusters print it too; beside a symptom it is evidence, alone it is none.
 * - `harmless`: programs print it while all is well, and people take it for the fault.
 * - `mark`: something happens that is neither good nor bad.
 */
export const SIGNATURE_ROLES = ['symptom', 'victim', 'client-own', 'ordinary', 'harmless', 'mark'] as const;
export type SignatureRole = (typeof SIGNATURE_ROLES)[number];

/** A template of an error line. Patterns are RE2 syntax and run as automata over bytes (src/scan): linear time, whatever the line. */
export interface Signature {
  /** kebab-case; label `signature`. */
  readonly id: string;
  readonly speaker: Speaker;
  /** Cause ids that the line is evidence for, most likely first; empty = a symptom only. */
  readonly pointsTo: readonly CauseId[];
  /** Absent = `symptom`, or `mark` where it points nowhere. */
  readonly role?: SignatureRole;
  /**
   * Any client of the server makes it print this line whenever it likes: in a log that is followed, one such line is
   * circumstantial, and what comes once a minute stays so.
   */
  readonly anyClient?: true;
  /**
   * It matches the innermost reason of an error, whatever stands before it: where the whole error is read (src/utterances), that tells
   * more, as whom the program had asked. Or it matches the frame around an error of which only the reading may know the rest.
   */
  readonly tail?: true;
  /** It is about one backend: a line of the kube-apiserver that does not say which is evidence about none. */
  readonly oneBackend?: true;
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

interface Pointer {
  readonly role?: SignatureRole;
  readonly pointsTo: readonly string[];
}

export function roleOf({ role, pointsTo }: Pointer): SignatureRole {
  return role ?? (pointsTo.length > 0 ? 'symptom' : 'mark');
}

/** The line says that somebody got an error, not only that something happens. */
export function isError(signature: Pointer): boolean {
  const role = roleOf(signature);
  return role === 'symptom' || role === 'victim';
}
