import { type Observed, observed } from '../../domain/observed.ts';
import type { SourceName, SourceStatus } from '../../domain/sources.ts';

/**
 * A fact as far as its source allows: forbidden is not absent, and what was answered once but not within its time is not observed.
 * A type of resource that does not exist on this cluster proves nothing about the objects either.
 */
export function observedFrom<T>(status: SourceStatus, value: () => Observed<T>): Observed<T> {
  switch (status.state) {
    case 'ok':
      return value();
    case 'forbidden':
      return { state: 'forbidden', rule: status.rule ?? `${status.source}: list, watch` };
    case 'absent':
      return { state: 'unobserved', why: `${status.source}: this cluster has no such resource type` };
    default:
      return { state: 'unobserved', why: `${status.source} ${status.state}${status.message ? `: ${status.message}` : ''}` };
  }
}

export function observedValueFrom<T>(status: SourceStatus, value: () => T): Observed<T> {
  return observedFrom(status, () => observed(value()));
}

const WORST_FIRST = ['forbidden', 'failed', 'stale', 'pending', 'absent', 'ok', 'disabled'] as const;

/** One status for a source that watches several resources: the worst of them, with the oldest success. */
export function combinedStatus(source: SourceName, parts: readonly SourceStatus[]): SourceStatus {
  const worst = WORST_FIRST.map((state) => parts.find((part) => part.state === state)).find((part) => part !== undefined);
  if (!worst) return { source, state: 'pending' };
  const successes = parts.flatMap((part) => part.lastSuccess ?? []);
  const { lastSuccess: _, ...rest } = worst;
  return { ...rest, source, ...(successes.length > 0 ? { lastSuccess: Math.min(...successes) } : {}) };
}

/**
 * Status of a source of which one part is needed and the other one is a bonus: while the bonus is refused, the source is what the
 * needed part is, and says what would open the rest.
 */
export function withBonus(needed: SourceStatus, bonus: SourceStatus): SourceStatus {
  if (needed.state !== 'ok' || bonus.state === 'ok') return needed;
  if (bonus.state !== 'forbidden') return { ...bonus, source: needed.source };
  const { message, rule } = bonus;
  return { ...needed, ...(message === undefined ? {} : { message }), ...(rule === undefined ? {} : { rule }) };
}
