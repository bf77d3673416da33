import type { Vantage } from '../domain/probe.ts';
import { createSlots, type Slots } from '../net/slots.ts';

/**
 * Who waits for whom: probes of one vantage never wait for those of another, and nobody for direct targets that did not answer the
 * last time. Requests to kube-apiservers tell whether an API works at all, so they have the most room.
 */
export type Lane = Vantage | 'silent';

/** @param isSilent it did not answer the last time. */
export function laneOf(vantage: Vantage, isSilent: boolean): Lane {
  return isSilent && vantage !== 'aggregator' ? 'silent' : vantage;
}

/**
 * Handshakes at once: beyond four, our own cryptography shows up as the backend's latency. Each lane has its own, because hundreds of
 * black holes would take all of them; a black hole holds its slot for the patience at most, and costs no cryptography.
 */
export const handshakeSlots = (most: number, patienceMs: number): Slots =>
  createSlots((lane) => (lane === 'aggregator' ? most : Math.ceil(most / 2)), patienceMs);

/** Probes that may be open; those beyond wait for their turn. */
export const openPlaces = (most: number): Slots => createSlots((lane) => (lane === 'aggregator' ? most : Math.ceil(most / 4)));
