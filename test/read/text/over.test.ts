import { describe, expect, it } from 'vitest';
import { type AnswerTimes, type ErrorTimes, isOver, merged, NO_ERRORS, withError } from '../../../src/read/text/over.ts';

const NINE = Date.UTC(2026, 0, 5, 9);
const MINUTE = 60_000;
const NEVER: AnswerTimes = { resources: [], discovery: [], available: undefined };
const errors = (at: readonly number[], inner = false): ErrorTimes => at.reduce((sum, one) => withError(sum, one, inner), NO_ERRORS);

describe('whether the errors of a text are over', () => {
  it.each<[string, boolean, ErrorTimes, Partial<AnswerTimes>]>([
    ['an answer a minute after', true, errors([NINE]), { discovery: [NINE + MINUTE] }],
    ['one a moment before the minute', false, errors([NINE]), { discovery: [NINE + MINUTE - 1] }],
    ['an answer before', false, errors([NINE]), { resources: [NINE - MINUTE] }],
    ['no answer', false, errors([NINE]), {}],
    ['no error', false, NO_ERRORS, { resources: [NINE] }],
    ['an error without a time', false, withError(errors([NINE]), undefined, false), { resources: [NINE + MINUTE] }],
    ['an answer between two errors', false, errors([NINE, NINE + 2 * MINUTE]), { resources: [NINE + MINUTE, NINE + 4 * MINUTE] }],
    ['two errors, and answers behind both', true, errors([NINE, NINE + 2 * MINUTE]), { resources: [NINE + 3 * MINUTE] }],
    ['the condition turned True', true, errors([NINE]), { available: NINE + 1 }],
    ['the condition had turned True', false, errors([NINE]), { available: NINE - 1 }],
    ['discovery answers, what the server needs failed', false, errors([NINE], true), { discovery: [NINE + MINUTE], available: NINE + 1 }],
    ['a resource answers again', true, errors([NINE], true), { resources: [NINE + MINUTE] }],
    ['an answer with a year, an error without', false, errors([Date.UTC(2000, 0, 5, 9)]), { resources: [NINE], available: NINE }],
  ])('%s', (_, over, times, answers) => {
    expect(isOver(times, { ...NEVER, ...answers })).toBe(over);
  });

  it('counts the errors of all that speak of an API', () => {
    expect(merged([errors([NINE]), NO_ERRORS, errors([NINE - MINUTE], true)])).toEqual({
      oldest: NINE - MINUTE,
      newest: NINE,
      timeless: false,
      inner: true,
    });
    expect(merged([NO_ERRORS])).toEqual(NO_ERRORS);
  });
});
