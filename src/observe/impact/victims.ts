import { type Hurt, type HurtKind, MOST_LISTED } from '../../domain/impact.ts';
import { type Observed, observed } from '../../domain/observed.ts';
import type { ApiFacts } from '../../domain/snapshot.ts';
import type { SourceName } from '../../domain/sources.ts';
import type { ResourceSpec } from '../../kube/api.ts';
import { collectionPath } from '../../kube/list.ts';
import { ageOf } from '../../source/clock.ts';
import { type Answer, createKept, type Kept, observedNow } from '../../source/kept.ts';
import { createPeriodicSource, MISSES } from '../../source/periodic.ts';
import type { Right } from '../../source/right.ts';
import type { Source } from '../../source/source.ts';
import type { Surroundings, VictimsOfKind } from '../define-source.ts';
import { AT_REST, errsNow } from '../errs.ts';
import { getObject } from '../get-object.ts';
import { readObjects } from './read-objects.ts';

/** Objects that say whether an aggregated API hurts them. */
export interface VictimKind<T> {
  readonly kind: HurtKind;
  readonly source: SourceName;
  /** For the log, e.g. `HorizontalPodAutoscalers`. */
  readonly what: string;
  readonly right: Right;
  /** Keeps only objects that may be hurt: the others cost no memory. */
  readonly specs: readonly ResourceSpec<T>[];
  hurtBy(record: T, api: Pick<ApiFacts, 'name' | 'group' | 'version' | 'backend'>): Hurt | undefined;
}

export interface VictimSource extends Source {
  /** Whom the API hurts now. Nobody is looked for while it answers. */
  of(api: string): VictimsOfKind;
}

const INTERVAL_MS = 30_000;
/** While all APIs answer only the right is asked for, so that its absence is known before it is needed; turns between two such looks. */
const REST_TURNS = 10;
const STALE_MS = 10 * 60_000;

/**
 * Reads the objects while some API errs, every half minute: the status of an HPA changes each 15 s, and a watch of all of them would
 * bring hundreds of changes a second in a large cluster, for an answer that is needed during an outage only.
 */
export function createVictimSource<T>(kind: VictimKind<T>, surroundings: Surroundings): VictimSource {
  const { clock, log, options } = surroundings;
  const intervalMs = options.impactIntervalMs ?? INTERVAL_MS;
  const kept = createKept<true>({ what: kind.what, about: { source: kind.source }, clock, log, staleAfterMs: STALE_MS });
  const search = new Search(kind, surroundings, { kept, believedMs: MISSES * intervalMs });
  return {
    ...createPeriodicSource({
      name: kind.source,
      intervalMs,
      staleAfterMs: STALE_MS,
      log,
      needs: 'all',
      parts: () => [kept.part()],
      read: (signal) => search.turn(signal),
    }),
    of: (api) => search.of(api),
  };
}

class Search<T> {
  readonly #kind: VictimKind<T>;
  readonly #surroundings: Surroundings;
  readonly #kept: Kept<true>;
  readonly #believedMs: number;
  /** Of the outage that goes on. */
  #found: { readonly objects: readonly T[]; readonly at: number } | undefined;
  #turnsUntilLook = 0;

  constructor(kind: VictimKind<T>, surroundings: Surroundings, { kept, believedMs }: { kept: Kept<true>; believedMs: number }) {
    this.#kind = kind;
    this.#surroundings = surroundings;
    this.#kept = kept;
    this.#believedMs = believedMs;
  }

  async turn(signal: AbortSignal): Promise<void> {
    const { discovery, clock } = this.#surroundings;
    if (discovery.names().some((name) => errsNow(this.#surroundings, name))) {
      this.#turnsUntilLook = REST_TURNS;
      const answer = await this.#readAll(signal);
      if (signal.aborted) return;
      if (answer.state === 'ok') this.#found = { objects: answer.value, at: clock() };
      this.#kept.take(answer.state === 'ok' ? { ...answer, value: true } : answer);
      return;
    }
    this.#found = undefined;
    if (this.#turnsUntilLook-- > 0 && !this.#isMissed()) return;
    this.#turnsUntilLook = REST_TURNS;
    const answer = await this.#look();
    if (!signal.aborted) this.#kept.take(answer);
  }

  /** The last look failed, and the next one may not. */
  #isMissed(): boolean {
    const state = this.#kept.answer?.state;
    return state === 'failed' || state === 'unauthorised';
  }

  of(name: string): VictimsOfKind {
    const objects = this.#known();
    // What we may not see is said before it is needed.
    if (objects.state !== 'observed' && objects.state !== 'unobserved') return { listed: objects, unlisted: 0 };
    const api = errsNow(this.#surroundings, name) ? this.#surroundings.discovery.facts(name) : undefined;
    if (!api) return { listed: AT_REST, unlisted: 0 };
    if (objects.state !== 'observed') return { listed: objects, unlisted: 0 };
    const hurt = objects.value.flatMap((record) => this.#kind.hurtBy(record, api) ?? []).sort(longestFirst);
    return { listed: observed(hurt.slice(0, MOST_LISTED)), unlisted: Math.max(0, hurt.length - MOST_LISTED) };
  }

  #known(): Observed<readonly T[]> {
    const { answer } = this.#kept;
    const found = this.#found;
    if (answer?.state === 'forbidden' || answer?.state === 'absent') return observedNow<never>(answer);
    if (found && ageOf(found.at, this.#surroundings.clock()) < this.#believedMs) return observed(found.objects);
    return answer === undefined || answer.state === 'ok' ? NOT_YET : observedNow<never>(answer);
  }

  async #readAll(signal: AbortSignal): Promise<Answer<readonly T[]>> {
    const { client, clock } = this.#surroundings;
    const objects: T[] = [];
    const lacks: string[] = [];
    let refused = 0;
    for (const spec of this.#kind.specs) {
      const answer = await readObjects(client, spec, this.#kind.right, { clock, signal });
      if (answer.state !== 'ok') return answer;
      objects.push(...answer.value);
      refused += answer.refused ?? 0;
      if (answer.message !== undefined) lacks.push(answer.message);
    }
    return { state: 'ok', value: objects, refused, ...(lacks.length > 0 && { message: lacks.join('; ') }) };
  }

  async #look(): Promise<Answer<true>> {
    for (const spec of this.#kind.specs) {
      const answer = await getObject(this.#surroundings.client, collectionPath(spec, { limit: '1' }), this.#kind.right);
      if (answer.state !== 'ok') return answer;
    }
    return { state: 'ok', value: true };
  }
}

const NOT_YET: Observed<never> = { state: 'unobserved', why: 'not read yet since it errs' };

function longestFirst(a: Hurt, b: Hurt): number {
  const order = (a.since ?? Number.POSITIVE_INFINITY) - (b.since ?? Number.POSITIVE_INFINITY);
  if (order !== 0 && !Number.isNaN(order)) return order;
  return nameOf(a) < nameOf(b) ? -1 : 1;
}

const nameOf = ({ namespace = '', name }: Hurt): string => `${namespace}/${name}`;
