import { HURT_KIND_NAMES, type Hurt, hurtCount, hurtOf } from '../domain/impact.ts';
import type { Incident } from '../domain/incident.ts';
import { observedValue } from '../domain/observed.ts';
import type { ApiFacts } from '../domain/snapshot.ts';

export const MOST_HURT = 50;
const LONGEST_WORDS = 256;

/** Takes in who is hurt now: each once, in their newest words, and the most of each kind at once. */
export function withHurt(
  { hurt, hurtCounts }: Pick<Incident, 'hurt' | 'hurtCounts'>,
  api: ApiFacts,
): Pick<Incident, 'hurt' | 'hurtCounts'> {
  const facts = hurtOf(api);
  const now = HURT_KIND_NAMES.flatMap((kind) => observedValue(facts[kind]) ?? []);
  if (now.length === 0) return { hurt, hurtCounts };
  const all = new Map(hurt.map((one) => [keyOf(one), one]));
  for (const one of now) {
    const before = all.get(keyOf(one));
    if (before || all.size < MOST_HURT) all.set(keyOf(one), { ...earlier(before, one), says: one.says.slice(0, LONGEST_WORDS) });
  }
  const counts = HURT_KIND_NAMES.flatMap((kind) => {
    const most = Math.max(hurtCounts[kind] ?? 0, hurtCount(api, kind) ?? 0);
    return most > 0 ? [[kind, most] as const] : [];
  });
  return { hurt: [...all.values()], hurtCounts: Object.fromEntries(counts) };
}

function earlier(before: Hurt | undefined, now: Hurt): Hurt {
  const since = Math.min(before?.since ?? Number.POSITIVE_INFINITY, now.since ?? Number.POSITIVE_INFINITY);
  return { ...now, ...(Number.isFinite(since) && { since }) };
}

const keyOf = ({ kind, namespace = '', name }: Hurt): string => `${kind} ${namespace} ${name}`;
