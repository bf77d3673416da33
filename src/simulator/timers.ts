/** All timers of one simulator, so that stopping it leaves none behind. Durations are milliseconds. */
export interface Timers {
  /** Times a duration inside the cluster (back-offs, periods, resyncs) is shortened by. */
  readonly compression: number;
  /** Cluster time → wall time. */
  scaled(milliseconds: number): number;
  after(milliseconds: number, run: () => void): Cancel;
  every(milliseconds: number, run: () => void): Cancel;
  /** Rejects never; resolves at once after stop(). */
  sleep(milliseconds: number): Promise<void>;
  readonly stopped: boolean;
  stop(): void;
}

export type Cancel = () => void;

export function createTimers(compression: number): Timers {
  const pending = new Map<NodeJS.Timeout, () => void>();
  let stopped = false;

  function after(milliseconds: number, run: () => void, whenStopped = () => {}): Cancel {
    if (stopped) {
      whenStopped();
      return () => {};
    }
    const timer = setTimeout(() => {
      pending.delete(timer);
      run();
    }, milliseconds);
    pending.set(timer, whenStopped);
    return () => {
      clearTimeout(timer);
      pending.delete(timer);
    };
  }

  return {
    compression,
    scaled: (milliseconds) => milliseconds / compression,
    after,
    every(milliseconds, run) {
      if (stopped) return () => {};
      const timer = setInterval(run, milliseconds);
      pending.set(timer, () => {});
      return () => {
        clearInterval(timer);
        pending.delete(timer);
      };
    },
    sleep: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve, resolve)),
    get stopped() {
      return stopped;
    },
    stop() {
      stopped = true;
      for (const [timer, whenStopped] of pending) {
        clearTimeout(timer);
        whenStopped();
      }
      pending.clear();
    },
  };
}
