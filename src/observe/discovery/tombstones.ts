import type { Clock } from '../../source/clock.ts';

const DAY = 86_400_000;
const MAX_TOMBSTONES = 100;

/** What was known last of APIServices that were deleted while they were broken: the outage that deletion hides stays visible for a day. */
export interface Tombstones<F> {
  add(name: string, facts: F): void;
  /** It exists again. */
  remove(name: string): void;
  names(): string[];
  get(name: string): F | undefined;
}

export function createTombstones<F extends { readonly deletedAt?: number }>({ clock }: { clock: Clock }): Tombstones<F> {
  /** Oldest first. */
  const stones = new Map<string, F>();
  const prune = () => {
    for (const [name, { deletedAt }] of stones) {
      if ((deletedAt ?? 0) > clock() - DAY && stones.size <= MAX_TOMBSTONES) break;
      stones.delete(name);
    }
  };
  return {
    add(name, facts) {
      stones.delete(name);
      stones.set(name, facts);
      prune();
    },
    remove: (name) => void stones.delete(name),
    names() {
      prune();
      return [...stones.keys()];
    },
    get(name) {
      prune();
      return stones.get(name);
    },
  };
}
