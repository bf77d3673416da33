import { CURVES, type Sample } from './sample.ts';
import { lineThrough } from './slope.ts';

const WIDTH = 880;
const PANEL = 130;
const LEFT = 64;
const RIGHT = 16;
const TOP = 24;
const BELOW = 28;

/** The samples as a picture: a panel per curve, with the line of least squares; one axis of minutes. */
export function drawCurves(samples: readonly Sample[], title: string): string {
  const height = CURVES.length * PANEL + TOP + BELOW;
  const last = Math.max(1, samples.at(-1)?.minutes ?? 1);
  const x = (minutes: number) => LEFT + (minutes / last) * (WIDTH - LEFT - RIGHT);
  const panels = CURVES.map(({ label, of }, index) => panel(samples, { label, of, x, top: TOP + index * PANEL }));
  const step = tickStep(last, 8);
  const ticks = Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step).map((at) =>
    text(x(at), height - 10, `${at} min`, 'middle'),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11" fill="#333">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(LEFT, 14, title, 'start'),
    ...panels,
    ...ticks,
    '</svg>',
    '',
  ].join('\n');
}

interface Panel {
  readonly label: string;
  readonly of: (sample: Sample) => number;
  readonly x: (minutes: number) => number;
  readonly top: number;
}

/** From zero, so that a slope looks as large as it is. */
function panel(samples: readonly Sample[], { label, of, x, top }: Panel): string {
  const most = Math.max(1, ...samples.map(of)) * 1.15;
  const bottom = top + PANEL - 14;
  const y = (value: number) => bottom - (value / most) * (PANEL - 34);
  const step = tickStep(most, 3);
  const grid = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step).map(
    (value) =>
      `<path d="M${LEFT} ${round(y(value))}H${WIDTH - RIGHT}" stroke="#ddd"/>${text(LEFT - 6, y(value) + 4, String(Math.round(value * 10) / 10), 'end')}`,
  );
  const path = samples.map((sample) => `${round(x(sample.minutes))} ${round(y(of(sample)))}`).join('L');
  const line = lineThrough(samples.map((sample) => [sample.minutes, of(sample)]));
  const from = samples[0]?.minutes ?? 0;
  const to = samples.at(-1)?.minutes ?? 0;
  const fit = line
    ? `<path d="M${round(x(from))} ${round(y(line.start + line.slope * from))}L${round(x(to))} ${round(y(line.start + line.slope * to))}" stroke="#c33" stroke-dasharray="5 4" fill="none"/>`
    : '';
  const slope = line ? `: ${line.slope < 0 ? '−' : '+'}${Math.abs(line.slope * 60).toFixed(2)} an hour` : '';
  return [...grid, `<path d="M${path}" stroke="#246" fill="none"/>`, fit, text(LEFT + 6, top + 12, label + slope, 'start')].join('\n');
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${words.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'))}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** 1, 2 or 5 times a power of ten, so that there are at most so many ticks. */
function tickStep(range: number, ticks: number): number {
  const rough = range / ticks;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
}
