import { commandOf } from '../text/lines.ts';
import { LOG_LINE } from './carrier.ts';

/** `data: |`, `log: >-`, `- |2`: a block scalar of YAML 1.2 begins behind it. */
const BLOCK_SCALAR = /^\s{0,200}(?:- )*(?:"?[A-Za-z][\w./ -]{0,200}"?:|-) [|>][-+]?(?<blanks>[1-9]?)[-+]?\s*$/;
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
  /** How much more, where its head says so (`|2`): its first line may begin with blanks of its own. */
  #more = 0;

  read(line: string): string {
    if (line === '') return line;
    if (line.charCodeAt(0) <= 32) return this.#indented(line);
    this.#indent = 0;
    this.#open(line, 0);
    return line;
  }

  #indented(line: string): string {
    const text = line.trimStart();
    if (text === '') return '';
    const indent = line.length - text.length;
    if (this.#above >= 0) this.#indent = this.#begin(indent);
    else if (indent < this.#indent) this.#indent = 0;
    if (this.#indent === 0 && indent > 1 && isPrinted(text)) this.#indent = indent;
    this.#open(line, indent);
    return line.slice(this.#indent);
  }

  #open(line: string, indent: number): void {
    const blanks = blockHeadOf(line);
    this.#above = blanks === undefined ? -1 : indent;
    this.#more = blanks ?? 0;
  }

  #begin(indent: number): number {
    const begins = this.#more > 0 ? this.#above + this.#more : indent;
    return indent > this.#above && indent >= begins ? begins : 0;
  }
}

function isPrinted(text: string): boolean {
  return PRINTED.test(text) || (text.startsWith('$ ') && commandOf(text) !== undefined);
}

/** The line is the head of a block scalar: how many blanks it says that its lines are moved by, 0 where it leaves that to the first. */
function blockHeadOf(line: string): number | undefined {
  const last = line.trimEnd().slice(-3);
  const head = /[|>]/.test(last) && !MESSAGE.test(line) ? BLOCK_SCALAR.exec(line) : null;
  return head ? Number(head.groups?.['blanks'] ?? 0) : undefined;
}
