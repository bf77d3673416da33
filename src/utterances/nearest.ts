import { roleOf, type Signature, type SignatureRole } from '../domain/signature.ts';
import type { Speaker } from '../domain/snapshot.ts';
import type { Utterance } from '../domain/utterance.ts';
import { classifyAll } from '../signatures/classify.ts';
import { withoutForeignText } from '../signatures/foreign-text.ts';
import { linksOf } from './links.ts';
import { mayTellOfFailure } from './may-fail.ts';
import { meaningOf } from './meaning.ts';
import { readUtterance } from './read.ts';
import { type Addresses, dialsElsewhere } from './targets.ts';
import { isTrace } from './traces.ts';

/** What a line says: by a signature, or as its error reads. */
export interface Named {
  readonly id: string;
  readonly speaker: Speaker;
  readonly pointsTo: readonly string[];
  readonly role: SignatureRole;
  /** What it means, in words; of signatures only. */
  readonly says?: string;
  /** It is evidence only where the text names an API. */
  readonly underName?: true;
  /** It was read, so that no signature has its id. */
  readonly read?: true;
}

/** A signature, as far as its word counts here. */
type Spoken = Pick<Signature, 'id' | 'speaker' | 'role' | 'tail'> & { readonly pointsTo: readonly string[]; readonly says?: string };

/** So many lines that one signature matches are read closely; what comes after says what the last of them said. */
const MOST_ALIKE = 300;
/** So many that none matches. */
const MOST_UNKNOWN = 5000;
const UNKNOWN = '';

/** What names lines best, line by line; bounded in time, however many there are. */
export class NearestNames {
  readonly #addresses: Addresses | undefined;
  readonly #looked = new Map<string, { count: number; last: Named | undefined }>();

  /** @param addresses whose addresses the text shows elsewhere. */
  constructor(addresses?: Addresses) {
    this.#addresses = addresses;
  }

  /**
   * A signature that knows the program's own words names a line best. Where it has matched no more than the innermost reason, or a
   * victim's word around one, or where there is none, the whole error as it was built tells more.
   * @param tells whether the line may tell of a failure, where somebody has looked.
   */
  of(line: string, signature: Spoken | undefined, voice: Utterance['speaker'], tells?: boolean): Named | undefined {
    const named = signature && namedBy(signature);
    if (named?.role !== 'victim' && saysItBest(line, signature, voice)) return named;
    if (!(tells ?? mayTellOfFailure(line))) return named;
    const key = signature ? `${signature.id} ${voice}` : UNKNOWN;
    const looked = this.#looked.get(key) ?? { count: 0, last: undefined };
    this.#looked.set(key, looked);
    if (looked.count < (signature ? MOST_ALIKE : MOST_UNKNOWN)) {
      looked.count++;
      looked.last = this.#look(line, named, voice);
      return looked.last;
    }
    return signature && looked.last;
  }

  #look(line: string, named: Named | undefined, voice: Utterance['speaker']): Named | undefined {
    const read = readingOf(line, voice, this.#addresses);
    const told = [read, named].find((one) => one !== undefined && one.pointsTo.length > 0);
    if (told) return told;
    return (named && quotes(named) ? beside(line) : undefined) ?? named ?? read;
  }
}

/**
 * Words that a signature knows of the servers behind APIs the kube-apiserver prints too, of whom it asks itself: it is built of the same
 * libraries. Then the signature's meaning is not the line's, and the error as it was built tells whom it asked.
 */
function knowsItsOwn(signature: Spoken | undefined, voice: Utterance['speaker']): boolean {
  if (!signature || signature.tail) return false;
  return !(voice === 'kube-apiserver' && signature.speaker === 'aggregated-server');
}

const saysItBest = (line: string, signature: Spoken | undefined, voice: Utterance['speaker']): boolean =>
  knowsItsOwn(signature, voice) && !wasDialedElsewhere(line);

/** Then the words are those of whom it dialed, and not of whom it wanted; a signature compares no addresses. */
export function wasDialedElsewhere(line: string): boolean {
  return line.includes('dial tcp ') && dialsElsewhere(linksOf(line));
}

/** A client and a controller print what a server said; a server that sums up its own state prints nobody else's words. */
const quotes = ({ role, speaker }: Named): boolean => role === 'victim' && speaker !== 'aggregated-server';

/** A signature that knows more of a line than the victim's word that stands first in it. */
function beside(line: string): Named | undefined {
  const other = classifyAll(withoutForeignText(line)).find(({ tail, pointsTo }) => !tail && pointsTo.length > 0);
  return other && namedBy(other);
}

function namedBy(signature: Spoken): Named {
  const { id, speaker, pointsTo, says } = signature;
  return { id, speaker, pointsTo, role: roleOf(signature), ...(says === undefined ? {} : { says }) };
}

function readingOf(line: string, voice: Utterance['speaker'], addresses: Addresses | undefined): Named | undefined {
  // Of a trace the reader takes name and time only, which no client can set.
  const utterance = readUtterance(isTrace(line) ? line : withoutForeignText(line), voice, addresses);
  const meaning = utterance && meaningOf(utterance);
  if (!meaning) return undefined;
  const { speaker } = utterance;
  return {
    ...meaning,
    speaker: speaker === 'unknown' ? 'aggregated-server' : speaker,
    role: roleOfReading(meaning.pointsTo, utterance),
    read: true,
  };
}

/** What a program calls no error of its own is evidence beside one, and none by itself; kubectl prints whatever it got as information. */
function roleOfReading(pointsTo: readonly string[], { speaker, severity, target }: Utterance): SignatureRole {
  if ((severity === 'info' && speaker !== 'client') || target.role === 'webhook') return 'ordinary';
  if (pointsTo.length > 0) return 'symptom';
  return severity === 'warning' ? 'mark' : 'victim';
}
