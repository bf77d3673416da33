import * as z from 'zod';
import { AGENT_NETWORKS, type ReachState } from '../../domain/node-reach.ts';
import { SOURCE_STATES, type SourceState } from '../../domain/sources.ts';
import { STATUS_SCHEMA, type StatusBody } from '../answers.ts';
import { ANSWER, CAUSE, PATTERN, SHARD, SOURCE, seconds, share } from './diagnoses.ts';
import type { Same } from './same.ts';

const SOURCE_STATUS = z.object({
  source: SOURCE,
  state: z.enum(Object.keys(SOURCE_STATES) as SourceState[]),
  lastSuccess: seconds('Absent before the first success').exactOptional(),
  message: z.string().exactOptional().describe('What failed'),
  rule: z.string().exactOptional().describe('The RBAC rule that would open it'),
  refused: z.number().int().exactOptional().describe('Values in objects of the cluster that could not be used, since the start'),
});

const REACH_STATES = ['reached', 'partly', 'unreached', 'unknown'] as const satisfies readonly ReachState[];

const REACH = z.object({
  says: z.string().nullable().describe('In words; null: no agent has reported'),
  counts: z.record(z.enum(REACH_STATES), z.number().int()).describe('Nodes by what their agents say'),
  nodes: z
    .array(
      z.object({
        node: z.string(),
        network: z.enum(AGENT_NETWORKS).describe('Of the node itself, or of a pod on it'),
        state: z.enum(REACH_STATES).describe('`unknown`: nothing is known, which is neither good nor bad'),
        why: z.string().exactOptional().describe('What fails'),
        heardAt: seconds('When its agent reported last'),
      }),
    )
    .describe('From which it is not reached as a whole, or nothing is known; at most 50'),
});

const TARGET = z.object({
  apiservice: z.string(),
  backend: z.object({ namespace: z.string(), service: z.string(), port: z.number() }),
  available: z.enum(['True', 'False', 'Unknown']).nullable().describe('The condition; null: not observed'),
  answer: ANSWER.nullable(),
  cause: CAUSE.nullable(),
  confidence: share('How sure').nullable(),
  pattern: PATTERN.nullable(),
  reach: REACH.exactOptional().describe('From which nodes it is reached; absent where no agents on nodes are listened to'),
  deletedAt: seconds('Of one that was deleted while it erred').exactOptional(),
});

const SYSTEM_EVENT = z.object({
  type: z.string(),
  reason: z.string(),
  kind: z.string(),
  object: z.string(),
  message: z.string(),
  at: seconds('When'),
  count: z.number(),
  node: z.string().exactOptional(),
  over: z.literal(true).exactOptional().describe('The pod that it was about is ready now, or gone'),
});

const REPLICA = z.object({
  identity: z.string().describe('Its own name in the Lease'),
  leads: z.boolean(),
  holder: z.string().exactOptional().describe('Who holds the Lease; absent while nobody does, or it was not read'),
  problem: z.string().exactOptional().describe('Why it cannot lead, or could not renew'),
  rule: z.string().exactOptional().describe('The RBAC rule that is missing'),
});

export const STATUS = z.object({
  schema: z.literal(STATUS_SCHEMA),
  version: z.string(),
  ready: z.boolean().describe('False before the first tick: then nothing but the sources is known'),
  time: seconds('Of the tick'),
  serverVersion: z.string().nullable(),
  replica: REPLICA.exactOptional().describe('Who leads the replicas; absent where none is elected'),
  shard: SHARD.exactOptional(),
  sources: z.array(SOURCE_STATUS),
  targets: z.array(TARGET),
  systemEvents: z.array(SYSTEM_EVENT),
  unknownLogTemplates: z
    .array(z.object({ apiservice: z.string(), template: z.string(), count: z.number(), sample: z.string(), lastAt: seconds('The newest') }))
    .describe('Error lines that no signature knows'),
}) satisfies z.ZodType<StatusBody>;

true satisfies Same<z.infer<typeof STATUS>, StatusBody>;
