import { beginsAnew, beginsLogLine } from './line-starts.ts';

/** No screen and no mail is narrower or wider than this. */
const NARROWEST = 60;
const WIDEST = 250;
/** What terminals are mostly wide: one line that fills it is enough there. */
const USUAL: ReadonlySet<number> = new Set([80, 100, 120, 132, 160]);
/** Of another width: lines of one length that differ. Two have it by chance. */
const FEWEST_AS_WIDE = 3;
/** Mails are broken between words, before this column (RFC 5322 section 2.1.1: 78; RFC 3676 section 4.2: 72 or less). */
const WIDEST_MAIL = 80;
const NARROWEST_MAIL = 64;
const MOST_PIECES = 200;

/**
 * Puts log lines together that a terminal or a mail program broke, where the text itself shows the width: a terminal's line fills
 * it to the last column and goes on in the next; in a mail no line is longer, and the first word of the next one did not fit any
 * more. Returns the same array where nothing was broken. Linear.
 */
export function rejoined(lines: readonly string[]): readonly string[] {
  const width = lines.reduce((longest, line) => Math.max(longest, line.length), 0);
  if (width < NARROWEST || width > WIDEST) return lines;
  const joint = jointOf(lines, width);
  return joint ? joinedBy(lines, joint) : lines;
}

/** How a line goes on in the next: undefined when it doesn't, else what stands between them. */
type Joint = (line: string, next: string) => string | undefined;

function jointOf(lines: readonly string[], width: number): Joint | undefined {
  const terminal: Joint = (line, next) => (line.length === width && !beginsAnew(next) ? '' : undefined);
  const mail: Joint = (line, next) => {
    const word = next.indexOf(' ');
    const needed = line.length + 1 + (word < 0 ? next.length : word);
    return needed > width && !beginsAnew(next) ? ' ' : undefined;
  };
  const isTerminal = USUAL.has(width) || new Set(lines.filter(({ length }) => length === width)).size >= FEWEST_AS_WIDE;
  const isMail = width <= WIDEST_MAIL && width >= NARROWEST_MAIL;
  const candidates = [...(isTerminal ? [terminal] : []), ...(isMail ? [mail] : [])];
  // Lines of one length that is no usual width were broken between words more likely than within.
  if (!USUAL.has(width)) candidates.reverse();
  const fits = candidates.map((joint) => ({ joint, ...fitOf(lines, joint) }));
  return fits.filter(({ joined }) => joined > 0).sort((a, b) => a.loose - b.loose)[0]?.joint;
}

/** How many breaks behind log lines a joint explains, and how many lines it leaves that begin nothing of their own. */
function fitOf(lines: readonly string[], joint: Joint): { readonly joined: number; readonly loose: number } {
  let joined = 0;
  let loose = 0;
  let inside = false;
  for (const [index, line] of lines.entries()) {
    const next = lines[index + 1] ?? '';
    inside ||= beginsLogLine(line);
    if (!inside) continue;
    if (joint(line, next) !== undefined) joined++;
    else {
      if (!beginsAnew(next)) loose++;
      inside = false;
    }
  }
  return { joined, loose };
}

function joinedBy(lines: readonly string[], joint: Joint): string[] {
  const joined: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const pieces = [lines[at] ?? ''];
    if (beginsLogLine(pieces[0] ?? ''))
      for (; pieces.length < MOST_PIECES; at++) {
        const between = joint(lines[at] ?? '', lines[at + 1] ?? '');
        if (between === undefined) break;
        pieces.push(between, lines[at + 1] ?? '');
      }
    joined.push(pieces.join(''));
  }
  return joined;
}
