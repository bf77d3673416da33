import { createHash } from 'node:crypto';
import type { Cause } from './cause.ts';
import type { Criterion } from './criterion.ts';
import { ledgerOf } from './ledger.ts';

/** What decides a verdict. */
export interface Weighed {
  readonly causes: readonly Cause[];
  readonly symptom?: Criterion | undefined;
  readonly symptomNow?: Criterion | undefined;
  readonly unknownScore?: number | undefined;
  readonly otherScore?: number | undefined;
  readonly temperature?: number | undefined;
}

const CHARACTERS = 10;

/**
 * Which catalogue it is: the same text for everything that comes to the same verdicts, whatever its sentences are. The exporter exports it and the
 * rules record it, so that rules of another catalogue than the exporter's can be told.
 */
export function catalogueId({ causes, symptom, symptomNow, unknownScore, otherScore, temperature }: Weighed): string {
  const priors = causes.map(({ id, category, prior }) => [id, category, prior]);
  const ledger = ledgerOf(causes).map(({ declaration: _, ...entry }) => entry);
  const weighed = { priors, ledger, symptom, symptomNow, unknownScore, otherScore, temperature };
  return createHash('sha256').update(JSON.stringify(weighed)).digest('hex').slice(0, CHARACTERS);
}
