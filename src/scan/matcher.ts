import { RE2JS } from 're2js';
import { type Pattern, PatternError } from './pattern.ts';
import { createAutomaton } from './regex/automaton.ts';
import { type RequiredLiteral, type RequiredLiterals, requiredLiterals } from './regex/literals.ts';
import { parseRegex, type Regex, UnsupportedRegex } from './regex/parse.ts';
import { compileProgram } from './regex/program.ts';

/** A pattern made ready: what must be in a line that matches, and the test of the whole. */
export interface Matcher {
  /** One line of UTF-8, without its newline. Linear time in its length. */
  test(bytes: Uint8Array, start: number, end: number): boolean;
  readonly literals: RequiredLiterals;
  /** Asks where the line begins: it cannot be tested from its middle on. */
  readonly usesBegin: boolean;
}

/** @throws PatternError for what is not RE2 syntax. */
export function createMatcher({ id, pattern, literals }: Pattern): Matcher {
  const regex = parsed(pattern);
  const derived = regex ? requiredLiterals(regex) : { sets: [] };
  const given = (literals ?? []).map((text): RequiredLiteral => ({ text: text.toLowerCase(), ignoreCase: true }));
  const known: RequiredLiterals = derived.sets.length > 0 || given.length === 0 ? derived : { sets: [{ literals: given, leading: false }] };
  // What our parser does not read, RE2 takes over, or says at once what is wrong. Of the others most never meet a line that asks for
  // them: their automaton is made when one does.
  let test = regex && !hasOpaque(regex) ? undefined : re2Test(id, pattern);
  return {
    literals: known,
    usesBegin: !regex || asksForBegin(regex),
    test: (bytes, start, end) => {
      test ??= (regex && automatonOf(regex)) ?? re2Test(id, pattern);
      return test(bytes, start, end);
    },
  };
}

const hasOpaque = (regex: Regex): boolean => some(regex, ({ kind }) => kind === 'opaque');
const asksForBegin = (regex: Regex): boolean => some(regex, (node) => node.kind === 'assert' && node.what === 'begin');

function some(regex: Regex, holds: (node: Regex) => boolean): boolean {
  if (holds(regex)) return true;
  if (regex.kind === 'concat' || regex.kind === 'alternate') return regex.of.some((part) => some(part, holds));
  return regex.kind === 'repeat' && some(regex.of, holds);
}

function parsed(pattern: string): Regex | undefined {
  return supported(() => parseRegex(pattern));
}

function automatonOf(regex: Regex): Matcher['test'] | undefined {
  return supported(() => {
    const automaton = createAutomaton(compileProgram(regex));
    return (bytes, start, end) => automaton.test(bytes, start, end);
  });
}

function supported<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof UnsupportedRegex) return undefined;
    throw error;
  }
}

function re2Test(id: string, pattern: string): Matcher['test'] {
  const compiled = compileRe2(id, pattern);
  return (bytes, start, end) => compiled.test(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'));
}

/** The syntax check of patterns that others wrote: RE2 is stricter than our parser where nested repeats multiply. @throws PatternError */
export function compileRe2(id: string, pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new PatternError(`${JSON.stringify(id)}: pattern ${JSON.stringify(pattern)} is not RE2 syntax: ${(error as Error).message}`);
  }
}
