/** A cron schedule of five fields, as CronJob has it: the minutes at which it runs. */
export interface CronSchedule {
  readonly minute: ReadonlySet<number>;
  readonly hour: ReadonlySet<number>;
  readonly dayOfMonth: ReadonlySet<number>;
  readonly month: ReadonlySet<number>;
  readonly dayOfWeek: ReadonlySet<number>;
  /** Either day field was `*`: then the other one alone decides. */
  readonly anyDay: boolean;
}

/** A Map, for the schedule is a text of strangers: an object would know a macro called `constructor`. */
const MACROS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  readonly low: number;
  readonly high: number;
  /** Words for the values from `low` on. */
  readonly names?: readonly string[];
}
/** In the order in which they stand. */
const FIELDS: readonly Field[] = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: MONTHS },
  { low: 0, high: 7, names: DAYS },
];

/** Undefined when the text is not a schedule that we read; a `TZ=` or `CRON_TZ=` prefix is skipped (see schedules.ts). */
export function parseCron(text: string): CronSchedule | undefined {
  const words = text.trim().split(/\s+/).slice(0, 8);
  if (/^(?:CRON_)?TZ=/.test(words.join(' '))) words.shift();
  const fields = words.length === 1 ? (MACROS.get(words.join('').toLowerCase()) ?? '').split(' ') : words;
  if (fields.length !== FIELDS.length) return undefined;
  const [minute, hour, dayOfMonth, month, dayOfWeek] = FIELDS.map((field, index) => parseField(fields[index] ?? '', field));
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek) return undefined;
  if (dayOfWeek.has(7)) dayOfWeek.add(0);
  return { minute, hour, dayOfMonth, month, dayOfWeek, anyDay: [fields[2], fields[4]].some((days = '') => /^[*?]/.test(days)) };
}

function parseField(text: string, field: Field): Set<number> | undefined {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step, ...rest] = part.split('/');
    const every = step === undefined ? 1 : numberOf(step);
    const [from, to] = endsOf(range, step !== undefined, field);
    if (rest.length > 0 || !(every >= 1) || !(from >= field.low) || !(to <= field.high) || !(from <= to)) return undefined;
    for (let value = from; value <= to; value += every) found.add(value);
  }
  return found;
}

/** First and last value of `*`, `5` or `5-10`; with a step, one number means from there on. NaN = it is none of them. */
function endsOf(range: string, stepped: boolean, field: Field): readonly [from: number, to: number] {
  if (range === '*' || range === '?') return [field.low, field.high];
  const [first = '', second, ...more] = range.split('-');
  const from = numberOf(first, field);
  if (more.length > 0) return [Number.NaN, Number.NaN];
  if (second !== undefined) return [from, numberOf(second, field)];
  return [from, stepped ? field.high : from];
}

function numberOf(word: string, { names = [], low }: Partial<Field> = {}): number {
  const name = names.indexOf(word.toLowerCase());
  if (name >= 0) return name + (low ?? 0);
  return /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
}

/** Whether the schedule runs in the minute that begins at this Unix second, on a clock that is `offsetMinutes` ahead of UTC. */
export function runsAt(schedule: CronSchedule, minuteStart: number, offsetMinutes = 0): boolean {
  const date = new Date((minuteStart + offsetMinutes * 60) * 1000);
  if (!schedule.minute.has(date.getUTCMinutes()) || !schedule.hour.has(date.getUTCHours())) return false;
  if (!schedule.month.has(date.getUTCMonth() + 1)) return false;
  const dayOfMonth = schedule.dayOfMonth.has(date.getUTCDate());
  const dayOfWeek = schedule.dayOfWeek.has(date.getUTCDay());
  // Cron's own rule: with both day fields restricted either one is enough.
  return schedule.anyDay ? dayOfMonth && dayOfWeek : dayOfMonth || dayOfWeek;
}
