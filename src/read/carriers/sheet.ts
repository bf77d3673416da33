import { commandOf } from '../text/lines.ts';

const QUOTE = /^(?:>(?: |(?=>)|$))+/;
const EDGE = /^\s{0,8}[│┃║]\s?/;
const EDGES = /[│┃║]/g;
const LAST_EDGE = /\s*[│┃║]\s*$/;
/** Lines and corners of a box, and a title within its border; `└─1234 kubelet` is a branch of a tree. */
const BORDER = /^\s{0,8}(?:[┌├╭╔╠┏└╰╚┗].{0,2000}[┐┤╮╗╣┓┘╯╝┛]\s{0,8}|[┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣┏┓┗┛╷╵─═━]{1,2000}\s{0,8})$/;
const RULE = /^\s{0,8}[+|][-=+|: ]{2,}$/;
const ROW = /^\s{0,8}\|.{1,20000}\|\s{0,8}$/;

/**
 * Takes off what a person's editor or a program's screen draws around each line: `> ` of a mail, a chat or Markdown (RFC 3676
 * section 4.5, CommonMark 0.31), the box of a screen (k9s 0.50, Terraform 1.13, tview), a row of a table (GitHub Flavored
 * Markdown 0.29, psql, mysql). The line itself where nothing
 * was drawn, undefined for one that is only drawn.
 */
export function undrawn(line: string): string | undefined {
  const first = firstOf(line);
  if (first === 0x3e) return unquoted(line);
  if (first === 0x7c || first === 0x2b) return cellsOf(line);
  return first >= FIRST_BOX && first <= LAST_BOX ? unboxed(line) : line;
}

/** The block Box Drawing of Unicode. */
const FIRST_BOX = 0x2500;
const LAST_BOX = 0x257f;
const MOST_BLANKS = 8;

/** Its first character that is no blank; NaN of none. */
function firstOf(line: string): number {
  let at = 0;
  while (at < MOST_BLANKS && line.charCodeAt(at) === 32) at++;
  return line.charCodeAt(at);
}

/** `> kubectl get pods` is what a shell prompts, and no quotation. */
function unquoted(line: string): string {
  const [marks] = QUOTE.exec(line) ?? [];
  if (marks === undefined || (!/^> ?>/.test(marks) && commandOf(line) !== undefined)) return line;
  return line.slice(marks.length);
}

function cellsOf(line: string): string | undefined {
  if (RULE.test(line)) return undefined;
  if (!ROW.test(line)) return line;
  const cells = line.trim().slice(1, -1).replaceAll('\\|', '\u0000').split('|');
  const texts = cells.map((cell) =>
    cell
      .replaceAll('\u0000', '|')
      .replace(/`|\*\*/g, '')
      .trim(),
  );
  return texts.map((text) => (text === '' && texts.length > 1 ? '-' : text)).join('   ');
}

function unboxed(line: string): string | undefined {
  if (BORDER.test(line)) return undefined;
  const [edge] = EDGE.exec(line) ?? [];
  if (edge === undefined) return line;
  return line.slice(edge.length).replace(LAST_EDGE, '').replace(EDGES, '   ').trimEnd();
}
