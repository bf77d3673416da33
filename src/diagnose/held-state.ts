import * as z from 'zod';
import { CATEGORIES } from '../domain/category.ts';
import { WEIGHTS, type WeightName } from '../domain/cause.ts';
import { type Held, MOST_CANDIDATES } from './held-verdict.ts';

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

/** Held verdicts by APIService, as they are remembered between two runs. */
export const HELD_STATE = z.record(z.string(), HELD);
