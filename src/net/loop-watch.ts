import { performance } from 'node:perf_hooks';

export interface LoopWatch {
  /** Call at the start of a probe; the returned function, called at its end, says whether our own event loop was late meanwhile. */
  begin(): () => boolean;
}

const BEAT_MS = 5;
/** A probe older than this measures a time-out, not a latency: nothing needs the beat any more. */
const WATCHED_MS = 1000;

/**
 * Tells the backend's latency from our own: a beat every 5 ms while young probes are open, none otherwise.
 * @param lateMs delay that counts as late.
 */
export function createLoopWatch(lateMs = 5): LoopWatch {
  let beat: NodeJS.Timeout | undefined;
  let lastBeat = 0;
  let lastLate = Number.NEGATIVE_INFINITY;
  let newestStart = 0;
  let open = 0;

  const check = (now: number): void => {
    if (now - lastBeat > BEAT_MS + lateMs) lastLate = now;
  };
  const onBeat = (): void => {
    const now = performance.now();
    check(now);
    lastBeat = now;
    if (open === 0 || now - newestStart > WATCHED_MS) {
      clearInterval(beat);
      beat = undefined;
    }
  };

  return {
    begin() {
      const start = performance.now();
      newestStart = start;
      open += 1;
      if (!beat) {
        lastBeat = start;
        beat = setInterval(onBeat, BEAT_MS);
        beat.unref();
      }
      return () => {
        open -= 1;
        // Socket events run before the beat that a blocked loop owes, so the debt is looked at here too.
        if (beat) check(performance.now());
        return lastLate >= start;
      };
    },
  };
}
