/** Work of several that shall not come at once: each has the event loop for as long as it takes, and then others have it. */
export interface Turns {
  /** Runs it at once where nobody has just had a turn, and else in its turn. */
  take(run: () => void): void;
}

/** What else waits, such as the answers of probes, has its time after each turn: as long as the turn lasted, and no longer than this. */
const LONGEST_REST_MS = 50;

export function createTurns(): Turns {
  const waiting: (() => void)[] = [];
  let resting = false;
  const next = (): void => {
    const run = waiting.shift();
    resting = run !== undefined;
    if (!run) return;
    const began = performance.now();
    try {
      run();
    } finally {
      setTimeout(next, Math.min(performance.now() - began, LONGEST_REST_MS));
    }
  };
  return {
    take(run) {
      waiting.push(run);
      if (!resting) next();
    },
  };
}
