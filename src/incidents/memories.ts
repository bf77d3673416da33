import type { LongMemoryState } from '../diagnose/long-memory.ts';
import type { Incident } from '../domain/incident.ts';
import type { WatchedHours } from './watched-hours.ts';

/** Troubles that begin sooner after another one are the same one, seconds. */
const APART = 3600;

/** What the incidents of weeks tell of when each API begins to fail, and in which hours somebody looked at it: by APIService. */
export function memoriesOf(incidents: readonly Incident[], watched: WatchedHours): ReadonlyMap<string, Required<LongMemoryState>> {
  const byApi = new Map<string, Incident[]>();
  for (const incident of incidents) byApi.set(incident.apiservice, [...(byApi.get(incident.apiservice) ?? []), incident]);
  const names = new Set([...watched.apiservices, ...byApi.keys()]);
  return new Map([...names].map((name) => [name, { hours: [...watched.hoursOf(name)], onsets: onsetsOf(byApi.get(name) ?? []) }]));
}

/** Ascending, of one API. One whose begin nobody saw has none; nor has one that began while another one was hardly over. */
function onsetsOf(incidents: readonly Incident[]): number[] {
  let failedUntil = Number.NEGATIVE_INFINITY;
  return [...incidents]
    .sort((a, b) => a.began - b.began)
    .flatMap(({ began, beganUnseen, ended, lastFailing }) => {
      const isNew = beganUnseen === undefined && began - failedUntil >= APART;
      failedUntil = Math.max(failedUntil, ended ?? lastFailing);
      return isNew ? [began] : [];
    });
}
