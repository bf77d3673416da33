import type { TextTime } from '../../domain/snapshot.ts';

const KLOG = /\b[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)/;
const ISO = /\b(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)/;

/** klog writes no year. One that is fixed keeps intervals right within a year, and the same text gives the same answer. */
const SOME_YEAR = 2000;

/** False for a time of a stamp without a year, which can't be held against one that has it. */
export function hasYear(time: number): boolean {
  return new Date(time).getUTCFullYear() !== SOME_YEAR;
}

/** The newest time stamp of a text, for people and for the snapshot. */
export function textTime(latest: number | undefined): TextTime {
  if (latest === undefined) return { words: 'an unknown time', dated: false };
  const iso = new Date(latest).toISOString().slice(0, 19);
  return hasYear(latest)
    ? { words: `${iso}Z`, dated: true }
    : { words: `${iso.slice(5).replace('T', ' ')} of an unknown year`, dated: false };
}

/** Unix milliseconds of the first time stamp in the first 200 characters of a line. */
export function timeOf(line: string): number | undefined {
  const head = line.length > 200 ? line.slice(0, 200) : line;
  const iso = ISO.exec(head);
  if (iso) return utc(Number(iso[1]), iso, 2);
  const klog = KLOG.exec(head);
  return klog ? utc(SOME_YEAR, klog, 1) : undefined;
}

function utc(year: number, match: RegExpExecArray, from: number): number | undefined {
  const month = Number(match[from]);
  const time = Date.UTC(
    year,
    month - 1,
    Number(match[from + 1]),
    Number(match[from + 2]),
    Number(match[from + 3]),
    Number(match[from + 4]),
  );
  return Number.isNaN(time) || month < 1 || month > 12 || year < SOME_YEAR || year > 2200 ? undefined : time;
}

const UNITS: ReadonlyMap<string, number> = new Map(Object.entries<number>({ s: 1, m: 60, h: 3600, d: 86_400, y: 31_536_000 }));

/** Seconds of kubectl's ages: `25s`, `5m12s`, `3h24m`, `2d21h`, `5y`. */
export function ageOf(text: string): number | undefined {
  if (!/^(?:\d{1,9}[smhdy]){1,4}$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([smhdy])/g)) seconds += Number(amount) * (UNITS.get(unit ?? '') ?? 0);
  return seconds;
}
