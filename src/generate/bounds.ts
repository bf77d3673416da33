import type { Clause } from '../domain/cause.ts';
import type { Criterion } from '../domain/criterion.ts';
import { inWords } from '../domain/quantity.ts';
import { type Catalogue, signalNamed } from './catalogue.ts';

type Comparison = Extract<Criterion, { kind: 'above' | 'below' }>;

/**
 * The text of a clause of any API for which its criterion is met. The rules don't know the numbers of the one API, but the criterion
 * tells on which side of which number each lies: `{value|pod|pods}` becomes `at least one pod`, `{value}` `more than 90 %`.
 * @throws Error when its criterion tells nothing of a number in it.
 */
export function withBounds({ text, when }: Clause, catalogue: Pick<Catalogue, 'signals'>): string {
  return text
    .replace(/\{value\|([^|}]*)\|([^|}]*)\}/g, (_, one: string, many: string) => counted(comparisonOf(when, text), one, many))
    .replaceAll('{value}', () => amount(comparisonOf(when, text), catalogue))
    .replaceAll('{met} of {of}', () => `at least ${shareOf(when, text) * 100} % of the`)
    .replaceAll('{r}', () => `at least ${shareOf(when, text)}`)
    .replaceAll('Since {from}, ', '')
    .replaceAll(' since {from}', '');
}

function amount({ kind, value, threshold }: Comparison, catalogue: Pick<Catalogue, 'signals'>): string {
  return `${kind === 'above' ? 'more than' : 'less than'} ${inWords(threshold, signalNamed(catalogue, value.signal))}`;
}

function counted({ kind, threshold }: Comparison, one: string, many: string): string {
  if (kind === 'below') return `fewer than ${Math.ceil(threshold)} ${many}`;
  const least = Math.floor(threshold) + 1;
  return least === 1 ? `at least one ${one}` : `at least ${least} ${many}`;
}

/** The comparison whose value the text gives: diagnose/criteria.ts takes the first that it reads. Of alternatives the weakest holds. */
function comparisonOf(criterion: Criterion, text: string): Comparison {
  if (criterion.kind === 'above' || criterion.kind === 'below') return criterion;
  if (criterion.kind === 'all' && criterion.of[0]) return comparisonOf(criterion.of[0], text);
  if (criterion.kind === 'any') {
    const parts = criterion.of.map((part) => comparisonOf(part, text));
    const [weakest] = parts.sort((a, b) => (a.kind === 'above' ? a.threshold - b.threshold : b.threshold - a.threshold));
    if (weakest && parts.every(({ kind }) => kind === weakest.kind)) return weakest;
  }
  throw new Error(
    `clause ${JSON.stringify(text)}: its criterion is ${criterion.kind}, which tells no number; above, below, or alternatives of one of them are allowed`,
  );
}

function shareOf(criterion: Criterion, text: string): number {
  if (criterion.kind === 'coincides' || criterion.kind === 'tracks') return criterion.atLeast;
  const parts = criterion.kind === 'all' ? criterion.of : [];
  const window = parts.find(({ kind }) => kind === 'coincides' || kind === 'tracks');
  if (window) return shareOf(window, text);
  throw new Error(`clause ${JSON.stringify(text)}: its criterion is ${criterion.kind}; coincides or tracks is allowed`);
}
