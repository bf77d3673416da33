import { commandOf } from '../text/lines.ts';
import { LOG_LINE } from './carrier.ts';

/** `data: |`, `log: >-`, `- |2`: a block scalar of YAML 1.2 begins behind it. */
const BLOCK_SCALAR = /^\s{0,200}(?:- )*(?:"?[A-Za-z][\w./ -]{0,200}"?:|-) [|>][-+1-9]{0,2}\s*$/;
/** A condition's message, whose further lines are read by their indentation. */
const MESSAGE = /^\s{0,200}(?:- )?(?:message|note):/i;
/** What programs print at the beginning of a line, so that it stands behind blanks only where somebody moved it. */
const PRINTED = new RegExp(String.raw`^(?:${LOG_LINE}|NAME(?:SPACE)? {2}|Error from server|error: )`);

/** Takes the indentation off what is a text within a text: a block scalar of YAML, an indented block of Markdown, output in a list. */
export class BlockReader {
  /** Blanks that are taken off each line, while the block lasts. */
  #indent = 0;
  /** A block scalar begins with the next line that is indented more than this. */
  #above = -1;

  read(line: string): string {
    if (line === '') return line;
    if (line.charCodeAt(0) <= 32) return this.#indented(line);
    this.#indent = 0;
    this.#above = opensBlock(line) ? 0 : -1;
    return line;
  }

  #indented(line: string): string {
    const text = line.trimStart();
    if (text === '') return '';
    const indent = line.length - text.length;
    if (this.#above >= 0) this.#indent = indent > this.#above ? indent : 0;
    else if (indent < this.#indent) this.#indent = 0;
    if (this.#indent === 0 && indent > 1 && isPrinted(text)) this.#indent = indent;
    this.#above = opensBlock(line) ? indent : -1;
    return line.slice(this.#indent);
  }
}

function isPrinted(text: string): boolean {
  return PRINTED.test(text) || (text.startsWith('$ ') && commandOf(text) !== undefined);
}

function opensBlock(line: string): boolean {
  const last = line.trimEnd().slice(-3);
  return /[|>]/.test(last) && BLOCK_SCALAR.test(line) && !MESSAGE.test(line);
}
