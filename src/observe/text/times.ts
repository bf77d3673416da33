const KLOG = /\b[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)/;
const ISO = /\b(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)/;

/** klog writes no year. One that is fixed keeps intervals right within a year, and the same text gives the same answer. */
const SOME_YEAR = 2000;

/** Unix milliseconds of the first time stamp in the first 200 characters of a line. */
export function timeOf(line: string): number | undefined {
  const head = line.length > 200 ? line.slice(0, 200) : line;
  const iso = ISO.exec(head);
  if (iso) return utc(Number(iso[1]), iso, 2);
  const klog = KLOG.exec(head);
  return klog ? utc(SOME_YEAR, klog, 1) : undefined;
}

function utc(year: number, match: RegExpExecArray, from: number): number | undefined {
  const [month, day, hour, minute, second] = [0, 1, 2, 3, 4].map((index) => Number(match[from + index]));
  const time = Date.UTC(year, month! - 1, day, hour, minute, second);
  return Number.isNaN(time) || month! < 1 || month! > 12 || year < 2000 || year > 2200 ? undefined : time;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, y: 31_536_000 };

/** Seconds of kubectl's ages: `25s`, `5m12s`, `3h24m`, `2d21h`, `5y`. */
export function ageOf(text: string): number | undefined {
  if (!/^(?:\d{1,9}[smhdy]){1,4}$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([smhdy])/g)) seconds += Number(amount) * UNITS[unit!]!;
  return seconds;
}
