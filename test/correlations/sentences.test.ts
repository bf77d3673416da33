import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { CAUSES } from '../../src/correlations/list.ts';
import { CLAIMS } from '../../src/correlations/shared/claims.ts';
import { CompiledCriteria } from '../../src/diagnose/compiled-criteria.ts';
import { Criteria } from '../../src/diagnose/criteria.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import { type UnobservedClaim, Witness } from '../../src/diagnose/witness.ts';
import { clausesOf } from '../../src/domain/cause.ts';
import { any } from '../../src/domain/criterion.ts';
import { implies } from '../../src/domain/implies.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { readSignals } from '../../src/signals/read.ts';
import { play } from '../support/play.ts';
import { ROWS } from './tables/rows.ts';
import { scheduled } from './tables/schedule.ts';

const CLAUSES = CAUSES.flatMap(({ id, evidence, lookBack = [] }) =>
  [...evidence, ...lookBack].flatMap((one) => clausesOf(one).map((clause) => ({ ...clause, place: `${id}/${one.id}`, evidence: one }))),
);

const COMPILED = new CompiledCriteria(CLAUSES.flatMap(({ when, evidence }) => [when, evidence.when]));

/** The same some hours later: two situations after each other. */
function later(snapshots: readonly Snapshot[], times: number): Snapshot[] {
  return snapshots.map((snapshot) => ({ ...snapshot, time: snapshot.time + times * 600_000 }));
}

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

  it.each(ROWS)('print a clause exactly while its criterion is true: $cause and its neighbour', ({ match, miss, ticks = 7 }) => {
    const options = catalogueOptions();
    const doctor = createDiagnostician(options);
    const criteria = new Criteria(COMPILED);
    for (const snapshot of [match, miss].flatMap((situation, i) => later(play(situation, { healthyTicks: 3, faultyTicks: ticks }), i))) {
      const round = doctor.observe(snapshot);
      const values = readSignals(snapshot, options.signals);
      for (const { name } of snapshot.apis) {
        criteria.push(name, snapshot.time, values.get(name) ?? new Map(), round.derived.get(name) ?? new Map());
        // What is shown while an API recovers is of the failure that ended.
        const said = round.diagnoses.diagnoses.filter(({ apiservice, state }) => apiservice === name && state === 'failing');
        for (const { cause, evidence } of said)
          for (const { place, text, when, evidence: declared } of CLAUSES) {
            const printed = evidence.find(({ id }) => `${cause}/${id}` === place);
            // A verdict is held for two ticks that pass, with the evidence that it had.
            if (!printed || criteria.truth(declared.when) !== true) continue;
            const [fixed = ''] = text.split('{').filter((part) => part.length > 8);
            if (!fixed.includes('}') && fixed !== '')
              expect([place, text, printed.says.toLowerCase().includes(fixed.trim().toLowerCase())]).toEqual([
                place,
                text,
                criteria.truth(when) === true,
              ]);
          }
      }
    }
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
