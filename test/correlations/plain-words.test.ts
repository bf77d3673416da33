import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/correlations/list.ts';
import { clausesOf, type RemedyStep } from '../../src/domain/cause.ts';
import { signalsOf } from '../../src/domain/criterion.ts';
import { SIGNALS } from '../../src/signals/list.ts';

const MOST_WORDS = 25;
const stepWords = (step: string | RemedyStep): string[] => (typeof step === 'string' ? [step] : [step.says, step.destroys ?? '']);

/** Every text of the catalogue that people read, with its place. */
const TEXTS: readonly (readonly [place: string, text: string])[] = CAUSES.flatMap((cause) => [
  [`${cause.id}/title`, cause.title] as const,
  [`${cause.id}/summary`, cause.summary] as const,
  ...[...cause.evidence, ...(cause.lookBack ?? [])].flatMap((one) =>
    clausesOf(one).map(({ text }) => [`${cause.id}/${one.id}`, text] as const),
  ),
  ...cause.remedy.flatMap((step, i) => stepWords(step).map((text) => [`${cause.id}/remedy ${i + 1}`, text] as const)),
  [`${cause.id}/verify`, `It worked when ${cause.verify.expect}.`] as const,
  ...(cause.confusedWith ?? []).map(({ cause: other, tell }) => [`${cause.id}/confused with ${other}`, tell] as const),
]);
const SENTENCES = TEXTS.flatMap(([place, text]) => text.split(/(?<=[.!?])\s+(?=[A-Z])/).map((sentence) => [place, sentence] as const));

/** Turns of phrase that stop a tired reader, and what is said instead. */
const HARD: readonly (readonly [words: RegExp, instead: string])[] = [
  [/\bfor want of\b/i, 'because there is no …'],
  [/\berrs?\b/i, 'fails'],
  [/\bcan not\b/i, 'cannot'],
  [/\bdoes not (?:fit|stand)\b|\bstands? at once\b/i, 'name what happens'],
  [/\bnearly every\b|\bmost errors\b|\bmeanwhile since\b/i, 'count them'],
  [/\bas it were\b|\bby turns, as\b|\bis not well\b|\bare well\b/i, 'say what is seen'],
  [/\bwithin (?:a|the) (?:quarter|last)\b/i, 'in the last 15 min'],
  [/\bthat (?:which|of which)\b|\bthe one that .* that\b/i, 'two sentences'],
];

describe('the words of the catalogue', () => {
  it(`have at most ${MOST_WORDS} words in a sentence`, () => {
    const long = SENTENCES.filter(([, sentence]) => sentence.split(/\s+/).length > MOST_WORDS);
    expect(long.map(([place, sentence]) => `${place}: ${sentence}`)).toEqual([]);
  });

  it('are plain', () => {
    const hard = SENTENCES.flatMap(([place, sentence]) =>
      HARD.filter(([words]) => words.test(sentence)).map(([words, instead]) => `${place}: ${sentence} (${words}: ${instead})`),
    );
    expect(hard).toEqual([]);
  });

  it('hang no relative clause on another', () => {
    const nested = SENTENCES.filter(
      ([, sentence]) =>
        (sentence.match(/(?<!say |says |sure |so |means |shows )\b(?:that|which|whom?|whose)\b(?! (?:it|the|a|is)\b)/g) ?? []).length > 2,
    );
    expect(nested.map(([place, sentence]) => `${place}: ${sentence}`)).toEqual([]);
  });

  it('name no signal, no signature and no evidence by its id', () => {
    const ids = new Set([...SIGNALS.map(({ name }) => name), ...CAUSES.flatMap(({ evidence }) => evidence.map(({ id }) => id))]);
    const coined = [...ids].filter((id) => /-.*-/.test(id));
    expect(TEXTS.filter(([, text]) => coined.some((id) => text.includes(id))).map(([place]) => place)).toEqual([]);
  });

  it('make "It worked when …" a sentence', () => {
    for (const { id, verify } of CAUSES)
      expect(`${id}: ${verify.expect}`).toMatch(
        /: [a-zA-Z].* (?:is|are|prints?|takes|shows|stays?|stands?|has|have|equals|leaves|comes?|pass(?:es)?|answers|grows?|longer|names?|equal|show)\b.*[^.]$/,
      );
  });

  it('count with a noun that follows the number', () => {
    const counts = TEXTS.filter(([, text]) => /\{value\} (?:[a-z]+s)\b/.test(text));
    expect(counts.map(([place, text]) => `${place}: ${text}`)).toEqual([]);
  });

  it('print a value only where the criterion has one, and no unit after it', () => {
    for (const cause of CAUSES)
      for (const one of [...cause.evidence, ...(cause.lookBack ?? [])])
        for (const { text, when } of clausesOf(one)) {
          expect(text).not.toMatch(/\{value\} ?(?:s|ms|%|min)\b/);
          if (/\{value/.test(text)) expect(signalsOf(when).length).toBeGreaterThan(0);
          if (/\{(?:met|of|from|r)\}/.test(text)) expect(JSON.stringify(when)).toMatch(/"kind":"(?:coincides|tracks)"/);
        }
  });
});
