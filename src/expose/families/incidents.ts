import { DURATION_BUCKETS, NO_COUNTS } from '../../incidents/totals.ts';
import { type Family, familyPerApi } from '../family.ts';

/** Incidents are counted once they cannot come back any more: a minute after their end, or up to an hour where they flap. */
export const INCIDENT_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_incidents_total',
    type: 'counter',
    help: 'Incidents that are over, by the cause that was held the longest, or unknown: counted a minute after the end, where failures come and go up to an hour after it. A series is there from the moment at which an incident first has that cause, at 0, so that increase() sees the first one that lasts longer than a scrape interval. It begins at 0 with the process; with incidents.file none is counted twice or never over a restart.',
    labels: ['cause'],
    cost: 'APIs that failed × causes that they had',
    collect({ name }, emit, { incidents = NO_COUNTS }) {
      for (const [cause, count] of incidents.causes.get(name) ?? []) emit([cause], count);
    },
  }),
  familyPerApi({
    name: 'aggregated_api_incident_duration_seconds',
    type: 'histogram',
    help: 'How long incidents lasted, from the first failure to the last end; counted when aggregated_api_incidents_total is. No series for an API that never failed.',
    labels: [],
    cost: `APIs that failed × ${DURATION_BUCKETS.length + 3}`,
    collect({ name }, emit, { incidents = NO_COUNTS }) {
      const own = incidents.durations.get(name);
      if (own) emit([], { bounds: DURATION_BUCKETS, ...own });
    },
  }),
];
