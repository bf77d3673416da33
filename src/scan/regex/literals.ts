import { contains, isAsciiLetter, KELVIN, LONG_S, membersOf, sizeOf } from './code-points.ts';
import type { Regex } from './parse.ts';

/** A text of which one is in every line that matches. */
export interface RequiredLiteral {
  readonly text: string;
  /** Compared without regard to the case of ASCII letters; then `text` is in lower case. */
  readonly ignoreCase: boolean;
}

/** Every line that matches contains at least one of the literals. */
export interface LiteralSet {
  readonly literals: readonly RequiredLiteral[];
  /** Every match begins with one of them. */
  readonly leading: boolean;
}

export interface RequiredLiterals {
  /** Each set on its own is required. Best first is not promised. */
  readonly sets: readonly LiteralSet[];
  /** The pattern matches exactly the lines that contain one of these: finding one decides. */
  readonly decisive?: readonly RequiredLiteral[];
}

/** Alternatives beyond these are not worth a search of their own. */
const MAX_ALTERNATIVES = 48;
const MAX_SET_SIZE = 6;
const MAX_LITERAL_LENGTH = 64;
const MAX_SETS = 12;

/** One way in which a sub-expression can be spelled. `exact` is false where the spelling matches more than the expression does. */
interface Spelling {
  readonly text: string;
  /** Has letters that were folded / letters that were not. */
  readonly folded: boolean;
  readonly sensitive: boolean;
}

interface Facts {
  /** All spellings of the sub-expression, when they are few. */
  readonly spellings?: readonly Spelling[];
  /** False when an assertion narrows what the spellings say. */
  readonly exact: boolean;
  /** Sets of which each is required. */
  readonly required: readonly SpellingSet[];
}

interface SpellingSet {
  readonly spellings: readonly Spelling[];
  readonly leading: boolean;
}

const BLANK: Spelling = { text: '', folded: false, sensitive: false };
const NOTHING: Facts = { exact: false, required: [] };

export function requiredLiterals(regex: Regex): RequiredLiterals {
  const facts = factsOf(regex);
  const all = isUseful(facts.spellings) ? [...facts.required, { spellings: facts.spellings, leading: true }] : facts.required;
  const sets = all.map(({ spellings, leading }) => ({ literals: spellings.map(literalOf), leading }));
  const decides = isUseful(facts.spellings) && facts.exact && facts.spellings.every((spelling) => !(spelling.folded && spelling.sensitive));
  return decides ? { sets, decisive: facts.spellings.map(literalOf) } : { sets };
}

function isUseful(spellings: readonly Spelling[] | undefined): spellings is readonly Spelling[] {
  return spellings !== undefined && spellings.length > 0 && spellings.every((spelling) => spelling.text !== '');
}

function literalOf({ text, folded }: Spelling): RequiredLiteral {
  return folded ? { text: text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()), ignoreCase: true } : { text, ignoreCase: false };
}

function factsOf(regex: Regex): Facts {
  switch (regex.kind) {
    case 'empty':
      return { spellings: [BLANK], exact: true, required: [] };
    case 'assert':
      return { spellings: [BLANK], exact: false, required: [] };
    case 'opaque':
      return NOTHING;
    case 'text': {
      const letters = /[a-z]/i.test(regex.text);
      const spelling = { text: regex.text, folded: letters && regex.ignoreCase, sensitive: letters && !regex.ignoreCase };
      return { spellings: [spelling], exact: true, required: [] };
    }
    case 'set': {
      const spellings = spellingsOfSet(regex.set);
      return spellings ? { spellings, exact: true, required: [] } : NOTHING;
    }
    case 'concat':
      return concatenated(regex.of.map(factsOf));
    case 'alternate':
      return alternated(regex.of.map(factsOf));
    case 'repeat':
      return repeated(factsOf(regex.of), regex.min, regex.max);
    default:
      return regex satisfies never;
  }
}

/** A letter in both cases counts as one folded spelling. */
function spellingsOfSet(set: readonly number[]): Spelling[] | undefined {
  if (set.length === 0 || sizeOf(set) > MAX_SET_SIZE * 3) return undefined;
  const members = membersOf(set);
  if (members.some((codePoint) => codePoint >= 0xd800 && codePoint <= 0xdfff)) return undefined;
  const spellings = members
    .filter((codePoint) => !isSpelledByAnother(codePoint, set))
    .map((codePoint): Spelling => {
      const letter = isAsciiLetter(codePoint);
      const folded = letter && contains(set, codePoint ^ 0x20);
      return { text: String.fromCodePoint(codePoint), folded, sensitive: letter && !folded };
    });
  return spellings.length <= MAX_SET_SIZE ? spellings : undefined;
}

/** A capital whose small letter is there too; KELVIN SIGN and LONG S beside their letter: the scanner looks for them in lines outside ASCII. */
function isSpelledByAnother(codePoint: number, set: readonly number[]): boolean {
  if (codePoint === KELVIN) return contains(set, 0x6b);
  if (codePoint === LONG_S) return contains(set, 0x73);
  return codePoint < 0x60 && isAsciiLetter(codePoint) && contains(set, codePoint | 0x20);
}

function concatenated(parts: readonly Facts[]): Facts {
  let run: readonly Spelling[] = [BLANK];
  /** Nothing came before the run: what it spells begins each match. */
  let leading = true;
  let whole = true;
  const required: SpellingSet[] = [];
  const flush = (): void => {
    if (isUseful(run)) required.push({ spellings: run, leading });
    run = [BLANK];
    leading = false;
    whole = false;
  };
  for (const part of parts) {
    const first = leading && run.length === 1 && run[0]?.text === '';
    for (const set of part.required) required.push(set.leading && !first ? { spellings: set.spellings, leading: false } : set);
    const joined = part.spellings && product(run, part.spellings);
    if (joined) run = joined;
    else {
      flush();
      run = part.spellings ?? [BLANK];
    }
  }
  if (whole) return { spellings: run, exact: parts.every((part) => part.exact), required: required.slice(0, MAX_SETS) };
  flush();
  return { exact: false, required: best(required) };
}

function product(heads: readonly Spelling[], tails: readonly Spelling[]): Spelling[] | undefined {
  if (heads.length * tails.length > MAX_ALTERNATIVES) return undefined;
  const joined: Spelling[] = [];
  for (const head of heads)
    for (const tail of tails) {
      if (head.text.length + tail.text.length > MAX_LITERAL_LENGTH) return undefined;
      joined.push(joinedWith(head, tail));
    }
  return joined;
}

function joinedWith(head: Spelling, tail: Spelling): Spelling {
  return { text: head.text + tail.text, folded: head.folded || tail.folded, sensitive: head.sensitive || tail.sensitive };
}

function alternated(branches: readonly Facts[]): Facts {
  const spellings: Spelling[] = [];
  const sets: SpellingSet[] = [];
  let spelled = true;
  let covered = true;
  for (const branch of branches) {
    if (branch.spellings) spellings.push(...branch.spellings);
    else spelled = false;
    const set = isUseful(branch.spellings) ? { spellings: branch.spellings, leading: true } : best(branch.required)[0];
    if (set) sets.push(set);
    else covered = false;
  }
  if (spelled && spellings.length <= MAX_ALTERNATIVES) return { spellings, exact: branches.every((branch) => branch.exact), required: [] };
  const all = sets.flatMap((set) => set.spellings);
  if (!covered || all.length > 4 * MAX_ALTERNATIVES) return NOTHING;
  return { exact: false, required: [{ spellings: all, leading: sets.every((set) => set.leading) }] };
}

function repeated(of: Facts, min: number, max: number): Facts {
  if (max === 0) return { spellings: [BLANK], exact: true, required: [] };
  if (min === 0) return max === 1 && of.spellings ? { spellings: [BLANK, ...of.spellings], exact: of.exact, required: [] } : NOTHING;
  if (of.spellings && min === max) {
    let run: readonly Spelling[] | undefined = [BLANK];
    for (let i = 0; run && i < min; i++) run = product(run, of.spellings);
    if (run) return { spellings: run, exact: of.exact, required: of.required };
  }
  return { exact: false, required: isUseful(of.spellings) ? [...of.required, { spellings: of.spellings, leading: true }] : of.required };
}

/** Longest of the shortest first, then the fewest. */
function best(sets: readonly SpellingSet[]): SpellingSet[] {
  const shortest = ({ spellings }: SpellingSet): number => Math.min(...spellings.map(({ text }) => text.length), 16);
  return [...sets].sort((a, b) => shortest(b) - shortest(a) || a.spellings.length - b.spellings.length).slice(0, MAX_SETS);
}
