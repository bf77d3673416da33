import type { KnownLabels } from './label-selector.ts';
import { every, type Match, matchOf, opposite, some } from './match.ts';

/** A selector of Calico, read: asked with the labels of an endpoint. */
export type CalicoSelector = (known: KnownLabels) => Match;

/**
 * Reads Calico's language of selectors (documentation: NetworkPolicy, section Selectors): `all()`, `global()`, `has(k)`, comparisons, sets,
 * `contains`, `starts with`, `ends with`, `!`, `&&`, `||` and brackets.
 * @returns undefined for what is not of it: what that selects is not known.
 */
export function readCalicoSelector(text: string): CalicoSelector | undefined {
  if (text.trim() === '') return ALL;
  if (text.length > MAX_LENGTH) return undefined;
  const tokens = tokensOf(text);
  if (!tokens) return undefined;
  const reader = new Reader(tokens);
  const selector = reader.either();
  return reader.ended ? selector : undefined;
}

export const ALL: CalicoSelector = () => 'yes';

const MAX_LENGTH = 8192;
const MAX_DEPTH = 50;

/** Things without a namespace are global: no pod is one. */
const FUNCTIONS = new Map<string, CalicoSelector>([
  ['all', ALL],
  ['global', () => 'no'],
]);

/** One token after the other; each is matched where the one before ended. */
const TOKEN = /\s*(?:(&&|\|\||==|!=|[!(){},])|"([^"]*)"|'([^']*)'|(not\s+in\b|starts\s+with\b|ends\s+with\b)|([a-zA-Z0-9_./-]+))/y;

interface Token {
  readonly kind: 'sign' | 'text' | 'word';
  readonly text: string;
}

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const [, sign, double, single, operator, word] = TOKEN.exec(text) ?? [];
    const quoted = double ?? single;
    if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted });
    else if (operator !== undefined) tokens.push({ kind: 'word', text: operator.replace(/\s+/g, ' ') });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else return undefined;
  }
  return tokens;
}

/** By descent; what is not of the language gives undefined, all the way up. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#at === this.#tokens.length;
  }

  either(): CalicoSelector | undefined {
    return this.#joined('||', () => this.#both(), some);
  }

  #both(): CalicoSelector | undefined {
    return this.#joined('&&', () => this.#one(), every);
  }

  #joined(sign: string, part: () => CalicoSelector | undefined, join: (matches: readonly Match[]) => Match): CalicoSelector | undefined {
    const parts: CalicoSelector[] = [];
    do {
      const one = part();
      if (!one) return undefined;
      parts.push(one);
    } while (this.#takes(sign));
    return (known) => join(parts.map((one) => one(known)));
  }

  #one(): CalicoSelector | undefined {
    this.#depth += 1;
    const selector = this.#depth > MAX_DEPTH ? undefined : this.#unbounded();
    this.#depth -= 1;
    return selector;
  }

  #unbounded(): CalicoSelector | undefined {
    if (this.#takes('!')) {
      const of = this.#one();
      return of && ((known) => opposite(of(known)));
    }
    if (this.#takes('(')) {
      const inner = this.either();
      return this.#takes(')') ? inner : undefined;
    }
    const word = this.#word();
    if (word === undefined) return undefined;
    if (!this.#takes('(')) return this.#comparison(word);
    const label = word === 'has' ? this.#word() : undefined;
    if (!this.#takes(')')) return undefined;
    return label === undefined ? FUNCTIONS.get(word) : (known) => asked(known, label, (value) => value !== undefined);
  }

  #comparison(label: string): CalicoSelector | undefined {
    const sign = this.#next()?.text ?? '';
    if (sign === 'in' || sign === 'not in') {
      const values = this.#set();
      const wanted = sign === 'in';
      return values && ((known) => asked(known, label, (value) => (value !== undefined && values.has(value)) === wanted));
    }
    const test = COMPARISONS.get(sign);
    const operand = this.#text();
    return test && operand !== undefined ? (known) => asked(known, label, (value) => test(value, operand)) : undefined;
  }

  #set(): ReadonlySet<string> | undefined {
    if (!this.#takes('{')) return undefined;
    const values = new Set<string>();
    while (!this.#takes('}')) {
      const value = this.#text();
      if (value === undefined) return undefined;
      values.add(value);
      this.#takes(',');
    }
    return values;
  }

  #next(): Token | undefined {
    const token = this.#tokens[this.#at];
    if (token) this.#at += 1;
    return token;
  }

  #takes(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.#at += 1;
    return true;
  }

  #word(): string | undefined {
    const token = this.#next();
    return token?.kind === 'word' ? token.text : undefined;
  }

  #text(): string | undefined {
    const token = this.#next();
    return token?.kind === 'text' ? token.text : undefined;
  }
}

type Value = string | undefined;

/** A label that is not there is unlike every value. */
const COMPARISONS = new Map<string, (value: Value, operand: string) => boolean>([
  ['==', (value, operand) => value === operand],
  ['!=', (value, operand) => value !== operand],
  ['contains', (value, operand) => value?.includes(operand) ?? false],
  ['starts with', (value, operand) => value?.startsWith(operand) ?? false],
  ['ends with', (value, operand) => value?.endsWith(operand) ?? false],
]);

function asked({ labels, complete }: KnownLabels, label: string, test: (value: Value) => boolean): Match {
  const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
  return value === undefined && !complete ? 'maybe' : matchOf(test(value));
}
