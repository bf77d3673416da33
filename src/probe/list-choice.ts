/**
 * Which resource of an API the real request lists, and how often. Resources that our rights refuse are passed over; when all
 * are refused the question is asked rarely, since rights may be given later.
 */
export interface ListChoice {
  /** From each good discovery. */
  offer(listable: readonly string[]): void;
  /** Plural name; undefined while nothing can be listed. */
  readonly resource: string | undefined;
  /** Refused by our own rights, or not offered there. */
  refused(): void;
  /**
   * Passed on by the kube-apiserver and refused behind it. True: that is a failure, since the server has answered this list before, or
   * refuses each that is passed on; else it may be a rule about this resource, and another one is tried.
   */
  refusedBehind(): boolean;
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
  /** The last that was answered, and the first that was refused behind since. */
  let known: string | undefined;
  let behind: string | undefined;

  const allRefused = (): boolean => candidates !== undefined && refusals >= candidates.length;
  const pass = (): void => {
    refusals += 1;
    if (!candidates || candidates.length === 0) return;
    // Where some list is passed on, it is the one to look at.
    at = allRefused() && behind !== undefined ? Math.max(0, candidates.indexOf(behind)) : (at + 1) % candidates.length;
  };

  return {
    offer(listable) {
      if (candidates && listable.length === candidates.length && listable.every((name, i) => name === candidates?.[i])) return;
      const current = candidates?.[at];
      candidates = listable;
      at = Math.max(0, current === undefined ? 0 : listable.indexOf(current));
      refusals = 0;
      behind = undefined;
    },
    get resource() {
      return candidates?.[at];
    },
    refused() {
      if (behind === candidates?.[at]) behind = undefined;
      pass();
    },
    refusedBehind() {
      const resource = candidates?.[at];
      if (resource !== undefined && resource === known) return true;
      behind ??= resource;
      pass();
      return allRefused();
    },
    answered(tooMuch) {
      refusals = 0;
      behind = undefined;
      known = candidates?.[at];
      heavy = tooMuch;
    },
    get pace() {
      if (!candidates) return UNKNOWN_PACE;
      if (candidates.length === 0 || (allRefused() && behind === undefined)) return REFUSED_PACE;
      return heavy ? HEAVY_PACE : 1;
    },
  };
}
