import { type LineTest, type Pattern, PatternError } from './pattern.ts';
import { createAutomaton } from './regex/automaton.ts';
import { type RequiredLiteral, type RequiredLiterals, requiredLiterals } from './regex/literals.ts';
import { parseRegex, type Regex, UnsupportedRegex } from './regex/parse.ts';
import { compileProgram } from './regex/program.ts';

/** A pattern made ready: what must be in a line that matches, and the test of the whole. */
export interface Matcher {
  readonly test: LineTest;
  readonly literals: RequiredLiterals;
  /** Asks where the line begins: it cannot be tested from its middle on. */
  readonly usesBegin: boolean;
}

/** @throws PatternError for what is not RE2 syntax, and for what our parser does not resolve where there is no fallback. */
export function createMatcher(pattern: Pattern): Matcher {
  const regex = parsed(pattern.pattern);
  // What our parser does not read, the fallback takes over, or says at once what is wrong. Of the others most never meet a line that asks
  // for them: their automaton is made when one does.
  let test = regex && !hasOpaque(regex) ? undefined : fallbackOf(pattern);
  let literals: RequiredLiterals | undefined;
  return {
    get literals() {
      literals ??= literalsOf(pattern, regex);
      return literals;
    },
    usesBegin: !regex || asksForBegin(regex),
    test: (bytes, start, end) => {
      test ??= (regex && automatonOf(regex)) ?? fallbackOf(pattern);
      return test(bytes, start, end);
    },
  };
}

function literalsOf({ literals = [] }: Pattern, regex: Regex | undefined): RequiredLiterals {
  const derived = regex ? requiredLiterals(regex) : { sets: [] };
  if (derived.sets.length > 0 || literals.length === 0) return derived;
  return {
    sets: [{ literals: literals.map((text): RequiredLiteral => ({ text: text.toLowerCase(), ignoreCase: true })), leading: false }],
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

function automatonOf(regex: Regex): LineTest | undefined {
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

function fallbackOf(pattern: Pattern): LineTest {
  if (pattern.fallback) return pattern.fallback(pattern);
  throw new PatternError(
    `${JSON.stringify(pattern.id)}: pattern ${JSON.stringify(pattern.pattern)} is no syntax that this engine resolves`,
  );
}
