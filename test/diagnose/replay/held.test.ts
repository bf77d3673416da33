import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../../src/diagnose/diagnostician.ts';
import { UNKNOWN } from '../../../src/diagnose/scoring.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import { EMPTY_CLUSTER } from '../../../src/domain/snapshot.ts';
import { createRecorder } from '../../../src/incidents/recorder.ts';
import { renderIncidentMarkdown } from '../../../src/incidents/report/markdown.ts';
import type { Played } from '../../simulator/support/course.ts';
import { readTapes } from '../../simulator/support/tape.ts';
import { rightFor, type Said, saidOf, told } from '../../simulator/support/verdicts.ts';

/** Verdicts and incidents of the same courses: to play them is what takes the time. */

/** Not met yet, and why. Each is a debt: it is played too, and the first time it holds it has to be taken off. */
const NOT_YET: Readonly<Record<string, string>> = {
  'backend-slow': 'the check of the recording says the same of a cut path throughout, which a real one does not',
  'pod-restarting': 'restarts of a second each, which lines of a lost lease and back-off events tell in turn',
};

/** What a fault that lasts becomes. */
const LATER: Readonly<Record<string, string>> = {
  // A pod that is not ready three minutes after its template changed is no rollout any more.
  'rollout-in-progress': 'pod-probe-failing',
};

/** Courses whose verdict turns to another cause meanwhile. */
const TURNS: ReadonlySet<string> = new Set(['backend-slow', 'pod-restarting', 'rollout-in-progress']);

interface Heard {
  readonly said: readonly Said[];
  /** As they were told last. */
  readonly incidents: readonly Incident[];
}

function listen({ snapshots }: Played): Heard {
  const doctor = createDiagnostician(catalogueOptions());
  const recorder = createRecorder();
  const incidents = new Map<string, Incident>();
  const said = snapshots.map(({ cluster, ...rest }) => {
    // What is observed since the tapes were made is not observed in them.
    const snapshot = { ...rest, cluster: { ...EMPTY_CLUSTER, ...cluster } };
    const round = doctor.observe(snapshot);
    for (const incident of recorder.observe(snapshot, round).touched) incidents.set(incident.id, incident);
    return saidOf(snapshot, round);
  });
  return { said, incidents: [...incidents.values()] };
}

/** Undefined = the fault is named from its first right moment to its end, and nothing new after it is mended. */
function missOf(played: Played, said: readonly Said[]): string | undefined {
  const [{ fault, from, to }] = played.marks as [Played['marks'][number]];
  const right = new Set([...rightFor(fault), ...(LATER[fault] === undefined ? [] : [LATER[fault]])]);
  const first = said.find(({ at, verdict }) => at >= from && verdict && right.has(verdict.cause));
  const named = said.filter(({ at, verdict }) => first && at >= first.at && at <= to && verdict);
  const before = new Set(said.filter(({ at }) => at <= to).map(({ verdict }) => verdict?.cause));
  const after = said.filter(({ at, verdict }) => at > to && verdict);
  const holds = first !== undefined && named.every(({ verdict }) => right.has(verdict!.cause));
  return holds && after.every(({ verdict }) => verdict!.cause === UNKNOWN || before.has(verdict!.cause)) ? undefined : told(said, from);
}

const tapes = [...readTapes('held-shared'), ...readTapes('held-own')];
const courses = tapes.map((played): [string, Played] => [played.course, played]);
const heard = new Map<string, Heard>();
const hear = (played: Played): Heard => {
  const known = heard.get(played.course) ?? listen(played);
  heard.set(played.course, known);
  return known;
};

describe('a verdict holds for as long as its fault does, and ends with it', () => {
  it.each(courses)('%s', (course, played) => {
    const miss = missOf(played, hear(played).said);
    if (NOT_YET[course] === undefined) expect(miss).toBeUndefined();
    else expect(miss, `${course} holds now: take it off NOT_YET`).toBeDefined();
  });

  it('is played for each of them', () => {
    expect(Object.keys(NOT_YET).filter((course) => !tapes.some((played) => played.course === course))).toEqual([]);
    expect(tapes).toHaveLength(51);
  });
});

describe('a recorded fault is an incident, from its begin to its end', () => {
  it.each(courses)('%s', (course, played) => {
    const [{ fault, from, to } = { fault: '', from: 0, to: 0 }] = played.marks;
    // A tape begins while its cluster does: what failed then is over.
    const incidents = hear(played).incidents.filter(({ lastFailing }) => lastFailing >= from / 1000);
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
  });
});
