/** Unix milliseconds. Injected everywhere, so that tests own the time. */
export type Clock = () => number;

/** Milliseconds since some moment, for everything that is a duration: nobody sets this clock. */
export const monotonic: Clock = () => performance.now();

/** The clocks of two machines may differ by so much; a moment that is further ahead was taken before our clock was set back. */
const AHEAD_MS = 5000;

/** How old something of our own is, milliseconds. Infinite when its moment is still to come: how old it is then, nobody knows. */
export function ageOf(at: number, now: number): number {
  return at > now + AHEAD_MS ? Number.POSITIVE_INFINITY : now - at;
}
