import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOf, MOST_SHARDS, otherShardOf, parseShard, printShard, type Shard, shardOf } from '../../src/domain/shard.ts';

const names = fc.uniqueArray(fc.stringMatching(/^v[1-9](beta[1-9])?\.[a-z]{1,12}(\.[a-z]{1,8}){1,3}$/), { minLength: 1, maxLength: 60 });
const counts = fc.integer({ min: 1, max: MOST_SHARDS });
const shardsOf = (count: number): Shard[] => Array.from({ length: count }, (_, index) => ({ index, count }));
/** As clusters name them: many of one vendor, some versions. */
const MANY = Array.from({ length: 4000 }, (_, index) => `v${1 + (index % 3)}.tides-${index}.harbour.example.com`);

describe('the APIs over the shards', () => {
  it('are shared out: each falls to exactly one', () => {
    fc.assert(
      fc.property(names, counts, (all, count) => {
        for (const name of all) expect(shardsOf(count).filter((shard) => isOf(shard, name))).toHaveLength(1);
      }),
      { numRuns: 30 },
    );
  });

  it('stay where they are when there is one shard more, or go to that one', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: MOST_SHARDS - 1 }), (all, count) => {
        for (const name of all) expect([shardOf(name, count), count]).toContain(shardOf(name, count + 1));
      }),
      { numRuns: 60 },
    );
  });

  it.each([1, 2, 3, 7, 31])('move from %i to one more by about the share of that one', (count) => {
    const moved = MANY.filter((name) => shardOf(name, count) !== shardOf(name, count + 1)).length;
    expect(moved).toBeGreaterThan(0.8 * (MANY.length / (count + 1)));
    expect(moved).toBeLessThan(1.2 * (MANY.length / (count + 1)));
  });

  it.each([2, 3, 10])('are about as many in each of %i', (count) => {
    for (const { index } of shardsOf(count)) {
      const own = MANY.filter((name) => shardOf(name, count) === index).length;
      expect(own / (MANY.length / count)).toBeGreaterThan(0.85);
      expect(own / (MANY.length / count)).toBeLessThan(1.15);
    }
  });

  it('fall where they fell in every release: a new version moves none', () => {
    const fallen = ['v1beta1.metrics.k8s.io', 'v1beta1.custom.metrics.k8s.io', 'v1.tides.example.com', 'v3.projectcalico.org'];
    expect(fallen.map((name) => shardOf(name, 3))).toEqual([0, 0, 2, 2]);
  });

  it('have another shard, unless it is this one', () => {
    const home = shardOf('v1.tides.example.com', 3);
    expect(otherShardOf({ index: home, count: 3 }, 'v1.tides.example.com')).toBeUndefined();
    expect(otherShardOf({ index: (home + 1) % 3, count: 3 }, 'v1.tides.example.com')).toEqual({ index: home, count: 3 });
  });
});

describe('what is written as a shard', () => {
  it.each(['0/1', '0/3', '2/3', '99/100'])('%s is one', (text) => expect(printShard(parseShard(text)!)).toBe(text));
  it.each(['0/0', '3/2', '3/3', 'a/b', '1', '/', '-1/2', '0/101', '1.5/3', '0/3 ', ''])('%j is none', (text) =>
    expect(parseShard(text)).toBeUndefined(),
  );
});
