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

  function turn(): void {
    const end = performance.now() + budgetMs;
    do {
      const piece = pieces.shift();
      if (!piece) break;
      try {
        piece.work();
        piece.resolve();
      } catch (error) {
        piece.reject(error as Error);
      }
    } while (performance.now() < end);
    scheduled = pieces.length > 0;
    if (scheduled) setImmediate(turn);
  }

  return {
    run: (work) =>
      new Promise((resolve, reject) => {
        pieces.push({ work, resolve, reject });
        if (scheduled) return;
        scheduled = true;
        setImmediate(turn);
      }),
  };
}
