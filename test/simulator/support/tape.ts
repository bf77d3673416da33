import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import type { Mark, Played } from './course.ts';

/**
 * Courses as they were seen once, in real time, over real sockets: the first snapshot of each whole, of the others what differs
 * from the one before. `npm run courses -- pairs` makes them anew, which a change of what is observed needs; what is made of
 * the observation, signals, criteria and verdicts, is replayed from them on their own clock.
 */
interface Tape {
  readonly course: string;
  readonly marks: readonly Mark[];
  readonly first: Snapshot;
  readonly changes: readonly (Change | null)[];
}

/** A new value in place, or what differs within an object or an array. */
type Change = { readonly v: unknown } | { readonly d: Readonly<Record<string, Change | 0>>; readonly n?: number };

const ROOT = new URL('../../tapes/', import.meta.url);

export function writeTapes(name: string, played: readonly Played[]): void {
  const tapes = played.map(({ course, marks, snapshots }): Tape => {
    const [first, ...others] = snapshots;
    if (!first) throw new Error(`course ${course}: nothing was seen`);
    return { course, marks, first, changes: others.map((next, index) => changeOf(snapshots[index], next)) };
  });
  writeFileSync(new URL(`${name}.json.gz`, ROOT), gzipSync(JSON.stringify(tapes), { level: 9 }));
}

export function readTapes(name: string): Played[] {
  const tapes = JSON.parse(gunzipSync(readFileSync(new URL(`${name}.json.gz`, ROOT))).toString()) as Tape[];
  return tapes.map(({ course, marks, first, changes }) => {
    const snapshots = [first];
    for (const change of changes) snapshots.push(change ? (applied(snapshots.at(-1), change) as Snapshot) : snapshots.at(-1)!);
    return { course, marks, snapshots };
  });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** null = nothing differs. 0 in `d` = the key is gone. */
function changeOf(before: unknown, after: unknown): Change | null {
  if (before === after) return null;
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) return { v: after };
  const d: Record<string, Change | 0> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (after[key] === undefined) {
      if (before[key] !== undefined && !Array.isArray(after)) d[key] = 0;
      continue;
    }
    const change = changeOf(before[key], after[key]);
    if (change) d[key] = change;
  }
  const resized = Array.isArray(before) && Array.isArray(after) && before.length !== after.length;
  if (Object.keys(d).length === 0 && !resized) return null;
  return resized ? { d, n: after.length } : { d };
}

function applied(before: unknown, change: Change): unknown {
  if ('v' in change) return change.v;
  const copy: Record<string, unknown> = Array.isArray(before)
    ? (before.slice(0, change.n ?? before.length) as never)
    : { ...(before as object) };
  for (const [key, part] of Object.entries(change.d)) {
    if (part === 0) delete copy[key];
    else copy[key] = applied(copy[key], part);
  }
  return copy;
}
