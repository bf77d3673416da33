const HOUR_MS = 3_600_000;

/** What lies ahead is of a clock that differs. @param now Unix milliseconds, as `at`. */
export const isOfLastHour = (at: number, now: number): boolean => at > now - HOUR_MS && at <= now;
