/**
 * Which resource of an API the real request lists, and how often. Resources that our rights refuse are passed over; when all
 * are refused the question is asked rarely, since rights may be given later.
 */
export interface ListChoice {
  /** From each good discovery. */
  offer(listable: readonly string[]): void;
  /** Plural name; undefined while nothing can be listed. */
  readonly resource: string | undefined;
  /** Refused, or not offered there. */
  refused(): void;
  /** Answered, well or badly. `heavy` = the server ignored limit=1 and sent more than we read. */
  answered(heavy: boolean): void;
  /** Multiple of the usual interval. */
  readonly pace: number;
}

/** Until the first discovery: the list should not wait a whole interval behind it. */
const UNKNOWN_PACE = 0.1;
const HEAVY_PACE = 6;
const REFUSED_PACE = 30;

export function createListChoice(): ListChoice {
  let candidates: readonly string[] | undefined;
  let at = 0;
  let refusals = 0;
  let heavy = false;
  return {
    offer(listable) {
      if (candidates && listable.length === candidates.length && listable.every((name, i) => name === candidates?.[i])) return;
      const current = candidates?.[at];
      candidates = listable;
      at = Math.max(0, current === undefined ? 0 : listable.indexOf(current));
      refusals = 0;
    },
    get resource() {
      return candidates?.[at];
    },
    refused() {
      refusals += 1;
      if (candidates && candidates.length > 0) at = (at + 1) % candidates.length;
    },
    answered(tooMuch) {
      refusals = 0;
      heavy = tooMuch;
    },
    get pace() {
      if (!candidates) return UNKNOWN_PACE;
      if (candidates.length === 0 || refusals >= candidates.length) return REFUSED_PACE;
      return heavy ? HEAVY_PACE : 1;
    },
  };
}
