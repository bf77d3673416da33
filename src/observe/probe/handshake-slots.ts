export interface HandshakeSlots {
  /** Resolves with the function that gives the slot back. In order of asking. */
  take(): Promise<() => void>;
  readonly waiting: number;
}

/**
 * At most `limit` handshakes at once: beyond four, our own cryptography shows up as the backend's latency. A slot comes back
 * after `patienceMs` without an answer, so that black holes do not hold it.
 */
export function createHandshakeSlots(limit: number, patienceMs: number): HandshakeSlots {
  let free = limit;
  const queue: ((release: () => void) => void)[] = [];

  const grant = (resolve: (release: () => void) => void): void => {
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      clearTimeout(timer);
      const next = queue.shift();
      if (next) grant(next);
      else free += 1;
    };
    const timer = setTimeout(release, patienceMs);
    timer.unref();
    resolve(release);
  };

  return {
    take: () =>
      new Promise((resolve) => {
        if (free === 0) {
          queue.push(resolve);
          return;
        }
        free -= 1;
        grant(resolve);
      }),
    get waiting() {
      return queue.length;
    },
  };
}
