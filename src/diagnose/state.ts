import * as z from 'zod';
import type { EpisodeState } from './episodes.ts';
import { HELD_STATE } from './held-state.ts';
import type { Held } from './held-verdict.ts';
import type { HistoryState } from './history.ts';
import { LEDGER_STATE } from './ledger-state.ts';

/** What a diagnostician remembers between two runs of the exporter. */
export interface State {
  readonly version: 2;
  readonly history: HistoryState;
  readonly episodes: Readonly<Record<string, EpisodeState>>;
  readonly ledger: z.infer<typeof LEDGER_STATE>;
  /** By APIService. */
  readonly held: Readonly<Record<string, Held>>;
}

/** The remembered state is not what serialise wrote; the message says where. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

const EPISODE = z.object({
  start: z.number(),
  end: z.number().nullable(),
  uncertainty: z.number().nonnegative().nullable(),
  lastFailing: z.number(),
});
const STATE = z.object({
  /** 1 had no held verdicts. */
  version: z.union([z.literal(1), z.literal(2)]),
  history: z.unknown(),
  episodes: z.record(
    z.string(),
    z.object({ episodes: z.array(EPISODE).max(1000), lastGood: z.number().nullable(), last: z.number().nullable() }),
  ),
  ledger: LEDGER_STATE,
  held: HELD_STATE.default({}),
});

/** @param restoreHistory takes the part of the history; what it throws becomes a StateError. */
export function parseState(text: string, restoreHistory: (history: unknown) => void): Omit<State, 'history' | 'version'> {
  try {
    const { history, ...state } = STATE.parse(JSON.parse(text));
    restoreHistory(history);
    return state;
  } catch (error) {
    throw new StateError(`the remembered state is unreadable: ${whatIsWrong(error)}`, { cause: error });
  }
}

function whatIsWrong(error: unknown): string {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return issue ? `${issue.path.join('.') || 'top level'}: ${issue.message}` : 'it has another shape';
  }
  return error instanceof Error ? error.message.slice(0, 200) : String(error);
}
