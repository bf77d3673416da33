import { existsSync, readFileSync } from 'node:fs';

/** Known incidents lie beside a checkout, not in it: they are for measuring, not fixtures. */
const FOLDER = new URL('../../shared/incidents/', import.meta.url);

export interface Incident {
  readonly id: string;
  readonly text: string;
  readonly truth: string;
  readonly also: readonly string[];
  readonly pattern: string;
  /** How sure the label is: confirmed, likely, low. */
  readonly label: string;
}

/** Undefined when the folder is not there. */
export async function loadIncidents(): Promise<Incident[] | undefined> {
  if (!existsSync(new URL('incidents.jsonl', FOLDER))) return undefined;
  const { render } = (await import(new URL('render.mjs', FOLDER).href)) as { render: (row: unknown) => string };
  return readFileSync(new URL('incidents.jsonl', FOLDER), 'utf8')
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => {
      const row = JSON.parse(line) as { id: string; cause: string; also?: string[]; pattern?: string; confidence?: string };
      const category = (label: string) => label.replaceAll('_', '-');
      return {
        id: row.id,
        text: render(row),
        truth: category(row.cause),
        also: (row.also ?? []).map(category),
        pattern: row.pattern ?? 'unknown',
        label: row.confidence ?? 'low',
      };
    });
}
