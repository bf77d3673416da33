import type { Signature } from '../domain/signature.ts';
import { SPEAKERS } from '../domain/snapshot.ts';
import { MAX_LINE_BYTES } from '../scan/line-judge.ts';
import type { Pattern } from '../scan/pattern.ts';
import type { Scanner } from '../scan/scanner.ts';
import { withoutForeignText } from './foreign-text.ts';
import { SIGNATURES } from './list.ts';
import { createLogScanner } from './log-scanner.ts';
import type { UserSignature } from './signature-file.ts';

/** The built-in signatures as a scanner takes them: they match without regard to case. */
export const BUILT_IN_PATTERNS: readonly Pattern[] = SIGNATURES.map(patternOf);

function patternOf({ id, pattern, literals }: Signature): Pattern {
  return { id, pattern: `(?i)${pattern}`, literals };
}

/** What a hit is reported as. */
export interface NamedSignature extends Pick<Signature, 'id' | 'speaker' | 'oneBackend' | 'role'> {
  /** Of a user's signature whatever stands there. */
  readonly pointsTo: readonly string[];
  /** It comes from the user, or was read: nobody else knows what it points to. */
  readonly own?: true;
}

/** The user's signatures, then the built-in ones: patterns for a scanner, and who speaks in each. A user's replaces the built-in one of its id. */
export function withUserSignatures(own: readonly UserSignature[]): {
  readonly patterns: readonly Pattern[];
  readonly signatures: readonly NamedSignature[];
} {
  if (own.length === 0) return { patterns: BUILT_IN_PATTERNS, signatures: SIGNATURES };
  const replaced = new Set(own.map(({ id }) => id));
  const kept = SIGNATURES.filter(({ id }) => !replaced.has(id));
  return {
    patterns: [...own, ...kept.map(patternOf)],
    signatures: [...own.map(({ id, speaker = SPEAKERS[0], pointsTo = [] }) => ({ id, speaker, pointsTo, own: true as const })), ...kept],
  };
}

let builtIn: Scanner | undefined;

/** The one scanner of the built-in signatures for whole lines: what it has made for one text serves the next. Streams have scanners of their own. */
export function builtInScanner(): Pick<Scanner, 'scanLines' | 'matching'> {
  builtIn ??= createLogScanner(BUILT_IN_PATTERNS);
  return builtIn;
}

/** The signature that names a text best: the first that matches. A text is one message: line breaks in it are spaces. */
export function createTextClassifier(own: readonly UserSignature[] = []): (text: string) => NamedSignature | undefined {
  const { patterns, signatures } = withUserSignatures(own);
  let scanner: Pick<Scanner, 'scanLines'> | undefined;
  return (text) => {
    scanner ??= own.length === 0 ? builtInScanner() : createLogScanner(patterns);
    const bytes = messageBytes(text);
    let found: NamedSignature | undefined;
    scanner.scanLines(bytes, 0, bytes.length, (pattern) => {
      found = signatures[pattern];
    });
    return found;
  };
}

const classifyByBuiltIn = createTextClassifier();

/** The built-in signature that names a text best. */
export function classifyText(text: string): Signature | undefined {
  return classifyByBuiltIn(text) as Signature | undefined;
}

/** What a log line says by itself, when what its program's clients put into it is left out. `found`: what it says with that. */
export function saidItself(line: string, found: Signature | undefined): Signature | undefined {
  if (!found) return undefined;
  const own = withoutForeignText(line);
  return own === line ? found : classifyText(own);
}

/** All signatures that match a text, best first. */
export function classifyAll(text: string): Signature[] {
  const bytes = messageBytes(text);
  return builtInScanner()
    .matching(bytes, 0, bytes.length)
    .flatMap((pattern) => SIGNATURES[pattern] ?? []);
}

function messageBytes(text: string): Uint8Array {
  return Buffer.from(text.slice(0, MAX_LINE_BYTES).replace(/\s+/g, ' ')).subarray(0, MAX_LINE_BYTES);
}
