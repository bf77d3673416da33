/** `first`: through a kube-apiserver. `later`: a direct target, which may be a black hole. */
export type Urgency = 'first' | 'later';

export interface HandshakeSlots {
  /** Resolves with the function that gives the slot back. In order of asking, `first` before `later`. */
  take(urgency: Urgency): Promise<() => void>;
  readonly waiting: number;
}

/**
 * At most `limit` handshakes at once: beyond four, our own cryptography shows up as the backend's latency. A slot comes back
 * after `patienceMs` without an answer, so that black holes do not hold it; and one slot is never a direct target's, since
 * hundreds of black holes would take all of them from the probes through the kube-apiserver, which tell whether an API works.
 */
export function createHandshakeSlots(limit: number, patienceMs: number): HandshakeSlots {
  const most: Readonly<Record<Urgency, number>> = { first: limit, later: Math.max(1, limit - 1) };
  const queues: Readonly<Record<Urgency, ((release: () => void) => void)[]>> = { first: [], later: [] };
  const held: Record<Urgency, number> = { first: 0, later: 0 };

  const isFree = (urgency: Urgency): boolean => held.first + held.later < limit && held[urgency] < most[urgency];

  const grantNext = (): void => {
    for (const urgency of ['first', 'later'] as const)
      while (isFree(urgency)) {
        const next = queues[urgency].shift();
        if (!next) break;
        grant(urgency, next);
      }
  };

  const grant = (urgency: Urgency, resolve: (release: () => void) => void): void => {
    held[urgency] += 1;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      clearTimeout(timer);
      held[urgency] -= 1;
      grantNext();
    };
    const timer = setTimeout(release, patienceMs);
    timer.unref();
    resolve(release);
  };

  return {
    take: (urgency) =>
      new Promise((resolve) => {
        queues[urgency].push(resolve);
        grantNext();
      }),
    get waiting() {
      return queues.first.length + queues.later.length;
    },
  };
}
