import type { Change, ChangeKind } from '../../domain/snapshot.ts';

/** The newest change of each kind, Unix milliseconds. */
export function latestOf(changes: readonly Change[]): ReadonlyMap<ChangeKind, number> {
  const latest = new Map<ChangeKind, number>();
  for (const { what, at } of changes) if (at > (latest.get(what) ?? Number.NEGATIVE_INFINITY)) latest.set(what, at);
  return latest;
}
