import { describe, expect, it } from 'vitest';
import type { FailureReason, ProbeTally } from '../../src/domain/probe.ts';
import { createTallyBook, type TallyBook } from '../../src/probe/tally-book.ts';
import { probeResult } from '../support/healthy.ts';

const good = probeResult({ vantage: 'endpoint', seconds: 0.1 });
const refused = probeResult({ vantage: 'endpoint', ok: false, reason: 'connection_refused' });
const ours = probeResult({ vantage: 'endpoint', ok: false, reason: 'other', hop: 'us' });

const open = (book: TallyBook, key: string) => book.open(key, 'endpoint', 'discovery', key);
const attempts = (book: TallyBook) => book.published().map(({ target, attempts: n }) => [target, n]);

describe('the tallies of an API', () => {
  it('count good and bad probes, and fill the buckets with undisturbed good ones', () => {
    const book = createTallyBook();
    open(book, 'a');
    expect(book.published()).toEqual([]);
    for (const result of [good, refused, good, { ...good, disturbed: true }]) book.record('a', result);
    const [tally] = book.published();
    expect(tally).toMatchObject({ attempts: 4, failures: { connection_refused: 1 }, last: { disturbed: true }, lastFailure: refused });
    expect(tally?.durationBuckets).toEqual([0, 2, 2, 2, 2, 2]);
    expect(tally?.durationSum).toBeCloseTo(0.2);
  });

  it('are copies: what was published does not change any more', () => {
    const book = createTallyBook();
    open(book, 'a');
    book.record('a', refused);
    const [before] = book.published();
    book.record('a', refused);
    expect(before).toMatchObject({ attempts: 1, failures: { connection_refused: 1 } });
  });

  it('pass to another target when theirs goes, or wait for the next', () => {
    const book = createTallyBook();
    open(book, 'a');
    open(book, 'b');
    book.record('a', refused);
    book.record('b', good);
    book.close('a');
    expect(attempts(book)).toEqual([['b', 2]]);
    book.close('b');
    expect(attempts(book)).toEqual([]);
    open(book, 'c');
    open(book, 'd');
    book.record('c', good);
    book.record('d', good);
    expect(attempts(book)).toEqual([
      ['c', 3],
      ['d', 1],
    ]);
    expect(book.published()[0]).toMatchObject({
      failures: { connection_refused: 1 },
      durationBuckets: [0, 2, 2, 2, 2, 2],
    });
  });

  it('pass only within their vantage and request', () => {
    const book = createTallyBook();
    book.open('service', 'service', 'discovery', 's');
    open(book, 'a');
    book.record('service', good);
    book.record('a', good);
    book.close('a');
    expect(attempts(book)).toEqual([['s', 1]]);
  });

  it('are not there while the target cannot be measured, and are kept for when it can', () => {
    const book = createTallyBook();
    open(book, 'a');
    book.record('a', good);
    book.skip('a');
    expect(book.published()).toEqual([]);
    book.record('a', good);
    expect(attempts(book)).toEqual([['a', 2]]);
    book.record('a', ours);
    expect(book.published()).toEqual([]);
    book.record('a', good);
    expect(attempts(book)).toEqual([['a', 3]]);
    expect(book.published()[0]).toMatchObject({ failures: {} });
  });

  it('have begun with the first result, or when nothing is left to wait for', () => {
    const book = createTallyBook();
    expect(book.begun()).toBe(true);
    book.open('a', 'aggregator', 'discovery', 'kube');
    book.open('b', 'aggregator', 'list', 'kube');
    expect(book.begun()).toBe(false);
    book.skip('b');
    expect(book.begun()).toBe(false);
    book.skip('a');
    expect(book.begun()).toBe(true);
    book.open('c', 'endpoint', 'discovery', '10.1.0.5:443');
    expect(book.begun()).toBe(false);
    book.record('b', probeResult({ vantage: 'aggregator', request: 'list', target: 'kube' }));
    expect(book.begun()).toBe(true);
  });

  it('are settled once each had its turn, measured or not', () => {
    const book = createTallyBook();
    expect(book.settled()).toBe(true);
    open(book, 'a');
    open(book, 'b');
    book.record('a', ours);
    expect(book.settled()).toBe(false);
    book.skip('b');
    expect(book.settled()).toBe(true);
  });
});

describe('what the newest outcome ends and continues', () => {
  const AT = 1_000_000;
  type Outcomes = readonly (readonly [atSeconds: number, reason?: FailureReason, detail?: string])[];
  const tallied = (outcomes: Outcomes) => {
    const book = createTallyBook();
    open(book, 'a');
    for (const [at, reason, detail] of outcomes)
      book.record(
        'a',
        probeResult({ at: AT + at * 1000, ok: reason === undefined, ...(reason ? { reason } : {}), ...(detail ? { detail } : {}) }),
      );
    return book.published()[0]!;
  };
  const since = (seconds: number) => AT + seconds * 1000;

  it.each<[string, Outcomes, Partial<ProbeTally>['run']]>([
    ['a pass after passes', [[0], [10], [20]], { since: since(0), length: 3, alikeSince: since(0) }],
    ['a first failure', [[0], [10, 'forbidden']], { since: since(10), length: 1, alikeSince: since(10) }],
    ['another reason', [[0], [10, 'forbidden'], [11, 'not_found']], { since: since(10), length: 2, alikeSince: since(11) }],
    [
      'other words',
      [
        [10, 'forbidden', 'no 1'],
        [11, 'forbidden', 'never 1'],
      ],
      { since: since(10), length: 2, alikeSince: since(11) },
    ],
    [
      'another number',
      [
        [10, 'forbidden', 'no 1'],
        [11, 'forbidden', 'no 2'],
      ],
      { since: since(10), length: 2, alikeSince: since(10) },
    ],
  ])('%s', (_, outcomes, run) => expect(tallied(outcomes).run).toEqual(run));

  it.each<[string, Outcomes, Partial<ProbeTally>['recurred']]>([
    [
      'that goes on',
      [
        [0, 'forbidden'],
        [10, 'forbidden'],
        [20, 'forbidden'],
      ],
      undefined,
    ],
    ['after a pass', [[0, 'forbidden'], [5], [10, 'forbidden'], [15]], { forbidden: since(10) }],
    [
      'after another reason',
      [
        [0, 'forbidden'],
        [5, 'not_found'],
        [10, 'forbidden'],
      ],
      { forbidden: since(10) },
    ],
    ['within the few seconds of one restart', [[0, 'forbidden'], [1], [9.9, 'forbidden']], undefined],
    ['after more than five minutes', [[0, 'forbidden'], [10], [301, 'forbidden']], undefined],
    ['after five minutes', [[0, 'forbidden'], [10], [300, 'forbidden']], { forbidden: since(300) }],
    ['of another kind', [[0, 'forbidden'], [10], [20, 'not_found']], undefined],
  ])('a reason %s', (_, outcomes, recurred) => expect(tallied(outcomes).recurred).toEqual(recurred));
});
