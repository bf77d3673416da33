import * as z from 'zod';
import { CATEGORIES } from '../domain/category.ts';
import { WEIGHTS, type WeightName } from '../domain/cause.ts';
import type { Diagnostician } from './diagnostician.ts';
import type { EpisodeState } from './episodes.ts';
import { type Held, MOST_CANDIDATES } from './held-verdict.ts';
import { type HistoryState, MOST_ROWS } from './history.ts';
import { STATE_VERSION, type State } from './state.ts';

/** The remembered state is not what serialise wrote; the message says where. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

const HISTORY = z.object({
  names: z.array(z.string()),
  apis: z.record(
    z.string(),
    z.object({
      times: z.array(z.number()).max(MOST_ROWS),
      columns: z.record(z.string(), z.array(z.number().nullable()).max(2 * MOST_ROWS)),
    }),
  ),
}) satisfies z.ZodType<HistoryState>;

const EPISODES = z.object({
  episodes: z
    .array(
      z.object({
        start: z.number(),
        end: z.number().nullable(),
        uncertainty: z.number().nonnegative().nullable(),
        lastFailing: z.number(),
      }),
    )
    .max(1000),
  lastGood: z.number().nullable(),
  last: z.number().nullable(),
  hours: z.array(z.number().int()).max(1000).exactOptional(),
  onsets: z.array(z.number()).max(1000).exactOptional(),
}) satisfies z.ZodType<EpisodeState>;

const EVIDENCE = z.object({
  id: z.string(),
  says: z.string(),
  weight: z.enum([...(Object.keys(WEIGHTS) as WeightName[]), 'superseded']),
  points: z.number(),
  lookBack: z.boolean(),
  values: z.record(z.string(), z.number()),
  readings: z.array(z.string()).exactOptional(),
  since: z.number(),
  reproduce: z.string().exactOptional(),
  sample: z.string().exactOptional(),
});
const CANDIDATE = z.object({
  cause: z.string(),
  category: z.enum(CATEGORIES),
  confidence: z.number(),
  score: z.number(),
  evidence: z.array(EVIDENCE),
});
const HELD = z.object({
  verdict: z.object({
    cause: z.string(),
    category: z.enum(CATEGORIES),
    confidence: z.number(),
    state: z.enum(['failing', 'recovering', 'recovered']),
    since: z.number(),
    endedAt: z.number().exactOptional(),
  }),
  candidates: z.array(CANDIDATE).max(MOST_CANDIDATES),
  calm: z.number().int().nonnegative(),
  calmSince: z.number().exactOptional(),
  failures: z.number().exactOptional(),
  leads: z.object({ since: z.number(), until: z.number() }).exactOptional(),
  kept: z.literal(true).exactOptional(),
}) satisfies z.ZodType<Held>;

const STATE = z.object({
  version: z.union([z.literal(1), z.literal(STATE_VERSION)]),
  history: HISTORY,
  episodes: z.record(z.string(), EPISODES),
  ledger: z.record(z.string(), z.record(z.string(), z.number())),
  held: z.record(z.string(), HELD).default({}),
});

/** Only who restores a state pays for its schema. @param text what `serialise` gave, as it came from a disk. @throws StateError */
export function parseState(text: string): State {
  return readable(() => STATE.parse(JSON.parse(text)));
}

/** Lets a diagnostician go on from what `serialise` gave. @throws StateError, and it remembers what it did before, when the text is not that. */
export function restoreState(doctor: Pick<Diagnostician, 'restore'>, text: string): void {
  const state = parseState(text);
  readable(() => doctor.restore(state));
}

function readable<T>(read: () => T): T {
  try {
    return read();
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
