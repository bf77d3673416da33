/** Fields to keep; `true` keeps the whole value. A tree under an array applies to each of its elements. */
export interface FieldTree {
  readonly [key: string]: true | FieldTree;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;

interface Node {
  readonly keys: readonly { readonly bytes: Buffer; readonly child: Node | true }[];
}

/**
 * Reads only the given fields of a JSON object that is still bytes: the others are skipped by counting brackets and cost
 * neither a string nor an object. Equals JSON.parse followed by a selection, for text whose keys have no escapes, which is how
 * every Kubernetes API server writes them. Throws SyntaxError on malformed text; skipped values are not validated.
 */
export class FieldReader {
  readonly #root: Node;
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;
  #end = 0;
  #kept: Buffer = Buffer.allocUnsafeSlow(16 * 1024);
  #length = 0;

  constructor(tree: FieldTree) {
    this.#root = compile(tree);
  }

  read(bytes: Buffer, start: number, end: number): unknown {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    this.#length = 0;
    if (this.#kept.length < end - start + 16) this.#kept = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(end - start + 16)));
    this.#keepValue(this.#root);
    return JSON.parse(this.#kept.toString('utf8', 0, this.#length));
  }

  /** Start and end of the value of a top-level key, [-1, -1] when there is none. */
  range(bytes: Buffer, start: number, end: number, key: Buffer): [number, number] {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    this.#expect(OPEN_BRACE);
    for (let first = true; ; first = false) {
      const next = this.#peek();
      if (next === CLOSE_BRACE) return [-1, -1];
      if (!first) this.#expect(COMMA);
      const [keyStart, keyEnd] = this.#key();
      this.#peek();
      const valueStart = this.#position;
      this.#skipValue();
      if (keyEnd - keyStart === key.length && sameBytes(bytes, keyStart, key)) return [valueStart, this.#position];
    }
  }

  #keepValue(node: Node): void {
    const c = this.#peek();
    if (c === OPEN_BRACE) this.#keepObject(node);
    else if (c === OPEN_BRACKET) this.#keepArray(node);
    else {
      const start = this.#position;
      this.#skipValue();
      this.#keep(start, this.#position);
    }
  }

  #keepObject(node: Node): void {
    this.#expect(OPEN_BRACE);
    this.#put(OPEN_BRACE);
    let kept = false;
    for (let first = true; ; first = false) {
      if (this.#peek() === CLOSE_BRACE) break;
      if (!first) {
        this.#expect(COMMA);
        this.#peek();
      }
      const start = this.#position;
      const [keyStart, keyEnd] = this.#key();
      const child = childOf(node, this.#bytes, keyStart, keyEnd);
      if (child === undefined) {
        this.#skipValue();
        continue;
      }
      if (kept) this.#put(COMMA);
      kept = true;
      if (child === true) {
        this.#skipValue();
        this.#keep(start, this.#position);
      } else {
        this.#keep(start, this.#position);
        this.#keepValue(child);
      }
    }
    this.#position++;
    this.#put(CLOSE_BRACE);
  }

  #keepArray(node: Node): void {
    this.#expect(OPEN_BRACKET);
    this.#put(OPEN_BRACKET);
    for (let first = true; ; first = false) {
      if (this.#peek() === CLOSE_BRACKET) break;
      if (!first) {
        this.#expect(COMMA);
        this.#put(COMMA);
      }
      this.#keepValue(node);
    }
    this.#position++;
    this.#put(CLOSE_BRACKET);
  }

  /** Range of a key without its quotes; leaves the position after the colon. */
  #key(): [number, number] {
    if (this.#peek() !== QUOTE) this.#malformed();
    const start = this.#position + 1;
    this.#skipString();
    const end = this.#position - 1;
    this.#expect(COLON);
    return [start, end];
  }

  #skipValue(): void {
    const c = this.#peek();
    if (c === QUOTE) this.#skipString();
    else if (c === OPEN_BRACE || c === OPEN_BRACKET) this.#skipNested();
    else {
      const bytes = this.#bytes;
      const start = this.#position;
      let i = start;
      while (i < this.#end && isOfScalar(bytes[i])) i++;
      if (i === start) this.#malformed();
      this.#position = i;
    }
  }

  #skipString(): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = this.#position + 1;
    for (;;) {
      if (i >= end) this.#malformed();
      const c = bytes[i];
      if (c === QUOTE) break;
      i += c === BACKSLASH ? 2 : 1;
    }
    this.#position = i + 1;
  }

  #skipNested(): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let depth = 0;
    let i = this.#position;
    while (i < end) {
      const c = bytes[i];
      if (c === QUOTE) {
        i++;
        while (i < end) {
          const s = bytes[i];
          if (s === QUOTE) break;
          i += s === BACKSLASH ? 2 : 1;
        }
      } else if (c === OPEN_BRACE || c === OPEN_BRACKET) depth++;
      else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
        depth--;
        if (depth === 0) {
          this.#position = i + 1;
          return;
        }
      }
      i++;
    }
    this.#malformed();
  }

  /** The next byte that is no white space; the position stays on it. */
  #peek(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    for (let i = this.#position; i < end; i++) {
      const c = bytes[i];
      if (c !== undefined && c > SPACE) {
        this.#position = i;
        return c;
      }
    }
    this.#position = end;
    return this.#malformed();
  }

  #expect(byte: number): void {
    if (this.#peek() !== byte) this.#malformed();
    this.#position++;
  }

  #put(byte: number): void {
    this.#kept[this.#length++] = byte;
  }

  #keep(start: number, end: number): void {
    this.#bytes.copy(this.#kept, this.#length, start, end);
    this.#length += end - start;
  }

  #malformed(): never {
    throw new SyntaxError(`malformed JSON at byte ${this.#position}`);
  }
}

function compile(tree: FieldTree): Node {
  return { keys: Object.entries(tree).map(([key, child]) => ({ bytes: Buffer.from(key), child: child === true ? true : compile(child) })) };
}

function childOf(node: Node, bytes: Buffer, start: number, end: number): Node | true | undefined {
  const length = end - start;
  for (const key of node.keys) if (key.bytes.length === length && sameBytes(bytes, start, key.bytes)) return key.child;
  return undefined;
}

/** A number, `true`, `false` or `null` goes on. */
function isOfScalar(c: number | undefined): boolean {
  return c !== undefined && c > SPACE && c !== COMMA && c !== CLOSE_BRACE && c !== CLOSE_BRACKET;
}

function sameBytes(bytes: Buffer, start: number, expected: Buffer): boolean {
  for (let i = expected.length - 1; i >= 0; i--) if (bytes[start + i] !== expected[i]) return false;
  return true;
}
