import type { Pattern, Signature } from '../domain/signature.ts';
import { SIGNATURES } from './list.ts';
import { createMatcher } from './matcher.ts';
import { createScanner, MAX_LINE_BYTES } from './scanner.ts';

/** The built-in signatures as a scanner takes them: they match without regard to case. */
export const BUILT_IN_PATTERNS: readonly Pattern[] = SIGNATURES.map(({ id, pattern, literals }) => ({
  id,
  pattern: `(?i)${pattern}`,
  literals,
}));

let firstMatch: ReturnType<typeof createScanner> | undefined;
let matchers: readonly ReturnType<typeof createMatcher>[] | undefined;

/** The signature that names a text best: the first of the list that matches. A text is one message: line breaks in it are spaces. */
export function classifyText(text: string): Signature | undefined {
  firstMatch ??= createScanner(BUILT_IN_PATTERNS);
  const bytes = messageBytes(text);
  let found: Signature | undefined;
  firstMatch.scanLines(bytes, 0, bytes.length, (pattern) => {
    found = SIGNATURES[pattern];
  });
  return found;
}

/** All signatures that match a text, best first. */
export function classifyAll(text: string): Signature[] {
  matchers ??= BUILT_IN_PATTERNS.map(createMatcher);
  const bytes = messageBytes(text);
  return SIGNATURES.filter((_, index) => matchers![index]!.test(bytes, 0, bytes.length));
}

function messageBytes(text: string): Uint8Array {
  return Buffer.from(text.slice(0, MAX_LINE_BYTES).replace(/\s+/g, ' ')).subarray(0, MAX_LINE_BYTES);
}
