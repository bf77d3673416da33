import type { Change } from '../../domain/snapshot.ts';
import type { Writer } from '../../kube/managed-fields.ts';

const MAX_CHANGES = 100;
/** Two looks at one change may give it times this far apart: managedFields have whole seconds. */
const SAME_MS = 2_000;

/** What changed and when, newest last, at most 100. */
export interface ChangeRing {
  record(change: Change): void;
  list(): readonly Change[];
}

export function createChangeRing(): ChangeRing {
  let changes: Change[] = [];
  return {
    record(change) {
      const again = changes.some(
        ({ what, object, summary, at }) =>
          what === change.what && object === change.object && summary === change.summary && Math.abs(at - change.at) < SAME_MS,
      );
      if (again) return;
      changes = [...changes, change].sort((a, b) => a.at - b.at).slice(-MAX_CHANGES);
    },
    list: () => changes,
  };
}

/** Time and manager of a change that was seen now: the writer's own where it wrote since, for we may have been away meanwhile. */
export function attribution(before: Writer | undefined, after: Writer | undefined, now: number): { at: number; manager?: string } {
  if (!after || (before && before.at === after.at && before.manager === after.manager)) return { at: now };
  return { at: Math.min(now, after.at), manager: after.manager };
}
