import type { FailureReason, ProbeResult } from '../domain/probe.ts';

/** Nothing came within the time-out. */
const SILENT: ReadonlySet<FailureReason> = new Set(['connection_timeout', 'tls_timeout', 'response_timeout']);
/** So many probes in a row must have timed out before a target rests. */
const BEFORE_REST = 3;
/** From the moment a resting target answers again to the end of the probe that shows it, at most. */
const SEEN_WITHIN_MS = 60_000;

/**
 * Direct targets that time out, again and again: each holds a connection for the whole time-out, and says the same. After the third
 * time in a row one is asked at twice the interval, then at four times, up to a minute.
 */
export class Silences {
  readonly #times = new Map<string, number>();

  /** Takes note of one result. */
  note(key: string, result: ProbeResult): void {
    if (result.hop === 'us') return;
    if (!result.ok && SILENT.has(result.reason ?? 'other')) this.#times.set(key, (this.#times.get(key) ?? 0) + 1);
    else this.#times.delete(key);
  }

  forget(key: string): void {
    this.#times.delete(key);
  }

  /** Its last probe timed out. */
  isSilent(key: string): boolean {
    return this.#times.has(key);
  }

  /** Its last three probes timed out. */
  isTired(key: string): boolean {
    return (this.#times.get(key) ?? 0) >= BEFORE_REST;
  }

  /** Milliseconds from the end of its last probe to the next one; undefined: it comes at its usual moment. */
  restMs(key: string, intervalMs: number, timeoutMs: number): number | undefined {
    const doublings = (this.#times.get(key) ?? 0) - BEFORE_REST + 1;
    if (doublings < 1) return undefined;
    const rest = Math.min(intervalMs * 2 ** Math.min(doublings, 10), SEEN_WITHIN_MS - timeoutMs);
    return rest > intervalMs ? rest : undefined;
  }
}
