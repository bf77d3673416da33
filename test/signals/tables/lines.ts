import { observed } from '../../../src/domain/observed.ts';
import type { ApiFacts } from '../../../src/domain/snapshot.ts';
import { SIGNATURES } from '../../../src/signatures/list.ts';
import { healthyApi, NOW } from '../../support/healthy.ts';
import type { Row } from './row.ts';

/** Three lines of the backend's log that this signature matched. */
function logged(signature: string): Partial<ApiFacts> {
  const { logs } = healthyApi();
  if (logs.state !== 'observed') throw new Error('the healthy cluster shows its logs');
  const matches = [{ signature, speaker: 'aggregated-server' as const, count: 3, lastAt: NOW, sample: 'tide lost' }];
  return { logs: observed({ ...logs.value, matches }) };
}

const CAUSES = [...new Set(SIGNATURES.flatMap(({ pointsTo }) => pointsTo))];
type Named = Extract<Row[0], `signature-strength-${string}`> extends `signature-strength-${infer Cause}` ? Cause : never;

/** What lines point to: the first signature that points there, by its place in the list, and the first that does not. */
export const LINE_ROWS: readonly Row[] = CAUSES.flatMap((id): Row[] => {
  const cause = id as Named;
  const pointing = SIGNATURES.find(({ pointsTo }) => pointsTo.includes(id))!;
  const other = SIGNATURES.find(({ pointsTo }) => pointsTo.length > 0 && !pointsTo.includes(id))!;
  const strength = pointing.pointsTo[0] !== id ? 1 : pointing.pointsTo.length > 1 ? 2 : 3;
  return [
    [`signature-matches-${cause}`, 0, 3, logged(pointing.id)],
    [`signature-matches-${cause}`, 0, 0, logged(other.id)],
    [`signature-strength-${cause}`, 0, strength, logged(pointing.id)],
    [`signature-strength-${cause}`, 0, 0, logged(other.id)],
  ];
});
