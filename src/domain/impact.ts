import { type Observed, UNOBSERVED } from './observed.ts';
import type { ApiFacts } from './snapshot.ts';

interface KindWords {
  /** Whom it is about. */
  readonly who: string;
  /** After the number 1, and after any other. */
  readonly one: string;
  readonly many: string;
}

/** Who is hurt while an aggregated API errs. */
export const HURT_KINDS = {
  autoscaler: { who: 'HPAs', one: 'HPA cannot scale', many: 'HPAs cannot scale' },
  namespace: { who: 'namespaces', one: 'namespace hangs in its deletion', many: 'namespaces hang in their deletion' },
  webhook: {
    who: 'admission webhooks',
    one: 'webhook configuration asks the same backend',
    many: 'webhook configurations ask the same backend',
  },
  controller: { who: 'controllers', one: 'controller complains of its discovery', many: 'controllers complain of its discovery' },
  client: { who: 'clients', one: 'kind of request is refused', many: 'kinds of requests are refused' },
} as const satisfies Readonly<Record<string, KindWords>>;
export type HurtKind = keyof typeof HURT_KINDS;
export const HURT_KIND_NAMES = Object.keys(HURT_KINDS) as readonly HurtKind[];

/** One that is hurt by an aggregated API that errs now. */
export interface Hurt {
  readonly kind: HurtKind;
  readonly name: string;
  readonly namespace?: string;
  /** Unix seconds, as the hurt one's own object or counter tells it; absent where nothing does. */
  readonly since?: number;
  /** One sentence without its full stop, of which its evidence carries each word. */
  readonly says: string;
  /** What its own object quotes of the error, on one line and cut; absent or empty where it quotes nothing. */
  readonly message?: string;
}

/**
 * What is known of each kind. Forbidden is not absent, and not observed is not nobody: while the API answers nobody is looked for,
 * and that is `unobserved` too.
 */
export type HurtFacts = Readonly<Record<HurtKind, Observed<readonly Hurt[]>>>;

/** Of an API and kind at most so many are listed, the longest hurt first; all are counted. */
export const MOST_LISTED = 200;

const NOT_LOOKED: HurtFacts = {
  autoscaler: UNOBSERVED,
  namespace: UNOBSERVED,
  webhook: UNOBSERVED,
  controller: UNOBSERVED,
  client: UNOBSERVED,
};

/** Nothing is observed in a text, in a dump, and in a recording of an older version. */
export function hurtOf({ hurt = NOT_LOOKED }: Pick<ApiFacts, 'hurt'>): HurtFacts {
  return hurt;
}

/** How many of a kind are hurt; undefined while that is not observed. */
export function hurtCount(api: Pick<ApiFacts, 'hurt' | 'hurtUnlisted'>, kind: HurtKind): number | undefined {
  const fact = hurtOf(api)[kind];
  return fact.state === 'observed' ? fact.value.length + (api.hurtUnlisted?.[kind] ?? 0) : undefined;
}

/** Whom an API hurts, as a report tells it. */
export interface Impact {
  /** Of each kind that was observed. */
  readonly counts: Readonly<Partial<Record<HurtKind, number>>>;
  /** `12 HPAs cannot scale, 3 namespaces hang in their deletion`; absent when nobody of whom we know is hurt. */
  readonly says?: string;
  /** The longest hurt of each kind, at most MOST_TOLD. */
  readonly told: readonly Hurt[];
  /** Kinds of which nothing is known. */
  readonly notKnown: readonly { readonly kind: HurtKind; readonly why: string; readonly rule?: string }[];
}

const MOST_TOLD = 5;

/** Undefined where nobody looks for anybody, as in a text. */
export function impactOf(api: Pick<ApiFacts, 'hurt' | 'hurtUnlisted'>): Impact | undefined {
  if (!api.hurt) return undefined;
  const facts = hurtOf(api);
  const counts: Partial<Record<HurtKind, number>> = {};
  const told: Hurt[] = [];
  const notKnown: Impact['notKnown'][number][] = [];
  for (const kind of HURT_KIND_NAMES) {
    const fact = facts[kind];
    const count = hurtCount(api, kind);
    if (count !== undefined) counts[kind] = count;
    if (fact.state === 'observed') told.push(...fact.value.slice(0, MOST_TOLD));
    else if (fact.state === 'forbidden') notKnown.push({ kind, why: 'we may not see them', rule: fact.rule });
    else if (fact.state === 'unobserved') notKnown.push({ kind, why: fact.why ?? 'nobody looks for them' });
  }
  const words = HURT_KIND_NAMES.flatMap((kind) => countInWords(kind, counts[kind] ?? 0) ?? []);
  return { counts, ...(words.length > 0 && { says: words.join(', ') }), told, notKnown };
}

/** `12 HPAs cannot scale`; undefined for nobody. */
export function countInWords(kind: HurtKind, count: number): string | undefined {
  return count === 0 ? undefined : `${count} ${count === 1 ? HURT_KINDS[kind].one : HURT_KINDS[kind].many}`;
}
