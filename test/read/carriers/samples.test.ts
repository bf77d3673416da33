import { describe, expect, it } from 'vitest';
import { judge } from '../../../bench/judge.ts';
import { readText } from '../../../src/read/text/read-text.ts';
import { CARRIED, PRINTED } from './samples.ts';

describe('what people have', () => {
  it.each([...CARRIED, ...PRINTED])('$answer: $what', ({ text, answer, api, cause }) => {
    const verdict = judge(readText(text), { id: '', truth: 'unknown' });
    expect(verdict.answer).toBe(answer);
    if (api !== undefined) expect(verdict.answers.map(({ apiservice }) => apiservice)).toEqual([api].flat());
    if (cause !== undefined) expect(verdict.top?.cause).toBe(cause);
    expect(verdict.unobserved).toEqual([]);
  });
});
