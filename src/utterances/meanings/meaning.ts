import type { CauseId } from '../../domain/ids.ts';
import type { Reason, Step, TargetRole, Utterance } from '../../domain/utterance.ts';

/** What an error means. Every part that is given must fit. */
export interface Meaning {
  /** kebab-case; stands where the id of a signature stands. */
  readonly id: string;
  readonly roles: readonly TargetRole[];
  readonly reasons?: readonly Reason[];
  readonly steps?: readonly Step[];
  readonly speakers?: readonly Utterance['speaker'][];
  /** Causes that it is evidence for, most likely first; none = only a victim speaks. One alone = the error names it. */
  readonly pointsTo: readonly CauseId[];
  /** It counts only where the text names an API: who pastes it under that name has chosen it. */
  readonly underName?: true;
  /** Why: how the programs work. */
  readonly because: string;
}

export const CERTIFICATE: readonly Reason[] = [
  'certificate-expired',
  'certificate-name',
  'certificate-untrusted',
  'certificate-usage',
  'certificate-unreadable',
];
export const VANISHED: readonly Reason[] = ['timed-out', 'deadline'];
export const BROKEN_OFF: readonly Reason[] = ['reset', 'closed', 'going-away'];
export const NO_ANSWER: readonly Reason[] = ['deadline', 'timed-out', 'canceled', 'connection-lost'];
/** The server behind the API, as far as the text tells. */
export const SERVER: readonly Utterance['speaker'][] = ['aggregated-server', 'unknown'];
