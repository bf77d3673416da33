import { createHash } from 'node:crypto';
import { readSpoken, type Spoken } from './facts.ts';
import { printed, wraps } from './fill.ts';
import { type Place, placeOf } from './place.ts';
import { type Subject, subjectOf } from './subject.ts';

/** One text, and what the reader makes of it. */
export interface Measured {
  readonly spoken: Spoken;
  readonly subject: Subject;
  /** It stands around the error of somebody else, which says what happened. */
  readonly wraps: boolean;
  readonly place: Place | undefined;
  /** What is made of the text where the error inside of it is one that nobody knows. Of one that wraps nothing the same as `place`. */
  readonly alone: Place | undefined;
}

/** An inner error that no program prints: what is read then are the words around it. */
const UNKNOWN_ERROR = 'the tide is out';

/** Each text once, however many packages say it: the first in the order of programs. */
export function measureSpoken(spoken: readonly Spoken[] = readSpoken()): Measured[] {
  const once = new Map<string, Spoken>();
  for (const one of spoken) if (!once.has(one.format)) once.set(one.format, one);
  return [...once.values()].map((one) => {
    const subject = subjectOf(one);
    const place = placeOf(one, printed(one, subject));
    const around = wraps(one);
    return { spoken: one, subject, wraps: around, place, alone: around ? placeOf(one, printed(one, subject, UNKNOWN_ERROR)) : place };
  });
}

/** Those that name a failure of a connection, a certificate, a right, a limit, a dependency or a pod. */
export function named(measured: readonly Measured[]): Measured[] {
  return measured.filter(({ subject }) => subject !== 'other');
}

/** The same ones as long as the texts are the same: those whose hashes are lowest. */
export function sampleOf(measured: readonly Measured[], size: number): Measured[] {
  const hash = ({ spoken }: Measured) => createHash('sha256').update(spoken.format).digest('hex');
  return measured
    .map((one) => ({ one, order: hash(one) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, size)
    .map(({ one }) => one);
}
