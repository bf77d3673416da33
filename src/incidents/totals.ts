import type { Incident } from '../domain/incident.ts';
import type { RecordedTick } from './recorder.ts';

/** Seconds: a blip, a restart, a rollout, an outage, a night, a weekend. */
export const DURATION_BUCKETS = [30, 60, 300, 900, 3600, 14_400, 86_400, 259_200] as const;

/** Counted since the start of the exporter; by APIService. Never changed: a tick that counts makes a new one. */
export interface IncidentCounts {
  /** Incidents that are over for good, by cause; 0 for one that goes on. */
  readonly causes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly durations: ReadonlyMap<string, DurationCounts>;
}

export interface DurationCounts {
  /** `counts[i]` = incidents of at most `DURATION_BUCKETS[i]` seconds; the last is of all. */
  readonly counts: readonly number[];
  /** Seconds. */
  readonly sum: number;
}

export const NO_COUNTS: IncidentCounts = { causes: new Map(), durations: new Map() };
const NO_DURATIONS: DurationCounts = { counts: Array.from({ length: DURATION_BUCKETS.length + 1 }, () => 0), sum: 0 };

/** The counts after a tick. Those of APIs that are not there any more go. @param apis the names of those that are. */
export function countTick(before: IncidentCounts, { touched, settled }: RecordedTick, apis: ReadonlySet<string>): IncidentCounts {
  const gone = [...before.durations.keys()].some((name) => !apis.has(name));
  const news = touched.some(
    (incident) => apis.has(incident.apiservice) && before.causes.get(incident.apiservice)?.get(incident.cause) === undefined,
  );
  if (!gone && !news && settled.length === 0) return before;
  const causes = new Map([...before.causes].filter(([name]) => apis.has(name)));
  const durations = new Map([...before.durations].filter(([name]) => apis.has(name)));
  const count = (incident: Incident, times: 0 | 1) => {
    const { apiservice, cause } = incident;
    if (!apis.has(apiservice)) return;
    const own = causes.get(apiservice) ?? new Map<string, number>();
    causes.set(apiservice, new Map(own).set(cause, (own.get(cause) ?? 0) + times));
    const lasted = durations.get(apiservice) ?? NO_DURATIONS;
    durations.set(apiservice, times === 0 ? lasted : withDuration(lasted, incident));
  };
  for (const incident of touched) count(incident, 0);
  for (const incident of settled) count(incident, 1);
  return { causes, durations };
}

function withDuration({ counts, sum }: DurationCounts, { began, ended = began }: Incident): DurationCounts {
  const seconds = ended - began;
  const at = [...DURATION_BUCKETS, Number.POSITIVE_INFINITY];
  return { counts: counts.map((count, index) => (seconds <= (at[index] ?? 0) ? count + 1 : count)), sum: sum + seconds };
}
