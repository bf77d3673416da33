import type { Aggregate, Criterion } from '../domain/criterion.ts';
import { printDuration } from './duration.ts';
import type { CriterionOf } from './promql.ts';

/**
 * Value of the label `moment` of a criterion that is recorded at each evaluation: `last-restart-within-1m`. It is said by the
 * criterion alone, so it stays while the catalogue grows around it.
 */
export function momentName(criterion: Criterion): string {
  switch (criterion.kind) {
    case 'above':
    case 'below':
      return `${aggregateName(criterion.value)}-${criterion.kind}-${criterion.threshold}`;
    case 'changedWithin':
      return `${criterion.signal}-within-${printDuration(criterion.window)}`;
    case 'coincides':
      return `${criterion.atLeast}-of-(${productName(criterion)})-over-${printDuration(criterion.over)}`;
    case 'tracks':
      return `${criterion.a}-tracks-${criterion.b}-by-${criterion.atLeast}-over-${printDuration(criterion.over)}`;
    case 'regular':
      return `${criterion.onsets}-regular-over-${printDuration(criterion.over)}`;
    case 'not':
      return `not-${nested(criterion.of)}`;
    case 'all':
    case 'any':
      return criterion.of.map(nested).join(criterion.kind === 'all' ? '-and-' : '-or-');
  }
}

/** The moments of the spike that had the event before them: `failing-above-0.5-at-most-3m-after-last-restart-within-1m`. */
export function productName({ spike, event, within }: CriterionOf<'coincides'>): string {
  return `${nested(spike)}-at-most-${printDuration(within)}-after-${nested(event)}`;
}

function nested(criterion: Criterion): string {
  const name = momentName(criterion);
  return criterion.kind === 'all' || criterion.kind === 'any' || criterion.kind === 'not' ? `(${name})` : name;
}

/** `last` is what is meant where nothing is said, and five minutes are its window. */
function aggregateName({ aggregate, signal, window }: Aggregate): string {
  if (aggregate === 'last') return window === 300 ? signal : `${signal}-in-${printDuration(window)}`;
  return `${aggregate}-${signal}-in-${printDuration(window)}`;
}
