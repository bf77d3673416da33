import { type Cause, type EvidenceDeclaration, type RemedyStep, remedyInWords, WEIGHTS } from '../domain/cause.ts';
import type { Evidence } from '../domain/diagnosis.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import { evidenceCommand, fillCommand } from './commands.ts';
import { fill } from './words.ts';

/**
 * What to do, most likely first. A step that destroys something is proposed only while decisive evidence is met; without it stands
 * the check that would show it.
 */
export function remedyOf(cause: Cause, met: readonly Pick<Evidence, 'points' | 'lookBack'>[], api: ApiFacts): string[] {
  const sure = met.some(({ points, lookBack }) => points >= WEIGHTS.decisive && !lookBack);
  const steps = cause.remedy.filter((step) => sure || typeof step === 'string' || step.destroys === undefined);
  const check = steps.length < cause.remedy.length ? checkOf(cause) : undefined;
  return [...(check === undefined ? [] : [check]), ...steps].map((step) => inWords(step, api));
}

function checkOf({ evidence }: Cause): RemedyStep | undefined {
  const command = strongest(evidence)?.reproduce;
  return command === undefined ? undefined : { says: 'Before you change anything, make sure of the cause', command };
}

/** The evidence that says most for the cause and can be seen by hand. */
function strongest(evidence: readonly EvidenceDeclaration[]): EvidenceDeclaration | undefined {
  const shown = evidence.filter(({ reproduce, weight }) => reproduce !== undefined && WEIGHTS[weight] > 0);
  return [...shown].sort((a, b) => WEIGHTS[b.weight] - WEIGHTS[a.weight])[0];
}

function inWords(step: string | RemedyStep, api: ApiFacts): string {
  const command = typeof step === 'string' ? undefined : step.command;
  return remedyInWords(step, (text) => fill(text, api), command === undefined ? undefined : evidenceCommand(command, api, undefined));
}

/** A read-only command that shows that the remedy worked, and what it shows then. */
export function verifyOf({ verify }: Cause, api: ApiFacts): { command: string; expect: string } {
  return { command: fillCommand(verify.command, api), expect: fill(verify.expect, api) };
}
