import { describe, expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '../../src/generate/options.ts';
import { diagnosisGroup } from '../../src/generate/recording-rules.ts';
import { SMALL_CATALOGUE } from './small-catalogue.ts';

const { rules } = diagnosisGroup(SMALL_CATALOGUE, DEFAULT_OPTIONS);
const saysOf = (labels: Record<string, string>) =>
  rules.flatMap((rule) => (Object.entries(labels).every(([name, value]) => rule.labels[name] === value) ? [rule.says] : []));

describe('a rule says', () => {
  it.each<[string, Record<string, string>, string]>([
    ['what speaks for a cause, or against it', { cause: 'heavy-swell' }, 'What speaks for it, or against, that the swell is too heavy.'],
    [
      'what explains causes away',
      { superseded: 'true' },
      'What explains a cause away: it is a consequence of the one that evidence names.',
    ],
    [
      'what a deeper cause takes over',
      { inherited: 'true' },
      'What speaks for a shallower cause speaks for the deeper one, once that has direct evidence of its own.',
    ],
    ['that it looks back', { look_back: 'true' }, 'What the last hour shows, where no cause has direct evidence.'],
    ['what a fact is', { fact: 'rough' }, 'Waves are high, or the wind is.'],
    ['what a moment is', { moment: 'failing-above-0.5' }, '1 at an evaluation at which `failing` is above 0.5.'],
  ])('%s', (_, labels, sentence) => {
    expect(saysOf(labels)).toEqual([sentence]);
  });
});
