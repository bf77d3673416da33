import { describe, expect, it } from 'vitest';
import type { SignatureCount } from '../../src/domain/snapshot.ts';
import { createTextMatches, mergeCounts } from '../../src/observe/text-matches.ts';

const API = 'v1.tides.example.com';
const CONDITION =
  'failing or missing response from https://10.1.0.5:443/apis/tides.example.com/v1: Get "https://10.1.0.5:443/apis/tides.example.com/v1": dial tcp 10.1.0.5:443: connect: connection refused';
const BACK_OFF = 'Back-off restarting failed container server in pod tide-gauge-1_harbour(4711)';

describe('texts', () => {
  it('are counted by signature', () => {
    const texts = createTextMatches();
    texts.record(API, CONDITION, 1000, 'condition');
    texts.record(API, BACK_OFF, 2000, 'Pod harbour/tide-gauge-1 BackOff');
    texts.record(API, 'all is well', 3000, 'condition');
    texts.record(API, '', 3000, 'condition');
    expect(texts.factsFor(API).map(({ count, lastAt }) => [count, lastAt])).toEqual([
      [1, 1000],
      [1, 2000],
    ]);
    expect(texts.factsFor(API)[0]!.sample).toBe(`condition: ${CONDITION}`);
    expect(texts.factsFor('v1.other.example.com')).toEqual([]);
  });

  it('that no signature knows are read as their errors are built', () => {
    const texts = createTextMatches();
    texts.record(API, 'error trying to reach service: dial tcp 10.1.0.5:443: connect: operation not permitted', 1000, 'answer');
    texts.record(API, 'error trying to reach service: the tide is out', 2000, 'answer');
    expect(texts.factsFor(API)).toMatchObject([
      { signature: 'packet-filter-refuses', pointsTo: ['network-policy-blocking'], speaker: 'kube-apiserver' },
      { signature: 'proxy-error' },
    ]);
  });

  it('that are handed in on each tick count once; said again later they count again', () => {
    const texts = createTextMatches();
    for (let tick = 0; tick < 10; tick++) {
      texts.record(API, CONDITION, 1000, 'condition');
      texts.record(API, CONDITION, 500, 'an event of before');
    }
    expect(texts.factsFor(API)).toMatchObject([{ count: 2, lastAt: 1000, sample: expect.stringMatching(/^condition: /) }]);
    texts.record(API, CONDITION, 2000, 'condition');
    expect(texts.factsFor(API)).toMatchObject([{ count: 3, lastAt: 2000 }]);
  });

  it('of two APIs are two', () => {
    const texts = createTextMatches();
    texts.record(API, CONDITION, 1000, 'condition');
    texts.record('v1.other.example.com', CONDITION, 1000, 'condition');
    expect([texts.factsFor(API), texts.factsFor('v1.other.example.com')]).toMatchObject([[{ count: 1 }], [{ count: 1 }]]);
  });

  it('with line breaks are one message', () => {
    const texts = createTextMatches();
    texts.record(API, CONDITION.replace(': dial', ':\n  dial'), 1000, 'condition');
    expect(texts.factsFor(API)).toMatchObject([{ count: 1, sample: expect.not.stringContaining('\n') }]);
  });

  it('without end are bounded, and what stays is not counted twice', () => {
    const texts = createTextMatches();
    for (let i = 0; i < 3000; i++) {
      texts.record(API, CONDITION, 1, 'condition');
      texts.record(API, `${BACK_OFF} ${i}`, i, 'event');
    }
    expect(texts.factsFor(API).map(({ count }) => count)).toEqual([1, 3000]);
    expect(texts.factsFor(API)[1]!.sample.length).toBeLessThanOrEqual(512);
  });

  it('are asked about the user’s signatures first', () => {
    const texts = createTextMatches([{ id: 'mine', pattern: 'connection refused$', pointsTo: ['connection-refused'] }]);
    texts.record(API, CONDITION, 1000, 'condition');
    expect(texts.factsFor(API)).toMatchObject([{ signature: 'mine', speaker: 'aggregated-server', pointsTo: ['connection-refused'] }]);
  });
});

describe('what conditions and probes state', () => {
  const FORBIDDEN =
    'failing or missing response from https://10.1.0.5:443/apis/tides.example.com/v1: bad status from https://10.1.0.5:443/apis/tides.example.com/v1: 403';
  const condition = (text: string) => ({ text, at: 1000, where: 'condition', from: 'condition' as const });
  const states = (texts: ReturnType<typeof createTextMatches>) =>
    texts.factsFor(API).map(({ count, standing, endedAt }) => [count, standing ?? endedAt]);

  it('ends when they state something else, though the condition has not changed its status', () => {
    const texts = createTextMatches();
    texts.stand(API, [condition(CONDITION)], 1000);
    texts.stand(API, [condition(CONDITION)], 2000);
    expect(states(texts)).toEqual([[1, true]]);
    texts.stand(API, [condition(FORBIDDEN)], 3000);
    texts.stand(API, [condition(FORBIDDEN)], 4000);
    expect(states(texts)).toEqual([
      [1, 3000],
      [1, true],
    ]);
    texts.stand(API, [condition(CONDITION)], 5000);
    expect(states(texts)).toEqual([
      [1, true],
      [1, 5000],
    ]);
  });

  it('keeps where it stands with the words of the newest of them', () => {
    const texts = createTextMatches();
    const from = () => texts.factsFor(API).map((one) => [one.sample.split(':')[0], one.from]);
    texts.stand(API, [condition(CONDITION)], 1000);
    expect(from()).toEqual([['condition', 'condition']]);
    texts.stand(API, [condition(CONDITION), { text: `${CONDITION} `, at: 2000, where: 'discovery 192.0.2.2:6443', from: 'client' }], 2000);
    expect(from()).toEqual([['discovery 192.0.2.2', 'client']]);
    texts.stand(API, [{ text: `  ${CONDITION}`, at: 500, where: 'list 192.0.2.2:6443', from: 'list' }], 3000);
    expect(from()).toEqual([['discovery 192.0.2.2', 'client']]);
    texts.record(API, CONDITION, 4000, 'harbour/tide-gauge Unhealthy');
    texts.stand(API, [], 5000);
    expect(from()).toEqual([['harbour/tide-gauge Unhealthy', 'events']]);
  });

  it('does not end what an event tells, which ages by the clock', () => {
    const texts = createTextMatches();
    texts.stand(API, [condition(CONDITION)], 1000);
    texts.record(API, CONDITION, 1500, 'an event');
    texts.stand(API, [], 2000);
    expect(texts.factsFor(API)).toMatchObject([{ count: 2, lastAt: 1500 }]);
    expect(states(texts)).toEqual([[2, undefined]]);
  });
});

describe('counts of two places', () => {
  const count = (signature: string, n: number, lastAt: number): SignatureCount => ({
    signature,
    speaker: 'client',
    count: n,
    lastAt,
    sample: `at ${lastAt}`,
  });

  it('name each signature once, with the newest sample', () => {
    expect(mergeCounts([count('a', 1, 10), count('b', 2, 20)], [count('b', 3, 30), count('c', 4, 5)])).toEqual([
      count('a', 1, 10),
      count('b', 5, 30),
      count('c', 4, 5),
    ]);
  });
});
