import { describe, expect, it } from 'vitest';
import { HtmlComments, Prose } from '../../../src/read/text/prose.ts';

/** Whether the last of some lines is said by a person. */
function isSaid(text: string): boolean {
  const prose = new Prose();
  return (
    text
      .split('\n')
      .map((line) => prose.holds(line))
      .at(-1) === true
  );
}

const ROWS: readonly (readonly [rule: string, said: string, printed: string])[] = [
  ['somebody says I', 'I thought that the gauge was OOMKilled', 'I0105 09:00:00.000000       1 gauge.go:1] the gauge was OOMKilled'],
  ['somebody says I, with the time', 'At 10:15:30 I saw the certificate expired', '10:15:30 the certificate of gauge expired'],
  ['a remark', 'Note: the pod was not OOMKilled', 'Reason: OOMKilled'],
  ['a question', 'is it the NetworkPolicy of the harbour?', 'did you specify the right host or port?'],
  ['a sentence', 'The certificate has expired before, and it was no trouble.', 'the server is currently unable to handle the request'],
  [
    'a sentence with the time',
    'The certificate had not expired at 10:15:30, so it is something else.',
    '10:15:30 x509: certificate has expired or is not yet valid',
  ],
  ['a contraction', "certificate isn't expired", "couldn't get resource list for tides.example.com/v1"],
  [
    'a list of what is not',
    'no expired certificate, no OOMKilled, all of them Running',
    'dial tcp: lookup gauge on 10.96.0.10:53: no such host',
  ],
  ['a task of a form', '- [x] the certificate has not expired', '[-]etcd failed: reason withheld'],
  [
    'a change',
    '- Fixed a panic: nil pointer dereference in the gauge',
    'panic: runtime error: invalid memory address or nil pointer dereference',
  ],
  [
    'the rest of a sentence',
    'At first I believed that\n(x509: certificate has expired), or that the',
    'At first I believed that.\nx509: certificate has expired',
  ],
  [
    'an answer to a form',
    '**What you expected**:\nall pods Running and not OOMKilled',
    '**What you see**:\ndial tcp 10.1.2.3:443: i/o timeout',
  ],
  [
    'quoted mail',
    '> I guess the certificate has expired',
    '> Error from server (ServiceUnavailable): the server is currently unable to handle the request',
  ],
  [
    'the alert of the mixin is printed',
    'An aggregated API has been down before, and nobody saw it.',
    'Kubernetes aggregated API v1.tides.example.com/default has reported errors. It has appeared unavailable 4 times averaged over the past 10m.',
  ],
  ['a row of a table', 'Our pods are all 1/1 Running', 'harbour   our-gauge-0   1/1   Running'],
];

describe('words of a person', () => {
  it.each(ROWS)('are told from a program by %s', (_, said, printed) => {
    expect([isSaid(said), isSaid(printed)]).toEqual([true, false]);
  });
});

describe('comments of HTML', () => {
  const without = (text: string) => {
    const comments = new HtmlComments();
    return [...text.split('\n').flatMap((line) => [...comments.without(line)]), ...comments.end()].join('\n');
  };

  it.each([
    ['of one line', 'a\n<!-- OOMKilled -->\nb', 'a\nb'],
    ['of several lines', 'a\n<!--\nOOMKilled\n-->\nb', 'a\nb'],
    ['within a line', 'a <!-- OOMKilled --> b', 'a  b'],
    ['with something behind', '<!--\nOOMKilled --> b', ' b'],
  ])('are left out: %s', (_, text, rest) => {
    expect(without(text)).toBe(rest);
  });

  it.each([
    ['a comment that is not closed', 'a\n<!-- \nOOMKilled\nb'],
    ['one that is very long', `<!-- \n${'OOMKilled\n'.repeat(300)}-->`],
    ['the marks within a line of a program', 'E0105 a <!-- b\nOOMKilled\n-->'],
  ])('are none: %s', (_, text) => {
    expect(without(text)).toBe(text);
  });
});
