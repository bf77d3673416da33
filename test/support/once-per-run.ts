import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

/** In the environment, so that all processes of a run have one: `setup` says which. */
const VARIABLE = 'AGGREGATED_API_EXPORTER_RUN';
const PAUSE_MS = 25;
const MOST_PAUSES = 4800;

/** For vitest's `globalSetup`: a folder for what a whole run makes once. Each project of a run calls it; the first one counts. */
export function setup(project: Pick<TestProject, 'onTestsRerun'>): (() => void) | undefined {
  if (process.env[VARIABLE] !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'exporter-run-'));
  process.env[VARIABLE] = folder;
  const clear = () => rmSync(folder, { recursive: true, force: true });
  // A watched run goes on after a change: what was made is of the source before it.
  project.onTestsRerun(() => {
    clear();
    mkdirSync(folder);
  });
  return clear;
}

let own: string | undefined;
/** Where nobody has set up a run: of this process. */
function folderOfThisProcess(): string {
  if (own !== undefined) return own;
  const folder = mkdtempSync(join(tmpdir(), 'exporter-run-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  own = folder;
  return folder;
}

/**
 * A folder with what `make` puts into it. Of the processes of a run the first that asks makes it, and the others wait for that.
 * @throws Error when it was not made: by this process or by another.
 */
export function madeOnce(name: string, make: (folder: string) => void): string {
  const folder = join(process.env[VARIABLE] ?? folderOfThisProcess(), name);
  const [done, failed] = [`${folder}.done`, `${folder}.failed`];
  if (begins(folder)) {
    try {
      make(folder);
      writeFileSync(done, '');
    } catch (error) {
      writeFileSync(failed, '');
      throw error;
    }
  }
  for (let pauses = 0; !existsSync(done); pauses++) {
    if (existsSync(failed) || pauses > MOST_PAUSES) throw new Error(`${name}: another process of this run could not make it`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  return folder;
}

/** Making a folder is what only one can do. */
function begins(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  }
}
