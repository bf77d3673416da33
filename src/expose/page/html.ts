/** Text that is HTML already. Made by `html` only, so that nothing from a cluster gets into a page without being escaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

type Part = Html | string | number | undefined | null | false | readonly Part[];

/** Tagged template: everything put in is escaped, except what `html` made. undefined, null and false print nothing; lists are joined. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = '';
  for (const [i, string] of strings.entries()) text += string + printed(parts[i]);
  return new Html(text);
}

export const NOTHING = new Html('');

function printed(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === undefined || part === null || part === false) return '';
  if (typeof part === 'object') return part.map(printed).join('');
  return escapeHtml(String(part));
}

const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }),
);
/** Control characters, and those that turn the direction of text around: a log line must not rewrite what stands beside it. */
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function escapeHtml(text: string): string {
  return text
    .replace(/\u001b\[[0-9;]*m/g, '')
    .replace(UNPRINTABLE, '�')
    .replace(/[&<>"']/g, (character) => ESCAPES.get(character) ?? character);
}

/** An id for a fragment: only letters, digits, dots and dashes. */
export function anchor(text: string): string {
  return `api-${text.replace(/[^A-Za-z0-9.-]/g, '_')}`;
}
