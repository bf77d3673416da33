import type { Rule, RuleGroup } from '../rule-book.ts';
import { plainGroup, plainRule } from './plain-rule.ts';

/**
 * Bytes of one object as JSON. etcd takes 1 MiB, but `kubectl apply` also keeps the whole object in an annotation, and
 * annotations end at 256 KiB: 232 KiB leave room for what others add. The diagnosis is one group, evaluated as one, and fits.
 */
export const OBJECT_BYTES = 232 * 1024;

/** The group in parts of at most `limit`: `name`, `name-2`, … in order. A single rule over the limit is a part of its own. */
export function splitGroup(group: RuleGroup, limit: number, weigh: (rule: Rule) => number): RuleGroup[] {
  return pack(group.rules, limit, weigh).map((rules, index) =>
    index === 0 ? { ...group, rules } : { ...group, name: `${group.name}-${index + 1}`, says: `Goes on with ${group.name}.`, rules },
  );
}

/** Neighbouring groups in as few objects as fit `bytes`; a group that is too large by itself is split. Always the same way. */
export function splitGroups(groups: readonly RuleGroup[], bytes: number = OBJECT_BYTES): RuleGroup[][] {
  return pack(
    groups.flatMap((group) => splitGroup(group, bytes, (rule) => sizeOf(plainRule(rule)))),
    bytes,
    (group) => sizeOf(plainGroup(group)),
  );
}

function pack<T>(things: readonly T[], limit: number, weigh: (thing: T) => number): T[][] {
  const packs: T[][] = [];
  let last: T[] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const thing of things) {
    const weight = weigh(thing);
    if (used + weight > limit) {
      last = [];
      packs.push(last);
      used = 0;
    }
    last.push(thing);
    used += weight;
  }
  return packs;
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
