import { printable } from './printable.ts';

/** Text that must stay text: nothing from a cluster becomes a link, an image or HTML. Commands in backticks stay code. */
export function plain(text: string): string {
  return printable(text)
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? code(part.slice(1, -1)) : part.replace(/[\\*_[\]<>#|!~]/g, '\\$&').replace(/`/g, '\\`')))
    .join('');
}

/** A code span whose fence is longer than any run of backticks in it. */
export function code(text: string): string {
  const clean = printable(text);
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${clean}${pad}${fence}`;
}
