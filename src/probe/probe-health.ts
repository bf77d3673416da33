import { isDirectVantage, type ProbeResult } from '../domain/probe.ts';
import type { Clock } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import { type Part, unauthorised } from '../source/status.ts';
import type { ProberOptions } from './options.ts';

/** The source is stale when no probe has ended for that many intervals. */
const STALE_INTERVALS = 6;

const NOBODY_BELIEVED = 'outside the cluster: no address has shown a certificate of a backend yet';

export interface ProbeHealthInput extends Pick<Required<ProberOptions>, 'intervalMs' | 'vantages'> {
  readonly clock: Clock;
  readonly log: Logger;
  /** Our credentials were refused. */
  readonly onRefused: () => void;
}

/** Whether probes can be made from here, and whether serving certificates are seen: two sources, as far as results tell. */
export class ProbeHealth {
  readonly #input: ProbeHealthInput;
  /** Newest result through the kube client's own server, control included. */
  #lastOwn: ProbeResult | undefined;
  #lastMeasured: number | undefined;
  #lastCertificate: number | undefined;

  constructor(input: ProbeHealthInput) {
    this.#input = input;
  }

  /** @param own it went through the kube client's own server. */
  note(result: ProbeResult, own: boolean): void {
    const { clock, onRefused } = this.#input;
    if (result.hop !== 'us') this.#lastMeasured = clock();
    if (result.certificate) this.#lastCertificate = clock();
    if (result.hop === 'us' && result.reason === 'unauthorized') onRefused();
    if (own) this.#noteOwn(result);
  }

  /** @param turns of how many APIs nothing was asked so far. */
  probesPart({ all, waiting }: { readonly all: number; readonly waiting: number }): Part {
    const lastSuccess = this.#lastMeasured;
    if (this.#lastOwn?.hop === 'us') return { outcome: outcomeOfOurs(this.#lastOwn), lastSuccess, staleAfterMs: 0 };
    const message = waiting === 0 ? {} : { message: `${waiting} of ${all} APIs wait for their first turn: of these nothing was asked yet` };
    return { outcome: { state: lastSuccess === undefined ? 'pending' : 'ok', ...message }, lastSuccess, staleAfterMs: this.#staleAfterMs };
  }

  /** @param strangers somebody answered who is not believed to be a backend. */
  certificatesPart(strangers: boolean): Part {
    const lastSuccess = this.#lastCertificate;
    const direct = this.#input.vantages.some(isDirectVantage);
    const state = !direct ? 'disabled' : lastSuccess === undefined ? 'pending' : 'ok';
    const message = state === 'pending' && strangers ? { message: NOBODY_BELIEVED } : {};
    return { outcome: { state, ...message }, lastSuccess, staleAfterMs: this.#staleAfterMs };
  }

  get #staleAfterMs(): number {
    return STALE_INTERVALS * this.#input.intervalMs;
  }

  #noteOwn(result: ProbeResult): void {
    const broke = result.hop === 'us' && this.#lastOwn?.hop !== 'us';
    this.#lastOwn = result;
    const { reason, detail } = result;
    if (broke) this.#input.log.warn({ reason, detail }, 'probes through the kube-apiserver cannot be made from here');
  }
}

function outcomeOfOurs({ detail, reason }: ProbeResult): Part['outcome'] {
  const why = detail || 'probes cannot be made from here';
  return reason === 'unauthorized' ? unauthorised(why) : { state: 'failed', message: why };
}
