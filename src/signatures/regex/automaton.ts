import { contains } from './code-points.ts';
import { type Alphabet, alphabetOf, isWord, type Program } from './program.ts';
import { decodedLength, decodeUtf8 } from './utf8.ts';

/** Says whether a stretch of UTF-8 bytes (one line, without its newline) matches. Linear time, no string is made. */
export interface Automaton {
  test(bytes: Uint8Array, start: number, end: number): boolean;
}

const UNKNOWN = -1;
const DEAD = 0;
const MATCH = 1;
/** States beyond these are forgotten and made anew: memory stays bounded, time stays linear. */
const MAX_STATES = 1500;
const NO_INSTRUCTIONS = new Int32Array(0);

/**
 * A deterministic automaton whose states are made when a line first needs them, as RE2 does it. State numbers are
 * multiples of the alphabet's size, so that a step is one addition and one load.
 */
export function createAutomaton(program: Program): Automaton {
  return new LazyAutomaton(program);
}

interface State {
  /** Instructions that consume (set) or wait for their surroundings (assert), sorted. */
  readonly instructions: Int32Array;
  readonly atBegin: boolean;
  readonly afterWord: boolean;
  /** Memo: matches when the text ends here. */
  endsInMatch: boolean | undefined;
}

class LazyAutomaton implements Automaton {
  private readonly program: Program;
  private readonly alphabet: Alphabet;
  private readonly size: number;
  private readonly symbolOfAscii: Uint16Array;
  private readonly mark: Uint32Array;
  private generation = 0;
  private transitions = new Int32Array(0);
  private states: State[] = [];
  private known = new Map<string, number>();
  private start = DEAD;
  private resets = 0;

  constructor(program: Program) {
    this.program = program;
    this.alphabet = alphabetOf(program);
    this.size = this.alphabet.size;
    this.symbolOfAscii = this.alphabet.symbolOfAscii;
    this.mark = new Uint32Array(program.instructions.length);
    this.reset();
  }

  test(bytes: Uint8Array, start: number, end: number): boolean {
    let transitions = this.transitions;
    const symbolOfAscii = this.symbolOfAscii;
    let state = this.start;
    if (state <= MATCH) return state === MATCH;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      let symbol: number;
      if (byte < 0x80) symbol = symbolOfAscii[byte]!;
      else {
        const codePoint = decodeUtf8(bytes, i, end);
        i += decodedLength(bytes, i, end) - 1;
        symbol = this.symbolAbove(codePoint);
      }
      let next = transitions[state + symbol]!;
      if (next === UNKNOWN) {
        next = this.step(state, symbol);
        transitions = this.transitions;
      }
      if (next <= MATCH) return next === MATCH;
      state = next;
    }
    return this.matchesAtEnd(state);
  }

  private symbolAbove(codePoint: number): number {
    const { boundaries, symbolOfBoundary } = this.alphabet;
    let low = 0;
    let high = boundaries.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (boundaries[middle]! <= codePoint) low = middle;
      else high = middle - 1;
    }
    return symbolOfBoundary[low]!;
  }

  private reset(): void {
    this.resets++;
    this.transitions = new Int32Array(16 * this.size).fill(UNKNOWN);
    this.known.clear();
    const nothing: State = { instructions: NO_INSTRUCTIONS, atBegin: false, afterWord: false, endsInMatch: false };
    // Slots of DEAD and MATCH. With an alphabet of one symbol they would not both lie in the first row.
    this.states = this.size > 1 ? [nothing] : [nothing, nothing];
    this.start = this.enter([this.program.start], true, false);
  }

  /** The state after `symbol`; makes it when it is new. */
  private step(state: number, symbol: number): number {
    const from = this.states[state / this.size]!;
    const codePoint = this.alphabet.representatives[symbol]!;
    const before = this.resolve(from, isWord(codePoint), false);
    if (before === MATCH) {
      this.transitions[state + symbol] = MATCH;
      return MATCH;
    }
    const { instructions } = this.program;
    const after: number[] = [];
    for (const index of before) {
      const instruction = instructions[index]!;
      if (instruction.op === 'set' && contains(instruction.set, codePoint)) after.push(instruction.next);
    }
    after.push(this.program.start);
    const { resets } = this;
    const next = this.enter(after, false, this.program.usesWordBoundary && isWord(codePoint));
    // When enter() has forgotten all states, `state` is the number of another one now.
    if (resets === this.resets) this.transitions[state + symbol] = next;
    return next;
  }

  private matchesAtEnd(state: number): boolean {
    const from = this.states[state / this.size]!;
    from.endsInMatch ??= this.resolve(from, false, true) === MATCH;
    return from.endsInMatch;
  }

  /** Passes the assertions of a state, now that it is known what follows. */
  private resolve(from: State, wordFollows: boolean, atEnd: boolean): number[] | typeof MATCH {
    const { instructions } = this.program;
    const boundary = from.afterWord !== wordFollows;
    const stack = [...from.instructions];
    const found: number[] = [];
    this.generation++;
    while (stack.length > 0) {
      const index = stack.pop()!;
      if (this.mark[index] === this.generation) continue;
      this.mark[index] = this.generation;
      const instruction = instructions[index]!;
      switch (instruction.op) {
        case 'match':
          return MATCH;
        case 'set':
          found.push(index);
          break;
        case 'split':
          stack.push(instruction.other, instruction.next);
          break;
        case 'assert': {
          const holds =
            instruction.what === 'begin'
              ? from.atBegin
              : instruction.what === 'end'
                ? atEnd
                : instruction.what === 'word'
                  ? boundary
                  : !boundary;
          if (holds) stack.push(instruction.next);
        }
      }
    }
    return found;
  }

  /** Number of the state that consists of what `entries` reach without consuming anything. */
  private enter(entries: readonly number[], atBegin: boolean, afterWord: boolean): number {
    const { instructions } = this.program;
    const stack = [...entries];
    const found: number[] = [];
    this.generation++;
    while (stack.length > 0) {
      const index = stack.pop()!;
      if (this.mark[index] === this.generation) continue;
      this.mark[index] = this.generation;
      const instruction = instructions[index]!;
      if (instruction.op === 'match') return MATCH;
      if (instruction.op === 'split') stack.push(instruction.other, instruction.next);
      else if (instruction.op === 'set' || atBegin || instruction.what !== 'begin') found.push(index);
    }
    if (found.length === 0) return DEAD;
    const members = Int32Array.from(found).sort();
    const key = `${members.join()}${atBegin ? '^' : ''}${afterWord ? 'w' : ''}`;
    const existing = this.known.get(key);
    if (existing !== undefined) return existing;
    return this.add(key, { instructions: members, atBegin, afterWord, endsInMatch: undefined });
  }

  private add(key: string, state: State): number {
    if (this.states.length >= MAX_STATES) {
      this.reset();
      const again = this.known.get(key);
      if (again !== undefined) return again;
    }
    const number = this.states.length * this.size;
    this.states.push(state);
    this.known.set(key, number);
    const needed = number + this.size;
    if (needed > this.transitions.length) {
      const grown = new Int32Array(Math.max(needed, this.transitions.length * 2)).fill(UNKNOWN);
      grown.set(this.transitions);
      this.transitions = grown;
    }
    return number;
  }
}
