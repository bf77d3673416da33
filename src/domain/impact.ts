import { type Observed, UNOBSERVED } from './observed.ts';
import type { ApiFacts } from './snapshot.ts';

/** Who is hurt while an aggregated API errs, and how they are counted in words. */
export const HURT_KINDS = {
  autoscaler: { one: 'HPA cannot scale', many: 'HPAs cannot scale' },
  namespace: { one: 'namespace hangs in its deletion', many: 'namespaces hang in their deletion' },
  webhook: { one: 'admission webhook asks the same backend', many: 'admission webhooks ask the same backend' },
  controller: { one: 'controller misses its discovery', many: 'controllers miss its discovery' },
  client: { one: 'kube-apiserver refuses requests for it', many: 'kube-apiservers refuse requests for it' },
} as const satisfies Readonly<Record<string, { readonly one: string; readonly many: string }>>;
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

/** `12 HPAs cannot scale, 3 namespaces hang in their deletion`; undefined when nobody is known to be hurt. */
export function hurtWords(api: Pick<ApiFacts, 'hurt' | 'hurtUnlisted'>): string | undefined {
  const words = HURT_KIND_NAMES.flatMap((kind) => {
    const count = hurtCount(api, kind) ?? 0;
    return count === 0 ? [] : [`${count} ${count === 1 ? HURT_KINDS[kind].one : HURT_KINDS[kind].many}`];
  });
  return words.length === 0 ? undefined : words.join(', ');
}
