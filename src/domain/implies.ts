import type { Aggregate, Criterion } from './criterion.ts';

/**
 * Whether the shape of `a` alone shows that `b` is true whenever `a` is. False = it can not be shown, so a sentence that claims
 * `b` is not carried by `a`. Three-valued as criteria are: what follows is true, never undefined.
 */
export function implies(a: Criterion, b: Criterion): boolean {
  if (JSON.stringify(a) === JSON.stringify(b)) return true;
  if (a.kind === 'any') return a.of.every((part) => implies(part, b));
  if (b.kind === 'all') return b.of.every((part) => implies(a, part));
  if (a.kind === 'all' && a.of.some((part) => implies(part, b))) return true;
  if (b.kind === 'any') return b.of.some((part) => implies(a, part));
  return comparisonImplies(a, b);
}

/** Of criteria that hold no others. */
function comparisonImplies(a: Criterion, b: Criterion): boolean {
  if (a.kind === 'above' && b.kind === 'above') return a.threshold >= b.threshold && follows(a.value, b.value, 'min');
  if (a.kind === 'below' && b.kind === 'below') return a.threshold <= b.threshold && follows(a.value, b.value, 'max');
  if (a.kind === 'changedWithin' && b.kind === 'changedWithin') return a.signal === b.signal && a.window <= b.window;
  return false;
}

/** The newest value of a window is that of any longer one, and lies within the extremes of both. */
function follows(a: Aggregate, b: Aggregate, extreme: 'min' | 'max'): boolean {
  if (a.signal !== b.signal) return false;
  if (a.aggregate === 'last' && b.aggregate === 'last') return a.window <= b.window;
  if (a.aggregate === extreme && b.aggregate === 'last') return a.window <= b.window;
  return a.aggregate === extreme && b.aggregate === extreme && a.window >= b.window;
}
