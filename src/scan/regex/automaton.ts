import { contains } from './code-points.ts';
import { type Assertion, UnsupportedRegex } from './parse.ts';
import { type Alphabet, alphabetOf, type Instruction, isWord, type Program } from './program.ts';
import { decodedLength, decodeUtf8 } from './utf8.ts';

/** Says whether a stretch of UTF-8 bytes (one line, without its newline) matches. Linear time, no string is made. */
export interface Automaton {
  test(bytes: Uint8Array, start: number, end: number): boolean;
}

/** What a fresh table holds. */
const UNKNOWN = 0;
const DEAD = 1;
const MATCH = 2;
/** States beyond these are forgotten and made anew: memory stays bounded, time stays linear. */
const MAX_STATES = 1500;
/** State numbers have 16 bits: the tables of a hundred automata share the cache. */
const MAX_NUMBER = 0xffff;
/** A pattern that tells so many kinds of characters apart that its states would be few is left to another engine. */
const MAX_SYMBOLS = 2000;
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

/**
 * Indexes of typed arrays are in range: a symbol is below the alphabet's size, a state's number is the start of its row, an index of
 * `bytes` is below `end`. `as number` tells the compiler so; a check would be executed for each byte.
 */
class LazyAutomaton implements Automaton {
  private readonly program: Program;
  private readonly alphabet: Alphabet;
  /** Symbols, and one column more that stays unknown: bytes outside ASCII take the slow way. */
  private readonly size: number;
  private readonly maxStates: number;
  private readonly symbolOfByte: Uint16Array;
  private readonly mark: Uint32Array;
  private generation = 0;
  private transitions = new Uint16Array(0);
  private states: State[] = [];
  private known = new Map<string, number>();
  private start = DEAD;
  /** The state in which no match has begun. Most bytes stay in it, and `staysIdle` tells which: they need no look at the transitions. */
  private idle = DEAD;
  private readonly staysIdle = new Uint8Array(256);
  private resets = 0;

  constructor(program: Program) {
    this.program = program;
    this.alphabet = alphabetOf(program);
    // The first row is that of the numbers UNKNOWN, DEAD and MATCH.
    this.size = Math.max(this.alphabet.size + 1, MATCH + 1);
    if (this.size > MAX_SYMBOLS) throw new UnsupportedRegex('too many kinds of characters');
    this.maxStates = Math.min(MAX_STATES, Math.floor(MAX_NUMBER / this.size));
    this.symbolOfByte = new Uint16Array(256).fill(this.alphabet.size);
    this.symbolOfByte.set(this.alphabet.symbolOfAscii);
    this.mark = new Uint32Array(program.instructions.length);
    this.reset();
  }

  // eslint-disable-next-line complexity -- one loop over each byte of a line: in parts of their own the steps cost a call, and the state its register.
  test(bytes: Uint8Array, start: number, end: number): boolean {
    const { symbolOfByte, staysIdle } = this;
    let state = this.start;
    if (state <= MATCH) return state === MATCH;
    let i = start;
    while (i < end) {
      const { transitions, idle } = this;
      if (state === idle) {
        while (i < end && staysIdle[bytes[i] as number] === 1) i++;
        if (i === end) break;
      }
      let unknown = false;
      do {
        const next = transitions[state + (symbolOfByte[bytes[i] as number] as number)] as number;
        if (next <= MATCH) {
          if (next !== UNKNOWN) return next === MATCH;
          unknown = true;
          break;
        }
        state = next;
        i++;
      } while (i < end && state !== idle);
      // A byte outside ASCII is unknown in the idle state too.
      if (!unknown) continue;
      state = this.slowStep(state, bytes, i, end);
      if (state <= MATCH) return state === MATCH;
      i += (bytes[i] as number) < 0x80 ? 1 : decodedLength(bytes, i, end);
    }
    return this.matchesAtEnd(state);
  }

  /** A transition that is not known yet, or one by a code point outside ASCII. */
  private slowStep(state: number, bytes: Uint8Array, at: number, end: number): number {
    const byte = bytes[at] as number;
    const symbol = byte < 0x80 ? (this.symbolOfByte[byte] as number) : this.symbolAbove(decodeUtf8(bytes, at, end));
    const known = this.transitions[state + symbol] as number;
    return known === UNKNOWN ? this.step(state, symbol) : known;
  }

  private symbolAbove(codePoint: number): number {
    const { boundaries, symbolOfBoundary } = this.alphabet;
    let low = 0;
    let high = boundaries.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((boundaries[middle] as number) <= codePoint) low = middle;
      else high = middle - 1;
    }
    return symbolOfBoundary[low] as number;
  }

  private reset(): void {
    this.resets++;
    this.transitions = new Uint16Array(16 * this.size);
    this.known.clear();
    const nothing: State = { instructions: NO_INSTRUCTIONS, atBegin: false, afterWord: false, endsInMatch: false };
    this.states = [nothing];
    this.start = this.enter([this.program.start], true, false);
    this.idle = this.enter([this.program.start], false, false);
    if (this.idle <= MATCH) return;
    for (let byte = 0; byte < 0x80; byte++) {
      // Bytes of one symbol step alike.
      const symbol = this.symbolOfByte[byte] as number;
      const known = this.transitions[this.idle + symbol] as number;
      this.staysIdle[byte] = Number((known === UNKNOWN ? this.step(this.idle, symbol) : known) === this.idle);
    }
  }

  /** The state after `symbol`; makes it when it is new. */
  private step(state: number, symbol: number): number {
    const from = this.states[state / this.size] as State;
    const codePoint = this.alphabet.representatives[symbol] as number;
    const before = this.resolve(from, isWord(codePoint), false);
    if (before === MATCH) {
      this.transitions[state + symbol] = MATCH;
      return MATCH;
    }
    const { instructions } = this.program;
    const after: number[] = [];
    for (const index of before) {
      const instruction = instructions[index] as Instruction;
      if (instruction.op === 'set' && contains(instruction.set, codePoint)) after.push(instruction.next);
    }
    after.push(this.program.start);
    const { resets } = this;
    const next = this.enter(after, false, isWord(codePoint));
    // When enter() has forgotten all states, `state` is the number of another one now.
    if (resets === this.resets) this.transitions[state + symbol] = next;
    return next;
  }

  private matchesAtEnd(state: number): boolean {
    const from = this.states[state / this.size] as State;
    from.endsInMatch ??= this.resolve(from, false, true) === MATCH;
    return from.endsInMatch;
  }

  /** Passes the assertions of a state, now that it is known what follows. */
  private resolve(from: State, wordFollows: boolean, atEnd: boolean): number[] | typeof MATCH {
    const { instructions } = this.program;
    const boundary = from.afterWord !== wordFollows;
    const holds: Readonly<Record<Assertion, boolean>> = { begin: from.atBegin, end: atEnd, word: boundary, notWord: !boundary };
    const stack = [...from.instructions];
    const found: number[] = [];
    this.generation++;
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      if (this.mark[index] === this.generation) continue;
      this.mark[index] = this.generation;
      const instruction = instructions[index] as Instruction;
      switch (instruction.op) {
        case 'match':
          return MATCH;
        case 'set':
          found.push(index);
          break;
        case 'split':
          stack.push(instruction.other, instruction.next);
          break;
        case 'assert':
          if (holds[instruction.what]) stack.push(instruction.next);
      }
    }
    return found;
  }

  /** Number of the state that consists of what `entries` reach without consuming anything. */
  private enter(entries: readonly number[], atBegin: boolean, afterWord: boolean): number {
    const found = this.reachable(entries, atBegin);
    if (found === MATCH) return MATCH;
    if (found.length === 0) return DEAD;
    const { instructions } = this.program;
    const members = Int32Array.from(found).sort();
    // What was before matters only to an assertion that still waits.
    const waiting = found.some((index) => instructions[index]?.op === 'assert');
    const state: State = { instructions: members, atBegin: atBegin && waiting, afterWord: afterWord && waiting, endsInMatch: undefined };
    const key = `${members.join()}${state.atBegin ? '^' : ''}${state.afterWord ? 'w' : ''}`;
    return this.known.get(key) ?? this.add(key, state);
  }

  private reachable(entries: readonly number[], atBegin: boolean): number[] | typeof MATCH {
    const { instructions } = this.program;
    const stack = [...entries];
    const found: number[] = [];
    this.generation++;
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      if (this.mark[index] === this.generation) continue;
      this.mark[index] = this.generation;
      const instruction = instructions[index] as Instruction;
      if (instruction.op === 'match') return MATCH;
      if (instruction.op === 'split') stack.push(instruction.other, instruction.next);
      else if (instruction.op === 'set' || atBegin || instruction.what !== 'begin') found.push(index);
    }
    return found;
  }

  private add(key: string, state: State): number {
    if (this.states.length >= this.maxStates) {
      this.reset();
      const again = this.known.get(key);
      if (again !== undefined) return again;
    }
    const number = this.states.length * this.size;
    this.states.push(state);
    this.known.set(key, number);
    const needed = number + this.size;
    if (needed > this.transitions.length) {
      const grown = new Uint16Array(Math.max(needed, this.transitions.length * 2));
      grown.set(this.transitions);
      this.transitions = grown;
    }
    return number;
  }
}
