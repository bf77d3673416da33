export interface Slots {
  /** Resolves with the function that gives the slot back. In order of asking within a lane; lanes do not wait for each other. */
  take(lane: string): Promise<() => void>;
  readonly waiting: number;
}

/**
 * Slots by lane, at most `most(lane)` of each held at once: those that take long in one lane keep nobody in another waiting. With
 * `patienceMs` a slot comes back after that time without an answer, so that black holes do not hold it.
 */
export function createSlots(most: (lane: string) => number, patienceMs?: number): Slots {
  const lanes = new Map<string, { held: number; readonly queue: ((release: () => void) => void)[] }>();

  const laneOf = (name: string) => {
    const known = lanes.get(name) ?? { held: 0, queue: [] };
    lanes.set(name, known);
    return known;
  };

  const grantNext = (name: string): void => {
    const lane = laneOf(name);
    while (lane.held < most(name)) {
      const next = lane.queue.shift();
      if (!next) return;
      lane.held += 1;
      next(releaseOf(name));
    }
  };

  const releaseOf = (name: string): (() => void) => {
    let timer: NodeJS.Timeout | undefined;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      clearTimeout(timer);
      laneOf(name).held -= 1;
      grantNext(name);
    };
    if (patienceMs !== undefined) timer = setTimeout(release, patienceMs).unref();
    return release;
  };

  return {
    take: (name) =>
      new Promise((resolve) => {
        laneOf(name).queue.push(resolve);
        grantNext(name);
      }),
    get waiting() {
      return [...lanes.values()].reduce((sum, { queue }) => sum + queue.length, 0);
    },
  };
}
