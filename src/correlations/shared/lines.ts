import { clause, type EvidenceDeclaration } from '../../domain/cause.ts';
import { above, all, below, type Criterion, last, MINUTE, not } from '../../domain/criterion.ts';
import type { SignalId } from '../../domain/ids.ts';
import { WHERE_THE_LINE_STANDS } from '../../domain/placeholders.ts';
import { NO_ADDRESS_READY } from './clauses.ts';
import { NO_READY_ENDPOINTS } from './vantages.ts';

/** A cause that a signature points to: of others no line can speak. */
type PointedTo = SignalId extends infer Name ? (Name extends `signature-strength-${infer Cause}` ? Cause : never) : never;

/** Lines point to the cause first (or to no other): the criterion, for evidence that may show in lines or elsewhere. */
export const linesPointTo = (cause: PointedTo): Criterion => above(last(`signature-strength-${cause}`, 5 * MINUTE), 1.5);
/** Lines point to the cause and to no other. */
export const linesName = (cause: PointedTo): Criterion => above(last(`signature-strength-${cause}`, 5 * MINUTE), 2.5);

export const linesNameIt = (cause: PointedTo) => clause('error lines point to this cause and to no other', linesName(cause));

/** A backend that is not ready and says why: its own log is the best witness. */
export function lastWordsSay(cause: PointedTo): EvidenceDeclaration {
  return {
    id: 'says-so-and-is-down',
    when: all(linesPointTo(cause), NO_READY_ENDPOINTS),
    weight: 'strong',
    says: [NO_ADDRESS_READY, clause('the log of the backend points to this cause first', linesPointTo(cause))],
    reproduce: 'kubectl logs -n {namespace} {pod} -c {container} --previous --tail=200',
  };
}

/** For a cause that its own objects or probes show too: lines add little to them, and are asked in `any` beside them. */
export function linesAllow(cause: PointedTo): EvidenceDeclaration {
  return {
    id: 'lines-allow-it',
    when: above(last(`signature-strength-${cause}`, 5 * MINUTE), 0.5),
    weight: 'circumstantial',
    says: 'Error lines fit this cause.',
    reproduce: WHERE_THE_LINE_STANDS,
  };
}

/**
 * Evidence from error lines, the same for every cause: what a signature points to says how much it is worth. One that allows
 * for several causes never names one alone; one that points nowhere else is strong, and explains consequences away.
 * @param unless while this holds, the lines are true of what fails behind the cause too, and must not explain it away. Where it was not observed, as in a
 * pasted text, they point to the cause as a suspicion does.
 */
export function linesSay(cause: PointedTo, unless?: Criterion): EvidenceDeclaration[] {
  const strength = last(`signature-strength-${cause}`, 5 * MINUTE);
  const reproduce = WHERE_THE_LINE_STANDS;
  return [
    linesAllow(cause),
    {
      id: 'lines-suggest-it',
      when: unless === undefined ? all(above(strength, 1.5), below(strength, 2.5)) : above(strength, 1.5),
      weight: 'suggestive',
      says: 'Error lines point to this cause first.',
      reproduce,
    },
    {
      id: 'lines-name-it',
      when: unless === undefined ? above(strength, 2.5) : all(above(strength, 2.5), not(unless)),
      weight: 'strong',
      says: 'Error lines point to this cause and to no other.',
      reproduce,
    },
  ];
}
