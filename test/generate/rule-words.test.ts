import { describe, expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '../../src/generate/options.ts';
import { diagnosisGroup } from '../../src/generate/recording-rules.ts';
import { SMALL_CATALOGUE } from './small-catalogue.ts';

const { rules } = diagnosisGroup(SMALL_CATALOGUE, DEFAULT_OPTIONS);
const saysOf = (labels: Record<string, string>) =>
  rules.flatMap((rule) => (Object.entries(labels).every(([name, value]) => rule.labels[name] === value) ? [rule.says] : []));

describe('a rule says', () => {
  it.each<[string, Record<string, string>, string]>([
    ['what speaks for a cause, and how much', { cause: 'heavy-swell', evidence: 'grounded' }, 'For heavy-swell (+6, decisive): Grounded.'],
    ['what speaks against it', { cause: 'heavy-swell', evidence: 'still' }, 'Against heavy-swell (-2): Still.'],
    [
      'what explains it away',
      { cause: 'heavy-swell', evidence: 'superseded-by-buoy-adrift' },
      'Against heavy-swell (-16): the buoy is adrift (buoy-adrift), which explains it away.',
    ],
    [
      'that a shallower cause has the evidence too',
      { cause: 'fog-bank', evidence: 'heavy-swell-high' },
      'For fog-bank (+4, strong), as for the shallower cause: High.',
    ],
    ['that it looks back', { evidence: 'after-groundings' }, 'For tide-table (+2, suggestive), looking back: After groundings.'],
    ['what a moment is', { moment: 'failing-above-0.5' }, '1 at an evaluation at which `failing` is above 0.5.'],
  ])('%s', (_, labels, sentence) => {
    expect(saysOf(labels)).toEqual([sentence]);
  });

  it('how likely a cause is before any evidence, and what it is', () => {
    expect(saysOf({ cause: 'tide-table' })[0]).toBe('The points of tide-table before any evidence: it fails with the tide.');
  });
});
