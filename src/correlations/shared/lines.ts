import type { EvidenceDeclaration } from '../../domain/cause.ts';
import { above, last, MINUTE } from '../../domain/criterion.ts';

/**
 * Evidence from error lines, the same for every cause: what a signature points to says how much it is worth. One that allows
 * for several causes never names one alone; one that points nowhere else is worth more than most single facts.
 */
export function linesSay(cause: string): EvidenceDeclaration[] {
  const strength = last(`signature-strength-${cause}`, 5 * MINUTE);
  const reproduce = 'kubectl logs -n {namespace} --all-containers --tail=200 -l <selector of service {service}>';
  return [
    {
      id: 'lines-allow-it',
      when: above(strength, 0.5),
      weight: 'circumstantial',
      says: 'Error lines fit this cause, among others.',
      reproduce,
    },
    { id: 'lines-suggest-it', when: above(strength, 1.5), weight: 'suggestive', says: 'Error lines point to this cause first.', reproduce },
    {
      id: 'lines-name-it',
      when: above(strength, 2.5),
      weight: 'suggestive',
      says: 'Error lines point to this cause and to no other.',
      reproduce,
    },
  ];
}
