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

/** Undefined when the text is not a schedule that we read; a `TZ=` or `CRON_TZ=` prefix is skipped (see schedules.ts). */
export function parseCron(text: string): CronSchedule | undefined {
  const words = text.trim().split(/\s+/).slice(0, 8);
  if (/^(?:CRON_)?TZ=/.test(words[0] ?? '')) words.shift();
  const fields = words.length === 1 ? (MACROS.get(words[0]!.toLowerCase()) ?? '').split(' ') : words;
  if (fields.length !== 5) return undefined;
  const minute = parseField(fields[0]!, 0, 59);
  const hour = parseField(fields[1]!, 0, 23);
  const dayOfMonth = parseField(fields[2]!, 1, 31);
  const month = parseField(fields[3]!, 1, 12, MONTHS, 1);
  const dayOfWeek = parseField(fields[4]!, 0, 7, DAYS, 0);
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek) return undefined;
  if (dayOfWeek.has(7)) dayOfWeek.add(0);
  return { minute, hour, dayOfMonth, month, dayOfWeek, anyDay: /^[*?]/.test(fields[2]!) || /^[*?]/.test(fields[4]!) };
}

function parseField(text: string, low: number, high: number, names: readonly string[] = [], firstName = 0): Set<number> | undefined {
  const found = new Set<number>();
  const numberOf = (word: string): number => {
    const name = names.indexOf(word.toLowerCase());
    return name >= 0 ? name + firstName : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
  };
  for (const part of text.split(',')) {
    const [range = '', step, ...rest] = part.split('/');
    const every = step === undefined ? 1 : /^\d{1,2}$/.test(step) ? Number(step) : Number.NaN;
    const [first = '', second, ...more] = range.split('-');
    const all = range === '*' || range === '?';
    const from = all ? low : numberOf(first);
    const to = all ? high : second === undefined ? (step === undefined ? from : high) : numberOf(second);
    if (rest.length > 0 || more.length > 0 || !(every >= 1) || !(from >= low) || !(to <= high) || !(from <= to)) return undefined;
    for (let value = from; value <= to; value += every) found.add(value);
  }
  return found;
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
