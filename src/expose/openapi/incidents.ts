import * as z from 'zod';
import { INCIDENTS_SCHEMA, type Incident } from '../../domain/incident.ts';
import { INCIDENT } from '../../incidents/parse-incident.ts';
import type { IncidentsBody } from '../incident-answers.ts';
import { SHARD, seconds } from './diagnoses.ts';
import type { Same } from './same.ts';

export const INCIDENTS = z.object({
  schema: z.literal(INCIDENTS_SCHEMA),
  time: seconds('Of the answer'),
  recordingSince: seconds('Since when this exporter has been recording; what is older is of earlier runs'),
  shard: SHARD.exactOptional(),
  incidents: z.array(INCIDENT).describe('Newest first, at most 1000'),
  truncated: z.boolean().describe('There are more: these are the newest'),
}) satisfies z.ZodType<IncidentsBody>;

true satisfies Same<z.infer<typeof INCIDENT>, Incident>;
true satisfies Same<z.infer<typeof INCIDENTS>, IncidentsBody>;
