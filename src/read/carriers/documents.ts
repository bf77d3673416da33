import type { CarriedLine } from './carrier.ts';
import { DepthScan, openJson } from './json-documents.ts';

const LONGEST = 16 * 2 ** 20;
const MOST_LINES = 200_000;
const BEGINS = /^(?:\{|\[|\[\{)\s*$/;
const TYPED_LIST = /"kind":\s?"(?!List")\w{1,100}List"/;

/** Puts the lines of a JSON document into one where it carries something. Any other is given as it was laid out. */
export class DocumentGatherer {
  #held: CarriedLine[] = [];
  #length = 0;
  #scan = new DepthScan();

  /** The lines that are known to be what they are now. */
  push(line: CarriedLine): readonly CarriedLine[] {
    if (this.#held.length === 0 && !BEGINS.test(line.text)) return [line];
    this.#held.push(line);
    this.#length += line.text.length;
    this.#scan.push(line.text);
    if (this.#scan.depth > 0 && this.#length < LONGEST && this.#held.length < MOST_LINES) return [];
    return this.#scan.depth === 0 ? whole(this.#taken()) : this.#taken();
  }

  end(): readonly CarriedLine[] {
    return this.#held.length === 0 ? [] : this.#taken();
  }

  #taken(): readonly CarriedLine[] {
    const held = this.#held;
    this.#held = [];
    this.#length = 0;
    this.#scan = new DepthScan();
    return held;
  }
}

/** Items of a typed list have no kind, which the reader of lines needs: these lists are laid out anew too. */
function whole(lines: readonly CarriedLine[]): readonly CarriedLine[] {
  const [first] = lines;
  const text = lines.map((line) => line.text.trim()).join(' ');
  const [carried] = openJson(text) ?? [];
  if (!first || !carried) return lines;
  const isObject = carried.body.startsWith('{\n');
  return isObject && !TYPED_LIST.test(text.slice(0, 4096)) ? lines : [{ ...first, text }];
}
