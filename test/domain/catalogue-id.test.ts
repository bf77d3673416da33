import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { catalogueId } from '../../src/domain/catalogue-id.ts';
import { BUILT_IN } from '../../src/generate/built-in.ts';
import { SMALL_CATALOGUE } from '../generate/small-catalogue.ts';

const [first, ...others] = SMALL_CATALOGUE.causes as [(typeof SMALL_CATALOGUE.causes)[number], ...typeof SMALL_CATALOGUE.causes];
const [piece, ...pieces] = first.evidence as [(typeof first.evidence)[number], ...typeof first.evidence];

describe('the id of a catalogue', () => {
  it('is the same for the exporter and for the rules that are printed beside it', () => {
    expect(catalogueId(catalogueOptions())).toBe(catalogueId(BUILT_IN));
    expect(catalogueId(BUILT_IN)).toMatch(/^[0-9a-f]{10}$/);
  });

  it.each<[string, Partial<typeof SMALL_CATALOGUE>]>([
    ['another weight', { causes: [{ ...first, evidence: [{ ...piece, weight: 'decisive' }, ...pieces] }, ...others] }],
    ['evidence less', { causes: [{ ...first, evidence: pieces }, ...others] }],
    ['another prior', { causes: [{ ...first, prior: first.prior - 1 }, ...others] }],
    ['a cause less', { causes: others }],
    ['another temperature', { temperature: SMALL_CATALOGUE.temperature + 1 }],
    ['another symptom', { symptom: SMALL_CATALOGUE.symptomNow }],
  ])('is another one with %s', (_, differs) => {
    expect(catalogueId({ ...SMALL_CATALOGUE, ...differs })).not.toBe(catalogueId(SMALL_CATALOGUE));
  });

  it('is the same in other words', () => {
    const worded = { ...first, title: 'It drifts', summary: 'Nobody moored it.', evidence: [{ ...piece, says: 'it moved' }, ...pieces] };
    expect(catalogueId({ ...SMALL_CATALOGUE, causes: [worded, ...others] })).toBe(catalogueId(SMALL_CATALOGUE));
  });
});
