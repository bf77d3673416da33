import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { CAUSES } from '../../src/correlations/list.ts';
import { CLAIMS } from '../../src/correlations/shared/claims.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import { type UnobservedClaim, Witness } from '../../src/diagnose/witness.ts';
import { clausesOf } from '../../src/domain/cause.ts';
import { any } from '../../src/domain/criterion.ts';
import { implies } from '../../src/domain/implies.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { play } from '../support/play.ts';
import { ROWS } from './tables/rows.ts';
import { scheduled } from './tables/schedule.ts';

const CLAUSES = CAUSES.flatMap(({ id, evidence, lookBack = [] }) =>
  [...evidence, ...lookBack].flatMap((one) => clausesOf(one).map((clause) => ({ ...clause, place: `${id}/${one.id}`, evidence: one }))),
);

describe('sentences of evidence', () => {
  it('claim nothing that the criterion of their clause does not carry', () => {
    const bare = CLAUSES.flatMap(({ place, text, when }) =>
      CLAIMS.filter(({ words, needs }) => words.test(text) && !implies(when, needs)).map(
        ({ words }) => `${place}: "${text}" claims ${words}`,
      ),
    );
    expect(bare).toEqual([]);
  });

  it('are not made by titles and summaries, which say how a cause works', () => {
    const claims = CAUSES.flatMap(({ id, title, summary }) =>
      CLAIMS.filter(({ words }) => words.test(title) || words.test(summary)).map(({ words }) => `${id}: ${words}`),
    );
    expect(claims).toEqual([]);
    // They are printed where no API is known too: in alerts and runbooks.
    for (const { title, summary } of CAUSES) expect(`${title} ${summary}`).not.toMatch(/[{}<>]/);
  });

  it('have a clause that is met whenever the evidence is', () => {
    const places = CAUSES.flatMap(({ id, evidence, lookBack = [] }) =>
      [...evidence, ...lookBack]
        .filter((one) => !implies(one.when, any(...clausesOf(one).map(({ when }) => when))))
        .map((one) => `${id}/${one.id}`),
    );
    expect(places).toEqual([]);
  });

  const printed = (snapshots: readonly Snapshot[], options = catalogueOptions()): UnobservedClaim[] => {
    const doctor = createDiagnostician(options);
    const witness = new Witness(options.signals);
    return snapshots.flatMap((snapshot) => witness.observe(snapshot, doctor.observe(snapshot).diagnoses.diagnoses));
  };

  it.each(ROWS)('are observed wherever they are printed: $cause and its neighbour', ({ match, miss, ticks = 7 }) => {
    for (const situation of [match, miss]) expect(printed(play(situation, { healthyTicks: 3, faultyTicks: ticks }))).toEqual([]);
  });

  it('are observed wherever they are printed: scheduled-operation', () => {
    expect(printed(scheduled('even'))).toEqual([]);
  });

  it('are counted when a catalogue says what nobody saw', () => {
    const options = catalogueOptions();
    const causes = options.causes.map((cause) => ({
      ...cause,
      evidence: cause.evidence.map((one) => ({ ...one, says: 'The API errs, and each backend address answers our own probes.' })),
    }));
    const [unreachable] = ROWS.filter(({ cause }) => cause === 'connection-timed-out');
    const found = printed(play(unreachable!.match, { healthyTicks: 3, faultyTicks: 3 }), { ...options, causes });
    expect(found.map(({ words }) => words)).toContain('each backend address answers');
  });
});
