import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cause } from '../src/domain/cause.ts';
import type { Signal } from '../src/domain/signal.ts';
import type { Signature } from '../src/domain/signature.ts';

const NOTE = '// Printed by `npm run generate`; do not edit.\n';

/** The entries that a folder holds, one file each: ids by file name, sorted. `declares` marks the files that hold one. */
function entriesOf(root: string, folder: string, declares: string): string[] {
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.ts') && readFileSync(join(root, folder, file), 'utf8').includes(` = ${declares}({`))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

const exportNameOf = (id: string): string => id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const imports = (ids: readonly string[]): string => ids.map((id) => `import { ${exportNameOf(id)} } from './${id}.ts';\n`).join('');

const members = (ids: readonly string[]): string => ids.map((id) => `  ${exportNameOf(id)},\n`).join('');

/** The two lists of folders with one entry a file: path below the root → text. They import nothing that is not there yet. */
export function catalogueLists(root: string): Readonly<Record<string, string>> {
  const causes = entriesOf(root, 'src/correlations', 'defineCause');
  const faults = entriesOf(root, 'src/simulator/faults', 'defineFault');
  return {
    'src/correlations/list.ts': `${NOTE}import type { Cause } from '../domain/cause.ts';
${imports(causes)}
/** The catalogue, sorted by id: every file of this folder that defines a cause. */
export const CAUSES: readonly Cause[] = [
${members(causes)}];
`,
    'src/simulator/faults/list.ts': `${NOTE}${imports(faults)}
/** Every file of this folder that defines a fault, sorted by id. */
export const FAULTS = [
${members(faults)}] as const;

export type FaultId = (typeof FAULTS)[number]['id'];
`,
  };
}

export interface Catalogue {
  readonly causes: readonly Pick<Cause, 'id'>[];
  readonly signals: readonly Pick<Signal, 'name'>[];
  readonly signatures: readonly Pick<Signature, 'id'>[];
}

/**
 * src/domain/ids.ts: the ids of the literals as types. Printed, because causes name each other and the signals that lines make of
 * them: a type that is derived from the literals would be one of its own parts.
 */
export function idTypes({ causes, signals, signatures }: Catalogue): string {
  return `${NOTE}
/** A literal of src/correlations. */
${union(
  'CauseId',
  causes.map(({ id }) => id),
)}
/** A signal of src/signals, or one that diagnose/ derives from the history. */
${union(
  'SignalId',
  signals.map(({ name }) => name),
)}
/** A literal of src/signatures. */
${union(
  'SignatureId',
  signatures.map(({ id }) => id),
)}`;
}

function union(name: string, ids: readonly string[]): string {
  return `export type ${name} =\n${[...ids]
    .sort()
    .map((id) => `  | '${id}'`)
    .join('\n')};\n`;
}
