import { HURT_KIND_NAMES, HURT_KINDS } from '../domain/impact.ts';
import { WORDS_INTERVAL, withLabel } from './evidence-words.ts';
import { type RuleGroup, record } from './rule-book.ts';
import { SERIES } from './series.ts';

/** What is said of those whom an API hurts, as labels of recorded series, so that each alert can count them in words. */
export function impactWordsGroup(): RuleGroup {
  const all = HURT_KIND_NAMES.map((kind) => {
    const { one, many } = HURT_KINDS[kind];
    return withLabel(withLabel(withLabel('vector(1)', 'kind', kind), 'one', one), 'many', many);
  });
  return {
    name: 'aggregated-api-impact-words',
    says: 'What is said of those whom an API hurts, as labels, once for all APIs: alerts count them in these words.',
    interval: WORDS_INTERVAL,
    rules: [record(SERIES.hurtWords, 'What is said of each kind after its number, of one and of many.', all.join('\nor\n'))],
  };
}
