import * as z from 'zod';
import { ANSWERS } from '../../domain/answer.ts';
import { CATEGORIES } from '../../domain/category.ts';
import { WEIGHTS, type WeightName } from '../../domain/cause.ts';
import { DIAGNOSES_SCHEMA, type Diagnoses } from '../../domain/diagnosis.ts';
import { HURT_KIND_NAMES } from '../../domain/impact.ts';
import { PATTERNS } from '../../domain/pattern.ts';
import { SOURCES } from '../../domain/sources.ts';
import type { Same } from './same.ts';

export const seconds = (what: string) => z.number().describe(`${what}, Unix seconds`);
export const share = (what: string) => z.number().min(0).max(1).describe(`${what}, 0 to 1`);

const CATEGORY = z.enum(CATEGORIES).describe('Of the cause; `unknown` for the verdict `unknown` alone');
export const ANSWER = z.enum(ANSWERS).describe('Four answers that are never confused');
export const PATTERN = z.enum(PATTERNS).describe('How the failures spread over time');
export const SOURCE = z.enum(SOURCES);
export const SHARD = z
  .object({ index: z.number().int().describe('From 0'), count: z.number().int() })
  .describe('Whose APIs these are: those that fall to this shard by their name; absent where they are not shared out');
const HURT_KIND = z.enum(HURT_KIND_NAMES);
const RULE = z.string().exactOptional().describe('The RBAC rule that would open it, e.g. `pods/log: get`');
export const CAUSE = z.string().describe('Id of a cause of the catalogue, or `unknown`; its runbook is /runbooks/<cause>');

export const EVIDENCE = z.object({
  id: z.string(),
  says: z.string().describe('The sentence'),
  weight: z.enum([...(Object.keys(WEIGHTS) as WeightName[]), 'superseded']),
  points: z.number().describe('What it adds to the score of its cause'),
  lookBack: z.boolean().describe('It is about the last hour, and is asked only where nothing else explains the failure'),
  values: z.record(z.string(), z.number()).describe('Value of each signal that it reads, by the name of the signal'),
  readings: z.array(z.string()).exactOptional().describe('The values, for people'),
  since: seconds('Since when it has been met without a break').exactOptional(),
  reproduce: z.string().exactOptional().describe('A command that only reads, and shows it'),
  sample: z.string().exactOptional().describe('A redacted line or message that shows it, at most 512 characters'),
});

const CANDIDATE = z.object({
  cause: CAUSE,
  category: CATEGORY,
  confidence: share('How sure'),
  score: z.number(),
  evidence: z.array(EVIDENCE),
});

const SHARED_FAILURE = z.object({
  id: z.string().describe('Of the reason; the same while that is'),
  shared: z.string().describe('What they share, in words'),
  apiservices: z.array(z.string()),
  cause: z.string().exactOptional(),
});

const FAILURES = z.object({
  name: PATTERN,
  onsets: z.array(z.number()).describe('When failures began, Unix seconds, oldest first'),
  periodSeconds: z.number().exactOptional(),
  phaseSeconds: z.number().exactOptional().describe('Seconds after a multiple of the period since the Unix epoch'),
  matches: z.string().exactOptional().describe('What runs with that period'),
  timeOfDay: z
    .object({ secondOfDay: z.number(), met: z.number(), of: z.number() })
    .exactOptional()
    .describe('Seconds after midnight UTC at which failures began on `met` of the `of` days on which it was observed'),
  dayOfWeek: z
    .object({ weekday: z.number(), secondOfDay: z.number(), met: z.number(), of: z.number(), onsets: z.array(z.number()) })
    .exactOptional()
    .describe('The same of a day of the week in UTC, 0 = Sunday, with the failures that began then, Unix seconds'),
  since: seconds('When the failure that goes on began').exactOptional(),
});

const HURT = z.object({
  kind: HURT_KIND,
  name: z.string(),
  namespace: z.string().exactOptional(),
  since: seconds('Since when').exactOptional(),
  says: z.string(),
  message: z.string().exactOptional().describe('What its own object quotes of the error, redacted'),
});

const IMPACT = z.object({
  counts: z.partialRecord(HURT_KIND, z.number()).describe('Of each kind that was observed'),
  says: z.string().exactOptional(),
  told: z.array(HURT).describe('The longest hurt of each kind, at most 5'),
  notKnown: z
    .array(z.object({ kind: HURT_KIND, why: z.string(), rule: RULE }))
    .describe('Kinds of which nothing is known: that is not nobody'),
});

const POSSIBILITY = z.object({
  category: z.enum(CATEGORIES).exclude(['unknown']),
  share: share('Of known incidents in which the same victim spoke'),
  check: z.string(),
  shows: z.string(),
});

const NOT_SEEN = z.object({ source: SOURCE, why: z.string(), rule: RULE });

export const DIAGNOSIS = z.object({
  apiservice: z.string(),
  state: z.enum(['failing', 'recovering']),
  cause: CAUSE,
  category: CATEGORY,
  title: z.string(),
  summary: z.string(),
  confidence: share('How sure'),
  pattern: PATTERN,
  failures: FAILURES,
  evidence: z.array(EVIDENCE),
  alternatives: z.array(CANDIDATE).describe('The others that were weighed, best first, at most 5'),
  remedy: z.array(z.string()),
  verify: z
    .object({ command: z.string(), expect: z.string() })
    .exactOptional()
    .describe('A command that shows that the remedy worked, and what it prints then'),
  deeper: share('Of a text: the share of a cause behind this one').exactOptional(),
  possibilities: z.array(POSSIBILITY).exactOptional().describe('With the verdict `unknown` only; never a verdict'),
  possibleOf: z.string().exactOptional(),
  startingUp: z.string().exactOptional().describe('That nothing may be wrong yet: its server has just started'),
  nextCheck: z.string().exactOptional().describe('What would decide it'),
  notSeen: z.array(NOT_SEEN).describe('Sources that were not visible and could have changed the verdict'),
  vantages: z.string().exactOptional(),
  together: SHARED_FAILURE.exactOptional().describe('The APIs that fail for the same reason'),
  impact: IMPACT.exactOptional().describe('Whom it hurts; absent where nobody looked'),
  since: seconds('When the failure began').exactOptional(),
  endedAt: seconds('Since when every vantage passes').exactOptional(),
  runbook: z.string(),
});

const API_ANSWER = z.object({
  apiservice: z.string(),
  answer: ANSWER,
  because: z.string().describe('What shows it'),
  harmless: z
    .array(z.object({ line: z.string(), says: z.string(), count: z.number() }))
    .exactOptional()
    .describe('Lines that look bad and are not'),
});

export const DIAGNOSES = z.object({
  schema: z.literal(DIAGNOSES_SCHEMA),
  time: seconds('Of what was looked at').exactOptional(),
  asOf: z.string().exactOptional(),
  answer: ANSWER,
  answers: z.array(API_ANSWER).describe('Of each API that was looked at'),
  diagnoses: z.array(DIAGNOSIS).describe('Of each API that errs; a healthy one has none'),
  examined: z.array(z.string()).describe('APIServices that were looked at'),
  notSeen: z.array(NOT_SEEN),
  shard: SHARD.exactOptional(),
}) satisfies z.ZodType<Diagnoses>;

true satisfies Same<z.infer<typeof DIAGNOSES>, Diagnoses>;
