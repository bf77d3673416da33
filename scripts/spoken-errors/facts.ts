import { readdirSync, readFileSync } from 'node:fs';

export const SPOKEN_KINDS = ['error', 'status', 'condition', 'event', 'log'] as const;
export type SpokenKind = (typeof SPOKEN_KINDS)[number];

/** One thing that a program says when something fails, as `lister` found it in the source of its module. */
export interface Spoken {
  /** The name of its file. */
  readonly program: string;
  readonly module: string;
  /** Below the module. */
  readonly package: string;
  readonly kind: SpokenKind;
  /** The call or the form that says so. */
  readonly by: string;
  /** Of HTTP or gRPC, where it is an answer: `StatusForbidden`, `Unavailable`. */
  readonly code?: string;
  /** With Go's verbs. */
  readonly format: string;
  /** What the program calls the values that fill the verbs; of a structured line its keys. */
  readonly args: readonly string[];
  readonly structured: boolean;
  /** Versions that have it, oldest first. */
  readonly versions: readonly string[];
  /** Versions that were read. */
  readonly of: readonly string[];
}

interface Row {
  readonly module?: number;
  readonly package: string;
  readonly kind: SpokenKind;
  readonly by: string;
  readonly code?: string;
  readonly format: string;
  readonly args?: readonly string[];
  readonly structured?: boolean;
  readonly versions?: readonly string[];
}

const FOLDER = new URL('facts/', import.meta.url);

/** All facts, program by program. */
export function readSpoken(): Spoken[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .flatMap((file) => ofProgram(file.slice(0, -'.jsonl'.length), readFileSync(new URL(file, FOLDER), 'utf8')));
}

function ofProgram(program: string, text: string): Spoken[] {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const { modules } = JSON.parse(head) as {
    readonly modules: readonly { readonly module: string; readonly versions: readonly string[] }[];
  };
  return lines.map((line) => {
    const row = JSON.parse(line) as Row;
    const { module = '', versions: of = [] } = modules[row.module ?? 0] ?? {};
    return {
      program,
      module,
      package: row.package,
      kind: row.kind,
      by: row.by,
      ...(row.code === undefined ? {} : { code: row.code }),
      format: row.format,
      args: row.args ?? [],
      structured: row.structured ?? false,
      versions: row.versions ?? of,
      of,
    };
  });
}
