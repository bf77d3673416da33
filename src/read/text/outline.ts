/** A line of an object in YAML, pretty-printed JSON or as `describe` prints it, with the keys that it stands below. */
export interface Placed {
  /** From the outermost to its own, in lower case without blanks, dashes and underscores: `metadata`, `ownerreferences`, `name`. */
  readonly path: readonly string[];
  /** The last key as it is written: keys of labels are told apart by it. */
  readonly key: string;
  /** Without quotes and trailing comma. */
  readonly value: string;
  readonly indent: number;
}

const HEAD = /^(\s{0,200})((?:- |\{ ?){0,4})"?([A-Za-z][A-Za-z0-9_. /-]{0,300}?)"?\s{0,2}$/;
const LONGEST_HEAD = 400;
const DEEPEST = 32;

/** The keys that lead to a line from its own object: each item of a List is an object. */
export const pathInObject = ({ path }: Placed): readonly string[] => (path[0] === 'items' ? path.slice(1) : path);
/** The same, joined by dots. */
export const placeInObject = (placed: Placed): string => pathInObject(placed).join('.');

/** Where a line stands in an object, told by how far it is indented: the text may begin and end anywhere. */
export class Outline {
  readonly #stack: { readonly indent: number; readonly key: string }[] = [];

  /** Undefined when the line has no key. */
  read(line: string): Placed | undefined {
    const colon = colonOf(line);
    const [, blank = '', starts = '', key] = colon === undefined ? [] : (HEAD.exec(line.slice(0, colon)) ?? []);
    if (colon === undefined || key === undefined) return undefined;
    // The keys of a list's item are aligned behind its dash.
    this.#place(blank.length + starts.length, key.toLowerCase().replace(/[ _-]/g, ''));
    return { path: this.#stack.map((one) => one.key), key, value: bare(line.slice(colon + 1)), indent: blank.length };
  }

  #place(indent: number, key: string): void {
    while ((this.#stack.at(-1)?.indent ?? -1) >= indent) this.#stack.pop();
    if (this.#stack.length < DEEPEST) this.#stack.push({ indent, key });
  }

  /** No key stands above the next line. */
  get isEmpty(): boolean {
    return this.#stack.length === 0;
  }

  end(): void {
    this.#stack.length = 0;
  }
}

/** Where a key may end: a blank or nothing follows. */
function colonOf(line: string): number | undefined {
  const colon = line.indexOf(':');
  if (colon < 1 || colon > LONGEST_HEAD) return undefined;
  const next = line.charAt(colon + 1);
  return next === '' || next === ' ' || next === '\t' ? colon : undefined;
}

function bare(text: string): string {
  const value = text.length > 1000 ? text.slice(0, 1000).trim() : text.trim();
  return value.replace(/,$/, '').replace(/^(["'])(.*)\1$/, '$2');
}
