/** Waits that grow by two with each failure, up to `maxMs`, and start again after `healthyMs` of health. */
export interface BackOff {
  /** Call when a connection stands. */
  healthy(now: number): void;
  /** Milliseconds to wait after a failure: half of the step fixed, half random, so that many clients spread. */
  next(now: number): number;
}

export function createBackOff(options: { firstMs: number; maxMs: number; healthyMs: number; random: () => number }): BackOff {
  let failures = 0;
  let healthySince: number | undefined;
  return {
    healthy(now) {
      healthySince ??= now;
    },
    next(now) {
      if (healthySince !== undefined && now - healthySince >= options.healthyMs) failures = 0;
      healthySince = undefined;
      const step = Math.min(options.maxMs, options.firstMs * 2 ** Math.min(failures++, 20));
      return step / 2 + (step / 2) * options.random();
    },
  };
}
