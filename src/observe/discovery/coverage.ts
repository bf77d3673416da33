import { type Observed, observed } from '../../domain/observed.ts';
import { SOURCE_STATES, type SourceStatus } from '../../domain/sources.ts';

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
      return {
        state: 'unobserved',
        why: `the source ${status.source} ${SOURCE_STATES[status.state].says}${status.message ? `: ${status.message}` : ''}`,
      };
  }
}

export function observedValueFrom<T>(status: SourceStatus, value: () => T): Observed<T> {
  return observedFrom(status, () => observed(value()));
}
