import * as z from 'zod';
import { HOUR_VANTAGES, MOST_SIGNATURES } from './api-hour.ts';
import { HOUR_HAPPENINGS } from './happenings.ts';
import { HOURS_VERSION, type HoursState, MOST_HAPPENINGS } from './hour-book.ts';
import { SLOTS } from './minute-ring.ts';

const RUNS = z.array(z.number().nonnegative().nullable()).max(2 * SLOTS);
const MINUTES = z.array(z.number().int().nonnegative()).max(2 * SLOTS);
const HAPPENED = z
  .array(
    z.object({
      kind: z.enum(HOUR_HAPPENINGS),
      at: z.number(),
      says: z.string().max(2048),
      bad: z.boolean().exactOptional(),
    }),
  )
  .max(MOST_HAPPENINGS);

const HOURS = z.object({
  version: z.literal(HOURS_VERSION),
  apis: z.record(
    z.string(),
    z.object({
      minutes: MINUTES,
      vantages: z.partialRecord(z.enum(HOUR_VANTAGES), z.array(RUNS).length(4)),
      ready: RUNS,
      notReady: RUNS,
      policy: RUNS,
      signatures: z
        .record(z.string(), z.object({ newest: z.number(), counts: RUNS }))
        .refine((all) => Object.keys(all).length <= MOST_SIGNATURES, `at most ${MOST_SIGNATURES}`),
      happened: HAPPENED,
    }),
  ),
  load: z.object({ minutes: MINUTES, inflight: RUNS, seconds: RUNS, failing: RUNS, happened: HAPPENED }),
}) satisfies z.ZodType<HoursState>;

/** Only who restores hours pays for their schema. @throws Error that names what is wrong, when it is not what HourBook.toJSON gave. */
export function parseHours(value: unknown): HoursState {
  const { data, error } = HOURS.safeParse(value);
  if (data) return data;
  const [issue] = error.issues;
  throw new Error(issue ? `${issue.path.join('.') || 'top level'}: ${issue.message}` : 'it has another shape');
}
