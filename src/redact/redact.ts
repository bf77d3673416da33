import { REDACTED_KINDS, type RedactedKind, type SecretShape, SHAPES } from './kinds.ts';

export interface Redaction {
  readonly text: string;
  /** How many of each kind were cut; kinds that were not are absent. */
  readonly cut: Readonly<Partial<Record<RedactedKind, number>>>;
}

/** Words without which no shape matches. An ordinary line has none and costs this one look. */
const SUSPECT =
  /PRIVATE KEY|(?:^|\n)[A-Za-z0-9+/]{64}\n|eyJ|pass|pwd|secret|token|key|credential|signature|sig=|uthorization|bearer|basic|gh[pousr]_|github_|gl\w{2,3}-|xox|npm_|dckr_|hv[bs]\.|[sr]k_|slack\.com|AKIA|ASIA|AIza|ya29|1\/\/0|@|-data/i;

/** Longer texts are looked through in parts, at line breaks. */
const PART = 1 << 20;

/**
 * Cuts secrets out of a text, marks each cut as `‹redacted: kind›`, and leaves everything else as it is. Pure; linear in the
 * text; what comes out stays the same when it is redacted again. The words that signatures match on are kept (tests).
 */
export function redact(text: string): Redaction {
  if (text.length <= PART) return redactPart(text);
  const parts: string[] = [];
  const cut: Partial<Record<RedactedKind, number>> = {};
  let changed = false;
  for (let from = 0; from < text.length; ) {
    const newline = text.lastIndexOf('\n', from + PART);
    const end = from + PART >= text.length ? text.length : newline > from ? newline + 1 : from + PART;
    const part = redactPart(text.slice(from, end));
    parts.push(part.text);
    changed ||= part.cut !== NOTHING;
    for (const [kind, count] of Object.entries(part.cut) as [RedactedKind, number][]) cut[kind] = (cut[kind] ?? 0) + count;
    from = end;
  }
  return changed ? { text: parts.join(''), cut } : { text, cut: NOTHING };
}

const NOTHING: Redaction['cut'] = {};

function redactPart(text: string): Redaction {
  if (!SUSPECT.test(text)) return { text, cut: NOTHING };
  const cut: Partial<Record<RedactedKind, number>> = {};
  let result = OVER_LINES.test(text) ? withoutShapes(text, SHAPES_OVER_LINES, cut) : text;
  // A line of many: most of them need no more than the look.
  result = result.includes('\n')
    ? result.replace(LINE, (line) => (SUSPECT.test(line) ? withoutShapes(line, SHAPES_OF_LINES, cut) : line))
    : withoutShapes(result, SHAPES_OF_LINES, cut);
  return { text: result, cut: Object.keys(cut).length === 0 ? NOTHING : cut };
}

const LINE = /[^\n]+/g;
const OVER_LINES = /PRIVATE KEY|(?:^|\n)[A-Za-z0-9+/]{64}\n/;
const SHAPES_OVER_LINES = SHAPES.filter(({ kind }) => kind === 'private-key');
const SHAPES_OF_LINES = SHAPES.filter(({ kind }) => kind !== 'private-key');

function withoutShapes(text: string, shapes: readonly SecretShape[], cut: Partial<Record<RedactedKind, number>>): string {
  let result = text;
  // What stood beside a cut may now stand by itself: a text without another cut is finished.
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const before = result;
    for (const shape of shapes) result = withoutShape(result, shape, cut);
    if (result === before) break;
  }
  return result;
}

const MOST_TURNS = 8;

function withoutShape(text: string, { kind, pattern, isSecret }: SecretShape, cut: Partial<Record<RedactedKind, number>>): string {
  return text.replace(pattern, (match: string, ...rest: unknown[]) => {
    const groups = groupsOf(rest);
    const secret = groups ? groups.secret : match;
    if (secret === undefined || isSecret?.(secret, match, groups?.lone !== undefined) === false) return match;
    cut[kind] = (cut[kind] ?? 0) + 1;
    const at = match.lastIndexOf(secret);
    return `${match.slice(0, at)}‹redacted: ${kind}›${match.slice(at + secret.length)}`;
  });
}

/** Of a call by String.replace: its last argument, where the pattern names groups. */
function groupsOf(rest: readonly unknown[]): { readonly secret?: string; readonly lone?: string } | undefined {
  const last = rest.at(-1);
  return typeof last === 'object' && last !== null ? last : undefined;
}

const total: Record<RedactedKind, number> = Object.fromEntries(REDACTED_KINDS.map((kind) => [kind, 0])) as Record<RedactedKind, number>;

/** The text as it may be kept; what was cut is counted for the whole process. */
export function redacted(text: string): string {
  const { text: kept, cut } = redact(text);
  if (cut !== NOTHING) for (const [kind, count] of Object.entries(cut) as [RedactedKind, number][]) total[kind] += count;
  return kept;
}

/** What was cut since the start of the process. */
export function redactionTotals(): Readonly<Record<RedactedKind, number>> {
  return total;
}
