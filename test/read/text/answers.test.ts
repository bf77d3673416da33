import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../../src/diagnose/diagnostician.ts';
import { Witness } from '../../../src/diagnose/witness.ts';
import type { Answer } from '../../../src/domain/answer.ts';
import type { Diagnoses } from '../../../src/domain/diagnosis.ts';
import { PolicyReader } from '../../../src/read/text/policies.ts';
import { readText } from '../../../src/read/text/read-text.ts';
import { ANSWERS } from './answers.ts';
import { STATE_ANSWERS } from './state-answers.ts';

const options = catalogueOptions();

function judge(text: string): { said: Diagnoses; unobserved: unknown[] } {
  const doctor = createDiagnostician(options);
  const witness = new Witness(options.signals);
  let said: Diagnoses | undefined;
  const unobserved = readText(text, new PolicyReader()).flatMap((snapshot) => {
    said = doctor.observe(snapshot).diagnoses;
    return witness.observe(snapshot, said.diagnoses);
  });
  return { said: said!, unobserved };
}

describe('what a pasted text proves', () => {
  it.each([...ANSWERS, ...STATE_ANSWERS])('$answer: $what', ({ text, answer, api, cause, notCause, harmless }) => {
    const { said, unobserved } = judge(text);
    expect({ answer: said.answer, because: said.answers.map(({ because }) => because) }).toMatchObject({ answer });
    expect(said.answers.every(({ because }) => because !== '')).toBe(true);
    if (api !== undefined) expect(said.answers.map(({ apiservice }) => apiservice)).toEqual([api].flat());
    if (cause !== undefined) expect(said.diagnoses[0]?.cause).toBe(cause);
    if (notCause !== undefined) expect(said.diagnoses.map((one) => one.cause)).not.toContain(notCause);
    if (harmless !== undefined)
      expect(said.answers.flatMap((one) => (one.harmless ?? []).map(({ says }) => says)).join(' ')).toMatch(harmless);
    expect(unobserved).toEqual([]);
  });

  it('is told in at least 60 kinds of texts, each answer in at least 10', () => {
    const count = (wanted: Answer) => ANSWERS.filter(({ answer }) => answer === wanted).length;
    expect(ANSWERS.length).toBeGreaterThanOrEqual(60);
    for (const answer of ['healthy', 'diagnosed', 'errs-cause-unknown', 'nothing-to-judge'] as const)
      expect([answer, count(answer) >= 10]).toEqual([answer, true]);
  });

  it.each(ANSWERS.filter(({ answer }) => answer === 'errs-cause-unknown' || answer === 'nothing-to-judge'))(
    'proposes nothing that deletes anything: $what',
    ({ text }) => {
      const { said } = judge(text);
      expect(JSON.stringify(said.diagnoses.map(({ remedy, verify, nextCheck }) => [remedy, verify, nextCheck]))).not.toMatch(/\bdelete\b/);
    },
  );

  it('has no time that the text does not give', () => {
    const timeless = judge('v1.tides.example.com   harbour/tide-gauge   False (MissingEndpoints)   3d').said;
    expect(timeless).toMatchObject({ asOf: 'an unknown time' });
    expect(timeless.time).toBeUndefined();
    expect(JSON.stringify(timeless)).not.toMatch(/[:[,]946\d{6}|2000-/);
    const { said } = judge(
      'E0105 09:00:01.000000       1 available_controller.go:524] v1.tides.example.com failed with: failing or missing response from https://10.96.7.7:443/apis/tides.example.com/v1: bad status from https://10.96.7.7:443/apis/tides.example.com/v1: 404',
    );
    expect(said).toMatchObject({ asOf: '01-05 09:00:01 of an unknown year' });
    expect(said.diagnoses[0]).not.toHaveProperty('since');
    expect(JSON.stringify(said)).not.toMatch(/"since":|[:[,]94\d{7}/);
  });

  it('keeps the date that the condition gives, and invents no duration', () => {
    const { said } = judge(
      'kind: APIService\nmetadata:\n  name: v1.tides.example.com\nstatus:\n  conditions:\n  - lastTransitionTime: "2026-01-05T09:00:00Z"\n    message: service/tide-gauge in "harbour" is not present\n    reason: ServiceNotFound\n    status: "False"\n    type: Available\n2026-01-05T09:00:01Z tide-gauge started',
    );
    expect(said).toMatchObject({ time: Date.UTC(2026, 0, 5, 9, 0, 1) / 1000, asOf: '2026-01-05T09:00:01Z' });
    expect(said.diagnoses[0]).toMatchObject({ since: Date.UTC(2026, 0, 5, 9) / 1000, failures: { onsets: [] } });
    expect(said.diagnoses[0]!.evidence.every((one) => one.since === undefined)).toBe(true);
  });
});
