import { BUILT_IN } from './built-in.ts';
import { runbookPages } from './runbooks/files.ts';
import { printHtml } from './runbooks/html.ts';

let pages: ReadonlyMap<string, string> | undefined;

/**
 * The runbook of a cause, of an alert (its name in lower case) or `unknown`, as an escaped HTML fragment; undefined when there is
 * no such page. Printed once, at the first question.
 */
export function renderRunbookHtml(id: string): string | undefined {
  pages ??= new Map(runbookPages(BUILT_IN).map((page) => [page.id, printHtml(page)]));
  return pages.get(id);
}
