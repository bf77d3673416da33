import { redacted } from '../../redact/redact.ts';
import { linesOf } from '../text/lines.ts';
import { bare, type CarriedLine } from './carrier.ts';
import { Layer } from './layer.ts';
import { undrawn } from './sheet.ts';
import { rejoined } from './wraps.ts';

/** What people copy by hand; longer texts come out of files, which nobody quotes or wraps. */
const LARGEST_PASTE = 2 ** 20;
/** A mail that quotes a chat that quotes a log. */
const MOST_SHEETS = 4;

/**
 * The lines of a text as the programs printed them that speak in it, whatever carried them here: other programs' logs (CRI, docker,
 * journald, kubectl, stern, clouds), JSON, tables and boxes, quotations, wraps, YAML within YAML. Total, pure, linear: each character is
 * looked at a fixed number of times. What nothing carried comes out as it is.
 */
export function* unwrapped(text: string): Generator<CarriedLine> {
  const lines = text.length <= LARGEST_PASTE ? laidFlat([...linesOf(text)]) : linesOf(text);
  const layer = new Layer(1);
  for (const line of lines) yield* layer.push(bare(line));
  yield* layer.end();
}

/** Without what is drawn around lines, and without wraps; one may be within the other. A secret that was broken is whole again. */
function laidFlat(lines: readonly string[]): readonly string[] {
  let flat = lines;
  for (let sheet = 0; sheet < MOST_SHEETS; sheet++) {
    const before = flat;
    flat = withoutDrawings(rejoined(flat));
    if (flat === before) break;
  }
  return flat === lines ? flat : redacted(flat.join('\n')).split('\n');
}

function withoutDrawings(lines: readonly string[]): readonly string[] {
  let changed = false;
  const flat = lines.flatMap((line) => {
    const text = undrawn(line);
    if (text !== line) changed = true;
    return text ?? [];
  });
  return changed ? flat : lines;
}
