/**
 * Pieces of work of many streams, done one after another, a few milliseconds per turn of the event loop: timers and sockets
 * get their turn between, however much there is to do. Bounded by its callers: each waits for its piece before it adds one.
 */
export interface Turns {
  /** Resolves when the work is done; rejects with what it threw. The work itself should take less than a millisecond. */
  run(work: () => void): Promise<void>;
}

interface Piece {
  readonly work: () => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** @param budgetMs Milliseconds of work per turn. */
export function createTurns(budgetMs = 2): Turns {
  const pieces: Piece[] = [];
  let scheduled = false;
  /** Milliseconds of work in this turn. */
  let spent = 0;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(turn);
  }

  function turn(): void {
    scheduled = false;
    spent = 0;
    while (spent < budgetMs) {
      const piece = pieces.shift();
      if (!piece) return;
      const { work, resolve, reject } = piece;
      try {
        timed(work);
        resolve();
      } catch (error) {
        reject(error as Error);
      }
    }
    if (pieces.length > 0) schedule();
  }

  function timed(work: () => void): void {
    const started = performance.now();
    try {
      work();
    } finally {
      spent += performance.now() - started;
      schedule();
    }
  }

  return {
    async run(work) {
      // What the turn has time for needs no waiting.
      if (pieces.length === 0 && spent < budgetMs) timed(work);
      else await new Promise<void>((resolve, reject) => pieces.push({ work, resolve, reject }));
    },
  };
}
