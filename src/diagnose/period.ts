import { required } from '../domain/required.ts';

/** A period found in onsets, all in seconds. */
export interface Period {
  readonly period: number;
  /** After a multiple of the period since the Unix epoch. */
  readonly phase: number;
}

/** Onsets that are looked at: the newest. Older ones may belong to another fault. */
const MOST_INTERVALS = 12;

/**
 * How even the intervals must be, as the root mean square of their deviation from the period relative to it, by the number
 * of intervals. From simulation: at most 1 % of random (Poisson, or with a dead time) onsets are that even. Few onsets
 * must be exact; from seven on a jitter of ±15 % passes.
 */
const EVENNESS = [0, 0, 0.012, 0.04, 0.08, 0.11, 0.14, 0.16, 0.17] as const;

/** What sampling alone may contribute to the unevenness. Coarser samples make random onsets look even. */
const SAMPLING_SHARE = 0.6;

/**
 * The period of onsets, or undefined when they are not regular. Intervals may be multiples of it (an onset was missed),
 * but at least 60 % must be the period itself.
 * @param onsets Unix seconds, ascending.
 * @param resolution seconds within which an onset is known, typically the distance of the samples.
 */
export function periodOf(onsets: readonly number[], resolution: number): Period | undefined {
  const newest = onsets.slice(-(MOST_INTERVALS + 1));
  const intervals = newest.slice(1).map((onset, index) => onset - (newest[index] ?? onset));
  const count = intervals.length;
  if (count < 2 || intervals.some((interval) => interval <= 0)) return undefined;

  const sorted = [...intervals].sort((a, b) => a - b);
  const ranked = (rank: number) => required(sorted[rank], 'an interval');
  const median = (ranked((count - 1) >> 1) + ranked(count >> 1)) / 2;
  const lowerQuartile = ranked((count - 1) >> 2);
  const fits = [median, lowerQuartile].flatMap((guess) => fitOf(intervals, guess) ?? []);
  const best = fits.sort((a, b) => a.unevenness - b.unevenness)[0];
  const allowed = EVENNESS[Math.min(count, EVENNESS.length - 1)] ?? 0;
  if (!best || best.unevenness > allowed) return undefined;
  // An onset known within `resolution` moves an interval by resolution/√6 (two uniform errors).
  const sampling = resolution / (Math.sqrt(6) * best.period);
  if (sampling > SAMPLING_SHARE * allowed) return undefined;

  const error = Math.max(0.002, (2 * Math.max(best.unevenness, sampling)) / best.periods);
  const period = roundPeriod(best.period, error);
  return { period, phase: phaseOf(newest, period) };
}

interface Fit {
  readonly period: number;
  readonly unevenness: number;
  /** Periods that the onsets span. */
  readonly periods: number;
}

function fitOf(intervals: readonly number[], guess: number): Fit | undefined {
  const span = intervals.reduce((sum, interval) => sum + interval, 0);
  let period = guess;
  let multiples: number[] = [];
  let periods = 0;
  for (let round = 0; round < 3; round++) {
    const current = period;
    multiples = intervals.map((interval) => Math.max(1, Math.round(interval / current)));
    periods = multiples.reduce((sum, multiple) => sum + multiple, 0);
    period = span / periods;
  }
  const single = multiples.filter((multiple) => multiple === 1).length;
  if (single < Math.ceil(intervals.length * 0.6) || periods - intervals.length > intervals.length / 2) return undefined;
  const squares = intervals.reduce((sum, interval, index) => sum + ((interval - (multiples[index] ?? 1) * period) / period) ** 2, 0);
  return { period, periods, unevenness: Math.sqrt(squares / intervals.length) };
}

/** Periods that people and controllers choose. */
const USUAL_PERIODS = [
  15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 360, 480, 600, 720, 900, 1200, 1800, 2700, 3600, 7200, 10_800, 14_400, 21_600, 28_800, 43_200,
  86_400, 604_800,
] as const;

function roundPeriod(period: number, error: number): number {
  const usual = USUAL_PERIODS.find((candidate) => Math.abs(candidate - period) / period <= error);
  return usual ?? (period >= 60 ? Math.round(period) : Math.round(period * 10) / 10);
}

/** The circular mean of the onsets within the period. */
function phaseOf(onsets: readonly number[], period: number): number {
  let sine = 0;
  let cosine = 0;
  for (const onset of onsets) {
    const angle = ((onset % period) / period) * 2 * Math.PI;
    sine += Math.sin(angle);
    cosine += Math.cos(angle);
  }
  const phase = (Math.atan2(sine, cosine) / (2 * Math.PI)) * period;
  return (Math.round((phase < 0 ? phase + period : phase) * 10) / 10) % period;
}
