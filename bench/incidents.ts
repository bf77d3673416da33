import { existsSync, readFileSync } from 'node:fs';
import { programOf } from './programs.ts';

/** Known incidents lie beside a checkout, not in it: they are for measuring, not fixtures. */
const FOLDER = new URL('../../shared/incidents/', import.meta.url);

export interface Incident {
  readonly id: string;
  readonly text: string;
  readonly truth: string;
  /** Others that a careful reader could defend; `unknown` among them where only victims speak. */
  readonly also: readonly string[];
  /** False where the text holds only what victims say. */
  readonly decidable: boolean;
  /** The program behind the API: what is fitted is judged on programs that it has not seen. */
  readonly program: string;
  readonly pattern: string;
  /** How sure the label is: confirmed, likely, low. */
  readonly label: string;
}

/** What we read of a row of the corpus. */
interface Row {
  readonly id: string;
  readonly cause: string;
  readonly also?: readonly string[];
  readonly pattern?: string;
  readonly confidence?: string;
  readonly decidable?: boolean;
  readonly server_software?: string | null;
  readonly source?: { readonly repo?: string };
}

/** Undefined when the folder is not there. */
export async function loadIncidents(): Promise<Incident[] | undefined> {
  if (!existsSync(new URL('incidents.jsonl', FOLDER))) return undefined;
  const { render } = (await import(new URL('render.mjs', FOLDER).href)) as { render: (row: unknown) => string };
  return readFileSync(new URL('incidents.jsonl', FOLDER), 'utf8')
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => {
      const row = JSON.parse(line) as Row;
      const decidable = row.decidable !== false;
      const category = (label: string) => label.replaceAll('_', '-');
      return {
        id: row.id,
        text: render(row),
        truth: category(row.cause),
        also: [...(row.also ?? []).map(category), ...(decidable ? [] : ['unknown'])],
        decidable,
        program: programOf(row.server_software ?? '', row.source?.repo ?? ''),
        pattern: row.pattern ?? 'unknown',
        label: row.confidence ?? 'low',
      };
    });
}
