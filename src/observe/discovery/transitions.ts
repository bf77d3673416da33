import type { ApiFacts } from '../../domain/snapshot.ts';
import type { CacheChange } from '../../kube/api.ts';
import type { ApiServiceRecord } from '../../objects/api-services.ts';

type Counts = Record<'True' | 'False' | 'Unknown', number>;

const none = (): Counts => ({ True: 0, False: 0, Unknown: 0 });

/** How often the condition Available of each API turned to each status while we watched. */
export class Transitions {
  readonly #counts = new Map<string, Counts>();

  note({ key, object, previous, live }: CacheChange<ApiServiceRecord>): void {
    const [before, after] = [previous?.condition, object.condition];
    if (!after || !live || (before?.status === after.status && before.lastTransition === after.lastTransition)) return;
    const counts = this.#counts.get(key) ?? none();
    counts[after.status]++;
    this.#counts.set(key, counts);
  }

  of(api: string): ApiFacts['transitions'] {
    return { ...(this.#counts.get(api) ?? none()) };
  }

  /** What was counted before goes on. */
  restore(api: string, counts: ApiFacts['transitions']): void {
    this.#counts.set(api, { ...counts });
  }

  forget(api: string): void {
    this.#counts.delete(api);
  }
}
