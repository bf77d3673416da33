import * as z from 'zod';
import { CATEGORIES } from '../domain/category.ts';
import { HURT_KIND_NAMES } from '../domain/impact.ts';
import { ENDINGS, INCIDENT_STATES, type Incident } from '../domain/incident.ts';
import { PATTERNS } from '../domain/pattern.ts';
import { VANTAGES } from '../domain/probe.ts';
import { CHANGE_KINDS } from '../domain/snapshot.ts';
import { MOST_SLOTS } from './course.ts';
import { INCIDENT_ID } from './id.ts';
import { type PackedIncident, unpack } from './packed.ts';

/** A change or an event. */
const HAPPENING = z.object({
  at: z.number(),
  what: z.enum([...CHANGE_KINDS, 'event', 'restart']),
  says: z.string(),
  message: z.string().exactOptional(),
});
const VERDICT = { cause: z.string(), category: z.enum(CATEGORIES), title: z.string(), confidence: z.number() };

const ASKED = z.array(z.object({ vantage: z.enum(VANTAGES), asked: z.number(), failed: z.number() }));
const STEP = z.number().positive();
const COURSE = z.object({
  step: STEP,
  slots: z
    .array(
      z.object({
        at: z.number(),
        asked: ASKED,
        seconds: z.number().exactOptional(),
        ready: z.number().exactOptional(),
        lines: z.number().exactOptional(),
        inflight: z.number().exactOptional(),
      }),
    )
    .max(MOST_SLOTS),
});

const EVIDENCE = {
  id: z.string(),
  cause: z.string(),
  says: z.string(),
  from: z.number(),
  to: z.number().exactOptional(),
};

/** The shape of an Incident, and of what the HTTP API answers. */
export const INCIDENT = z.object({
  id: z.string().regex(INCIDENT_ID),
  apiservice: z.string(),
  began: z.number(),
  beganUnseen: z.literal(true).exactOptional(),
  ended: z.number().exactOptional(),
  state: z.enum(INCIDENT_STATES),
  ending: z.enum(ENDINGS).exactOptional(),
  lastFailing: z.number(),
  goesOnUntil: z.number().exactOptional(),
  uncounted: z.literal(true).exactOptional(),
  returned: z.number().int().nonnegative(),
  interruptions: z.array(z.object({ from: z.number(), to: z.number() })),
  pattern: z.enum(PATTERNS),
  ...VERDICT,
  causes: z.array(z.object({ ...VERDICT, from: z.number(), to: z.number().exactOptional() })),
  evidence: z.array(z.object({ ...EVIDENCE, sample: z.string().exactOptional() })),
  before: z.array(HAPPENING),
  during: z.array(HAPPENING).exactOptional(),
  course: COURSE.exactOptional(),
  vantages: ASKED,
  hurt: z.array(
    z.object({
      kind: z.enum(HURT_KIND_NAMES),
      name: z.string(),
      namespace: z.string().exactOptional(),
      since: z.number().exactOptional(),
      says: z.string(),
      message: z.string().exactOptional(),
    }),
  ),
  hurtCounts: z.partialRecord(z.enum(HURT_KIND_NAMES), z.number()),
  endedBy: HAPPENING.exactOptional(),
  shared: z
    .object({ id: z.string(), shared: z.string(), apiservices: z.array(z.string()), cause: z.string().exactOptional() })
    .exactOptional(),
}) satisfies z.ZodType<Incident>;

const RUNS = z.array(z.number().nullable()).max(2 * MOST_SLOTS);
const PACKED_COURSE = z.object({
  step: STEP,
  from: z.number(),
  at: z.array(z.number().int().nonnegative()).max(2 * MOST_SLOTS),
  asked: z.partialRecord(z.enum(VANTAGES), z.tuple([RUNS, RUNS])),
  seconds: RUNS.exactOptional(),
  ready: RUNS.exactOptional(),
  lines: RUNS.exactOptional(),
  inflight: RUNS.exactOptional(),
});

/** What stands in the file. */
const PACKED = INCIDENT.extend({
  evidence: z.array(z.object({ ...EVIDENCE, sample: z.union([z.string(), z.number().int().nonnegative()]).exactOptional() })),
  course: z.union([PACKED_COURSE, COURSE]).exactOptional(),
}) satisfies z.ZodType<PackedIncident>;

/** Only who reads a file pays for its schema. Undefined: it is no incident. */
export function parseIncident(value: unknown): Incident | undefined {
  const { data } = PACKED.safeParse(value);
  try {
    return data && unpack(data);
  } catch {
    return undefined;
  }
}
