import { MARKED_AFTER_END, markValue, NO_MARKS } from '../../incidents/marks.ts';
import { DURATION_BUCKETS, NO_COUNTS } from '../../incidents/totals.ts';
import { type Family, familyPerApi } from '../family.ts';
import { liveApis } from '../view.ts';

/** Incidents are counted once they cannot come back any more: a minute after their end, or up to an hour where they flap. */
export const INCIDENT_FAMILIES: readonly Family[] = [
  {
    name: 'aggregated_api_incident',
    type: 'gauge',
    help: `1 for each incident that goes on, also while nobody can tell whether it still does, 0 for ${MARKED_AFTER_END / 60} minutes after its end; then no series. By the cause that was held the longest so far, or unknown, and by its id: /incidents/<id> of the exporter is its page. Of several replicas the leader alone says it, for an id is found on the replica that made it.`,
    labels: ['apiservice', 'cause', 'incident'],
    cost: 'failing APIs + at most 100 incidents that have just ended',
    collect(view, emit) {
      if (view.replica?.leads === false) return;
      const live = new Set(liveApis(view).map(({ name }) => name));
      for (const [id, mark] of view.incidentMarks ?? NO_MARKS)
        if (live.has(mark.apiservice)) emit([mark.apiservice, mark.cause, id], markValue(mark));
    },
  },
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
