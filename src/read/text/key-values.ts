/** `key: value` of YAML, JSON (pretty-printed) and `kubectl describe`, whichever it is. */
export interface KeyValue {
  readonly indent: number;
  /** The line begins a list item or an object: `- ` or `{`. */
  readonly starts: boolean;
  readonly key: string;
  /** Without quotes and trailing comma. */
  readonly value: string;
  /** A quoted value goes on in the next line. */
  readonly open: boolean;
}

const LINE = /^(\s{0,200})((?:- |\{ ?)?)"?([A-Za-z][A-Za-z0-9 _-]{0,40}?)"?\s{0,2}:(?:\s+(.*)|)$/;

export function keyValueOf(line: string): KeyValue | undefined {
  if (line.length > 20_000) return undefined;
  const match = LINE.exec(line);
  if (!match) return undefined;
  const [, indent = '', starts, key = '', rest = ''] = match;
  const raw = rest.trim();
  const open = raw.length > 0 && (raw[0] === '"' || raw[0] === "'") && !closes(raw);
  return { indent: indent.length, starts: starts !== '', key, value: unquote(raw), open };
}

/** The quote that begins the text also ends it. */
function closes(raw: string): boolean {
  const body = raw.replace(/,$/, '');
  const quote = body.charAt(0);
  return body.length > 1 && body.endsWith(quote) && !body.endsWith(`\\${quote}`);
}

export function unquote(raw: string): string {
  let text = raw.replace(/,$/, '');
  if (text.startsWith('"') || text.startsWith("'")) text = text.slice(1);
  if (text.endsWith('"') || text.endsWith("'")) text = text.slice(0, -1);
  return text.replaceAll('\\n', ' ').replaceAll('\\"', '"').replace(/\s+/g, ' ').trim();
}
