import type { Diagnostician } from '../diagnose/diagnostician.ts';
import { restoreState } from '../diagnose/parse-state.ts';
import type { HourBook } from '../expose/hour/hour-book.ts';
import { parseHours } from '../expose/hour/parse-hours.ts';
import type { Logger } from '../source/logger.ts';
import { readStates, saveState } from './state-file.ts';

const SAVE_EVERY_MS = 60_000;

/** What goes on after a restart: the hour that causes are judged by, and the one that the pages show. */
export interface Kept {
  readonly diagnostician: Pick<Diagnostician, 'serialise' | 'restore'>;
  readonly hours: HourBook;
}

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
  kept: Kept,
  file: string | undefined,
  { log, mayWrite = () => true }: Keeping,
): Promise<StateKeeper> {
  if (file === undefined) return { stop: () => Promise.resolve() };
  await restore(kept, file, log);
  let saving = Promise.resolve();
  // One after the other: a slow disk must not have two writers.
  const save = () => {
    saving = saving
      .then(() => (mayWrite() ? saveState(file, textOf(kept)) : undefined))
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

/** One more field of the JSON object that the diagnostician gives: versions that do not know the hours read it as they did. */
function textOf({ diagnostician, hours }: Kept): string {
  return `${diagnostician.serialise().slice(0, -1)},"hours":${JSON.stringify(hours)}}`;
}

/** Each from the newest state that has it: what spoils one of them does not take the other. */
async function restore({ diagnostician, hours }: Kept, file: string, log: Logger): Promise<void> {
  const states = await readStates(file).catch((error: Error) => {
    log.warn({ file, error: error.message }, 'the history can not be read: starting without');
    return [];
  });
  for (const { path, text } of states)
    try {
      restoreState(diagnostician, text);
      log.info({ file: path }, 'went on with the history of an earlier run');
      break;
    } catch (error) {
      log.warn({ file: path, error: (error as Error).message }, 'this history is not usable');
    }
  for (const { path, text } of states)
    try {
      restoreHours(hours, text);
      return;
    } catch (error) {
      log.warn({ file: path, error: (error as Error).message }, 'the hour of the pages is not usable');
    }
}

/** A state of before they were kept has none. */
function restoreHours(hours: HourBook, text: string): void {
  const state = JSON.parse(text) as { readonly hours?: unknown } | null;
  if (state?.hours !== undefined) hours.restore(parseHours(state.hours));
}
