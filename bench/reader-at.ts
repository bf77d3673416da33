import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Incident } from './incidents.ts';
import type { Judgement } from './measures.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Commands at a time: each is a process of some tenths of a second. */
const LANES = 2;

/** What a reader said of an incident, by its command alone: what any revision has. */
export interface Said extends Judgement {
  /** It said so in as many words: an answer without a diagnosis, and exit code 0. */
  readonly calledHealthy: boolean;
  readonly decidable: boolean;
}

/**
 * Builds the program of a revision in a working tree of its own, with the packages that are installed here, and asks it of each
 * incident as a person would: `diagnose --from -`. The tree is removed in the end. @throws Error when the revision cannot be built.
 */
export async function saidAt(revision: string, incidents: readonly Incident[]): Promise<Said[]> {
  const folder = mkdtempSync(join(tmpdir(), 'aggregated-api-reader-'));
  const tree = join(folder, 'tree');
  try {
    execFileSync('git', ['-C', ROOT, 'worktree', 'add', '--quiet', '--detach', tree, revision], { stdio: ['ignore', 'ignore', 'inherit'] });
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
    execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: tree, stdio: ['ignore', 'ignore', 'inherit'] });
    const main = join(tree, 'dist/main.js');
    if (!existsSync(main)) throw new Error(`revision ${revision} builds no dist/main.js`);
    return await inLanes(incidents, (incident) => ask(main, incident));
  } finally {
    if (existsSync(tree)) execFileSync('git', ['-C', ROOT, 'worktree', 'remove', '--force', tree]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inLanes<Item, Result>(items: readonly Item[], of: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results = new Map<number, Result>();
  const waiting = [...items.entries()];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results.set(next[0], await of(next[1]));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return items.flatMap((_, index) => {
    const result = results.get(index);
    return result === undefined ? [] : [result];
  });
}

/** A command that prints no JSON has said nothing, and calls nothing healthy. */
function ask(main: string, incident: Incident): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, 'diagnose', '--from', '-', '--output', 'json'], { stdio: ['pipe', 'pipe', 'ignore'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(heard(printed, code, incident)));
    child.stdin.on('error', () => {});
    child.stdin.end(incident.text);
  });
}

/** What stands in the JSON that `diagnose` prints, as the scorers of others read it. */
export function heard(printed: string, code: number | null, { id, truth, also, decidable }: Incident): Said {
  let diagnoses: readonly { readonly category?: string; readonly confidence?: number }[] | undefined;
  try {
    ({ diagnoses } = JSON.parse(printed) as { diagnoses?: typeof diagnoses });
  } catch {
    // It said nothing that could be read.
  }
  const named = (diagnoses ?? []).flatMap(({ category }) => category ?? []);
  return {
    id,
    truth,
    also,
    decidable,
    named,
    confidence: diagnoses?.[0]?.confidence,
    calledHealthy: diagnoses !== undefined && named.length === 0 && code === 0,
  };
}

/**
 * Which incidents a reader's writers had before them: the first so many of the file, where rows are only appended, or those whose ids stand
 * in a file, one a line. The corpus itself does not say when a row was added.
 */
export function splitBySeen(
  incidents: readonly Incident[],
  { seen = 0, newRows }: { readonly seen?: number; readonly newRows?: string },
): { readonly seen: readonly Incident[]; readonly added: readonly Incident[] } {
  if (newRows === undefined) return { seen: incidents.slice(0, seen), added: incidents.slice(seen) };
  const ids = new Set(readFileSync(newRows, 'utf8').split(/\s+/));
  return { seen: incidents.filter(({ id }) => !ids.has(id)), added: incidents.filter(({ id }) => ids.has(id)) };
}
