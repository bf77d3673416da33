import type { EpisodeState } from './episodes.ts';
import type { Held } from './held-verdict.ts';
import type { HistoryState } from './history.ts';
import type { LedgerStateJson } from './ledger-state.ts';

/** What a diagnostician remembers between two runs of the exporter. */
export interface State {
  readonly history: HistoryState;
  /** By APIService, as the two below. */
  readonly episodes: Readonly<Record<string, EpisodeState>>;
  readonly ledger: LedgerStateJson;
  readonly held: Readonly<Record<string, Held>>;
}

/** Of what `serialise` writes. 1 had no held verdicts. */
export const STATE_VERSION = 2;
