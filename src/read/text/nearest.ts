import { roleOf, type Signature, type SignatureRole } from '../../domain/signature.ts';
import type { Speaker } from '../../domain/snapshot.ts';
import { withoutForeignText } from '../../signatures/foreign-text.ts';
import { meaningOf } from '../../utterances/meaning.ts';
import { readUtterance } from '../../utterances/read.ts';
import type { Voice } from './messages.ts';

/** What a line says: by a signature, or as its error reads. */
export interface Named {
  readonly id: string;
  readonly speaker: Speaker;
  readonly pointsTo: readonly string[];
  readonly role: SignatureRole;
  /** What it means, in words; of signatures only. */
  readonly says?: string;
  /** It was read, so that no signature has its id. */
  readonly read?: true;
}

/**
 * What names a line best. A signature that knows the program's own words does; where it has matched no more than the innermost
 * reason, or a victim's word around one, or where there is none, the whole error as it was built tells more.
 */
export function nearest(line: string, signature: Signature | undefined, voice: Voice): Named | undefined {
  const named = signature && namedBy(signature);
  if (signature && !signature.tail && named?.role !== 'victim') return named;
  const read = readingOf(line, voice);
  if (!read || (named && read.pointsTo.length === 0)) return named;
  return read;
}

function namedBy(signature: Signature): Named {
  const { id, speaker, pointsTo, says } = signature;
  return { id, speaker, pointsTo, says, role: roleOf(signature) };
}

function readingOf(line: string, voice: Voice): Named | undefined {
  const utterance = readUtterance(withoutForeignText(line), voice);
  const meaning = utterance && meaningOf(utterance);
  if (!meaning) return undefined;
  const { speaker, severity } = utterance;
  return {
    ...meaning,
    speaker: speaker === 'unknown' ? 'aggregated-server' : speaker,
    role: roleOfReading(meaning.pointsTo, speaker === 'client' ? undefined : severity),
    read: true,
  };
}

/** What a program calls no error of its own is evidence beside one, and none by itself; kubectl prints whatever it got as information. */
function roleOfReading(pointsTo: readonly string[], severity: string | undefined): SignatureRole {
  if (severity === 'info') return 'ordinary';
  if (pointsTo.length > 0) return 'symptom';
  return severity === 'warning' ? 'mark' : 'victim';
}
