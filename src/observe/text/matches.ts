import type { Signature } from '../../domain/signature.ts';
import type { SignatureCount } from '../../domain/snapshot.ts';
import { BUILT_IN_PATTERNS } from '../../signatures/classify.ts';
import { SIGNATURES } from '../../signatures/list.ts';
import { createScanner } from '../../signatures/scanner.ts';
import { topicOf } from './keywords.ts';
import type { Message, Voice } from './messages.ts';
import { isSymptom, looksLikeError, tellsOfFailure } from './symptoms.ts';

const BATCH_BYTES = 1 << 20;
const SAMPLE = 512;
const MOST_UNEXPLAINED = 2000;

export interface Matches {
  readonly counts: readonly SignatureCount[];
  /** Messages that say that something errs. */
  readonly symptoms: number;
  /** Error lines that no signature knows. */
  readonly unknownErrors: number;
}

let scanner: ReturnType<typeof createScanner> | undefined;

/**
 * Which signatures the messages match, each by its first. What an aggregated server would mean by a line is nothing when the
 * kube-apiserver prints it of its own clients, so such hits are left out. When no signature points anywhere, the words of the
 * error lines say what the text is about.
 */
export function matchMessages(messages: readonly Message[], time: number): Matches {
  scanner ??= createScanner(BUILT_IN_PATTERNS);
  const found = new Map<string, { signature: Signature; count: number; sample: string }>();
  let symptoms = 0;
  let unknownErrors = 0;
  const unexplained: string[] = [];
  for (let from = 0; from < messages.length; ) {
    const lines: string[] = [];
    let bytes = 0;
    const first = from;
    for (; from < messages.length && bytes < BATCH_BYTES; from++) {
      const line = messages[from]!.text.replace(/[\r\n]+/g, ' ');
      lines.push(line);
      bytes += line.length;
    }
    const named = new Array<Signature | undefined>(lines.length);
    const buffer = Buffer.from(lines.join('\n'));
    const starts = lineStarts(buffer);
    scanner.scanLines(buffer, 0, buffer.length, (pattern, _bytes, start) => {
      named[starts.get(start) ?? -1] = SIGNATURES[pattern];
    });
    lines.forEach((line, index) => {
      const signature = named[index];
      const { voice } = messages[first + index]!;
      if (!signature) {
        if (voice !== 'kube-apiserver' && looksLikeError(line)) unknownErrors++;
        if (unexplained.length < MOST_UNEXPLAINED && tellsOfFailure(line)) unexplained.push(line);
        return;
      }
      if (!isMeant(signature, voice)) return;
      if (isSymptom(signature)) symptoms++;
      const known = found.get(signature.id);
      if (known) known.count++;
      else found.set(signature.id, { signature, count: 1, sample: line.trim().slice(0, SAMPLE) });
    });
  }
  const counts: SignatureCount[] = [...found.values()].map(({ signature, count, sample }) => ({
    signature: signature.id,
    speaker: signature.speaker,
    count,
    lastAt: time,
    sample,
  }));
  const explained = [...found.values()].some(({ signature }) => signature.pointsTo.length > 0);
  const topic = explained ? undefined : topicOf(unexplained, time);
  if (topic) counts.push(topic);
  return { counts, symptoms, unknownErrors };
}

function isMeant(signature: Signature, voice: Voice): boolean {
  return !(voice === 'kube-apiserver' && signature.speaker === 'aggregated-server');
}

function lineStarts(buffer: Buffer): Map<number, number> {
  const starts = new Map<number, number>([[0, 0]]);
  for (let at = buffer.indexOf(10), line = 1; at >= 0; at = buffer.indexOf(10, at + 1), line++) starts.set(at + 1, line);
  return starts;
}
