import type { Diagnostician } from '../diagnose/diagnostician.ts';
import { restoreState } from '../diagnose/parse-state.ts';
import type { Logger } from '../source/logger.ts';
import { readStates, saveState } from './state-file.ts';

const SAVE_EVERY_MS = 60_000;

export interface StateKeeper {
  /** Saves once more. */
  stop(): Promise<void>;
}

export interface Keeping {
  readonly log: Logger;
  /** Whether files are ours to write now; default: always. Where it is not always, another process may write them meanwhile. */
  readonly mayWrite?: () => boolean;
}

/** Goes on with the history that the file has, and saves it once a minute. Without a file nothing is kept. */
export async function startStateKeeper(
  diagnostician: Diagnostician,
  file: string | undefined,
  { log, mayWrite = () => true }: Keeping,
): Promise<StateKeeper> {
  if (file === undefined) return { stop: () => Promise.resolve() };
  await restore(diagnostician, file, log);
  let saving = Promise.resolve();
  // One after the other: a slow disk must not have two writers.
  const save = () => {
    saving = saving
      .then(() => (mayWrite() ? saveState(file, diagnostician.serialise()) : undefined))
      .catch((error: Error) => log.warn({ file, error: error.message }, 'the history could not be saved'));
    return saving;
  };
  const timer = setInterval(() => void save(), SAVE_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return save();
    },
  };
}

async function restore(diagnostician: Diagnostician, file: string, log: Logger): Promise<void> {
  const states = await readStates(file).catch((error: Error) => {
    log.warn({ file, error: error.message }, 'the history can not be read: starting without');
    return [];
  });
  for (const { path, text } of states)
    try {
      restoreState(diagnostician, text);
      log.info({ file: path }, 'went on with the history of an earlier run');
      return;
    } catch (error) {
      log.warn({ file: path, error: (error as Error).message }, 'this history is not usable');
    }
}
