import { type CodePoints, contains, foldAscii } from './code-points.ts';
import { type Assertion, type Regex, UnsupportedRegex } from './parse.ts';

/** A non-deterministic automaton, Thompson's construction. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  readonly usesWordBoundary: boolean;
}

export type Instruction =
  | { readonly op: 'set'; readonly set: CodePoints; next: number }
  | { readonly op: 'split'; next: number; other: number }
  | { readonly op: 'assert'; readonly what: Assertion; next: number }
  | { readonly op: 'match' };

/** Sets of single ASCII characters, shared by all programs; folded ones from 128 on. */
const CHARACTER_SETS: CodePoints[] = [];

function characterSet(character: number, ignoreCase: boolean): CodePoints {
  const key = ignoreCase ? character + 128 : character;
  CHARACTER_SETS[key] ??= ignoreCase ? (foldAscii([character, character]) ?? []) : [character, character];
  return CHARACTER_SETS[key];
}

/** RE2 counts at most 1000 repeats; nested ones multiply, so the whole is bounded too. */
const MAX_INSTRUCTIONS = 20_000;

/** Throws UnsupportedRegex for what only RE2 itself can match, or what grows too large. */
export function compileProgram(regex: Regex): Program {
  const instructions: Instruction[] = [];
  let usesWordBoundary = false;
  const emit = (instruction: Instruction): number => {
    if (instructions.length >= MAX_INSTRUCTIONS) throw new UnsupportedRegex('pattern too large');
    return instructions.push(instruction) - 1;
  };

  /** Emits the expression so that it continues at `next`; returns where it starts. */
  const build = (node: Regex, next: number): number => {
    switch (node.kind) {
      case 'empty':
        return next;
      case 'opaque':
        throw new UnsupportedRegex('a class outside ASCII');
      case 'text':
        return buildText(node.text, node.ignoreCase, next);
      case 'set':
        return emit({ op: 'set', set: node.set, next });
      case 'assert':
        if (node.what === 'word' || node.what === 'notWord') usesWordBoundary = true;
        return emit({ op: 'assert', what: node.what, next });
      case 'concat':
        return node.of.reduceRight((after, part) => build(part, after), next);
      case 'alternate':
        return node.of.map((branch) => build(branch, next)).reduceRight((other, entry) => emit({ op: 'split', next: entry, other }));
      case 'repeat':
        return buildRepeat(node, next);
      default:
        return node satisfies never;
    }
  };

  const buildText = (text: string, ignoreCase: boolean, next: number): number => {
    let entry = next;
    for (let i = text.length - 1; i >= 0; i--) entry = emit({ op: 'set', set: characterSet(text.charCodeAt(i), ignoreCase), next: entry });
    return entry;
  };

  const buildRepeat = ({ of, min, max }: Extract<Regex, { kind: 'repeat' }>, next: number): number => {
    let entry = next;
    if (max === Number.POSITIVE_INFINITY) {
      const loop: Instruction = { op: 'split', next: -1, other: next };
      entry = emit(loop);
      loop.next = build(of, entry);
    } else {
      for (let i = min; i < max; i++) entry = emit({ op: 'split', next: build(of, entry), other: next });
    }
    for (let i = 0; i < min; i++) entry = build(of, entry);
    return entry;
  };

  const match = emit({ op: 'match' });
  const start = build(regex, match);
  return { instructions, start, usesWordBoundary };
}

/**
 * Code points that no set of the program tells apart are one symbol. `symbolOfAscii` answers below 128; above, the symbol of
 * the last boundary at or below the code point.
 */
export interface Alphabet {
  readonly size: number;
  readonly symbolOfAscii: Uint16Array;
  readonly boundaries: Uint32Array;
  readonly symbolOfBoundary: Uint16Array;
  /** One code point of each symbol. */
  readonly representatives: readonly number[];
}

const WORD_EDGES = [0x30, 0x3a, 0x41, 0x5b, 0x5f, 0x60, 0x61, 0x7b];

export function alphabetOf(program: Program): Alphabet {
  const list = distinctSets(program);
  const edges = new Set<number>([0, 0x80]);
  for (const set of list)
    for (let i = 0; i < set.length; i += 2) {
      edges.add(set[i] as number);
      edges.add((set[i + 1] as number) + 1);
    }
  if (program.usesWordBoundary) for (const edge of WORD_EDGES) edges.add(edge);
  const boundaries = Uint32Array.from([...edges].sort((a, b) => a - b));
  const symbolOfBoundary = new Uint16Array(boundaries.length);
  const representatives: number[] = [];
  const known = new Map<string, number>();
  for (const [index, low] of boundaries.entries()) {
    const key = `${list.map((set) => (contains(set, low) ? '1' : '0')).join('')}${program.usesWordBoundary && isWord(low) ? 'w' : ''}`;
    let symbol = known.get(key);
    if (symbol === undefined) {
      symbol = representatives.push(low) - 1;
      known.set(key, symbol);
    }
    symbolOfBoundary[index] = symbol;
  }
  const symbolOfAscii = new Uint16Array(128);
  for (let codePoint = 0, index = 0; codePoint < 128; codePoint++) {
    while (index + 1 < boundaries.length && (boundaries[index + 1] as number) <= codePoint) index++;
    symbolOfAscii[codePoint] = symbolOfBoundary[index] as number;
  }
  return { size: representatives.length, symbolOfAscii, boundaries, symbolOfBoundary, representatives };
}

function distinctSets(program: Program): CodePoints[] {
  const seen = new Set<CodePoints>();
  for (const instruction of program.instructions) if (instruction.op === 'set') seen.add(instruction.set);
  return [...new Map([...seen].map((set) => [set.join(), set])).values()];
}

export function isWord(codePoint: number): boolean {
  return (
    (codePoint >= 0x30 && codePoint <= 0x39) ||
    (codePoint >= 0x41 && codePoint <= 0x5a) ||
    codePoint === 0x5f ||
    (codePoint >= 0x61 && codePoint <= 0x7a)
  );
}
