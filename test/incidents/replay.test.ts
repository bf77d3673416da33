import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { EMPTY_CLUSTER } from '../../src/domain/snapshot.ts';
import { createRecorder } from '../../src/incidents/recorder.ts';
import { renderIncidentMarkdown } from '../../src/incidents/report/markdown.ts';
import type { Played } from '../simulator/support/course.ts';
import { readTapes } from '../simulator/support/tape.ts';
import { rightFor } from '../simulator/support/verdicts.ts';

/** Courses whose verdict turns to another cause meanwhile: test/diagnose/replay/held.test.ts says why. */
const TURNS: ReadonlySet<string> = new Set(['backend-slow', 'pod-restarting', 'rollout-in-progress']);

/** The incidents of a recorded course, as they were told last. */
function incidentsOf({ snapshots }: Played): Incident[] {
  const doctor = createDiagnostician(catalogueOptions());
  const recorder = createRecorder();
  const told = new Map<string, Incident>();
  for (const { cluster, ...rest } of snapshots) {
    // What is observed since the tapes were made is not observed in them.
    const snapshot = { ...rest, cluster: { ...EMPTY_CLUSTER, ...cluster } };
    for (const incident of recorder.observe(snapshot, doctor.observe(snapshot)).touched) told.set(incident.id, incident);
  }
  return [...told.values()];
}

describe('a recorded fault', () => {
  const tapes = [...readTapes('held-shared'), ...readTapes('held-own')];

  it.each(tapes.map((played): [string, Played] => [played.course, played]))(
    '%s is an incident, from its begin to its end',
    (course, played) => {
      const [{ fault, from, to } = { fault: '', from: 0, to: 0 }] = played.marks;
      // A tape begins while its cluster does: what failed then is over.
      const incidents = incidentsOf(played).filter(({ lastFailing }) => lastFailing >= from / 1000);
      const [incident] = incidents;
      if (!incident) throw new Error('no incident');
      // What comes and goes before it is named may be one more.
      expect(incidents.length).toBeLessThanOrEqual(TURNS.has(course) ? 3 : 2);
      const named = incidents.flatMap(({ causes }) => causes.map(({ cause }) => cause));
      expect(named.some((cause) => rightFor(fault).has(cause))).toBe(true);
      if (!TURNS.has(course)) expect(rightFor(fault)).toContain(incidents.at(-1)?.cause);
      const { began, beganUnseen, returned, interruptions } = incident;
      // Without a cause it goes on with what failed as the cluster began.
      if (!beganUnseen) expect(returned > 0 ? interruptions[0]?.to : began).toBeGreaterThanOrEqual(from / 1000 - 1);
      // A tape that ends before the API is well again has an open one.
      const until = Math.max(...incidents.map(({ ended = Number.POSITIVE_INFINITY }) => ended));
      expect(until).toBeGreaterThanOrEqual(Math.min(to / 1000, ...incidents.map(({ lastFailing }) => lastFailing)));
      for (const one of incidents) {
        expect(one.vantages.some(({ failed }) => failed > 0)).toBe(true);
        expect(one.vantages.every(({ failed, asked }) => failed <= asked)).toBe(true);
        expect(one.evidence.every(({ from: since, to: until = since }) => until >= since)).toBe(true);
        expect(JSON.stringify(one).length).toBeLessThan(32_768);
        expect(renderIncidentMarkdown(one)).toContain('## Evidence');
      }
    },
  );
});
