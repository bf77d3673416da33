import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { CAUSES } from '../../src/correlations/list.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { play } from '../support/play.ts';
import type { Situation } from '../support/situation.ts';
import { EGRESS_ROWS } from './tables/egress.ts';
import { ROWS } from './tables/rows.ts';
import { scheduled } from './tables/schedule.ts';
import { WAY_ROWS } from './tables/ways.ts';

function verdict(snapshots: readonly Snapshot[]): Diagnosis | undefined {
  const doctor = createDiagnostician(catalogueOptions());
  let diagnoses: readonly Diagnosis[] = [];
  for (const snapshot of snapshots) diagnoses = doctor.observe(snapshot).diagnoses.diagnoses;
  return diagnoses[0];
}

const verdictOn = (situation: Situation, faultyTicks = 7, noise = {}) =>
  verdict(play(situation, { healthyTicks: 3, faultyTicks, ...noise }));

describe('causes', () => {
  it('are all in the tables, once', () => {
    expect([...ROWS.map(({ cause }) => cause), 'scheduled-operation'].sort()).toEqual(CAUSES.map(({ id }) => id).sort());
  });

  it('have one file each', () => {
    const files = readdirSync(new URL('../../src/correlations', import.meta.url)).filter((file) => file.endsWith('.ts'));
    const others = ['category-checks.ts', 'incident-rates.ts', 'list.ts', 'symptom.ts', 'temperature.ts', 'text-shares.ts', 'zeros.ts'];
    expect(files.filter((file) => !others.includes(file)).sort()).toEqual(CAUSES.map(({ id }) => `${id}.ts`).sort());
  });

  it.each([...ROWS, ...EGRESS_ROWS, ...WAY_ROWS])('$cause is named', ({ cause, match, ticks }) => {
    const named = verdictOn(match, ticks);
    expect(named).toMatchObject({ cause });
    // A title is a statement: only what is likely stands there as a fact.
    expect(/^Possibly: /.test(named?.title ?? '')).toBe(named !== undefined && named.confidence < 0.6);
  });

  it.each([...ROWS, ...EGRESS_ROWS, ...WAY_ROWS])('$cause is not named when $because', ({ cause, miss, instead, ticks }) => {
    const named = verdictOn(miss, ticks);
    expect(named?.cause).not.toBe(cause);
    if (instead === null) expect(named).toBeUndefined();
    else if (instead !== undefined) expect(named?.cause).toBe(instead);
  });

  it('scheduled-operation is named when failures begin with the runs of a job', () => {
    expect(verdict(scheduled('even'))).toMatchObject({ cause: 'scheduled-operation', pattern: 'periodic' });
  });

  it('scheduled-operation is not named when the intervals are uneven', () => {
    expect(verdict(scheduled('uneven'))?.cause).not.toBe('scheduled-operation');
  });

  it('nothing is named on a healthy cluster, alarming lines and events included', () => {
    expect(verdictOn({}, 7, { benign: true })).toBeUndefined();
  });
});
