import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { ApiFacts } from '../../src/domain/snapshot.ts';
import { readSignals } from '../../src/signals/read.ts';
import { askedInARow } from '../../src/signals/reading.ts';
import { healthyApi, healthyCluster, healthyContainer, healthyPod, healthySnapshot, healthyTally, NOW } from '../support/healthy.ts';

describe('what is asked in a row', () => {
  it('is computed once for the same objects, and anew for any other', () => {
    let computed = 0;
    const sum = askedInARow((facts: { readonly of: number }, more: number) => {
      computed++;
      return facts.of + more;
    });
    const [one, other] = [{ of: 1 }, { of: 1 }];
    const answers = [sum(one, 1), sum(one, 1), sum(other, 1), sum(other, 2), sum(one, 1)];
    expect([answers, computed]).toEqual([[2, 2, 2, 3, 2], 4]);
  });

  it('remembers nothing of a question that failed', () => {
    const first = askedInARow((words: readonly string[]) => {
      if (words.length === 0) throw new RangeError('no words');
      return words[0];
    });
    expect(first(['tide'])).toBe('tide');
    expect(() => first([])).toThrow('no words');
    expect(() => first([])).toThrow('no words');
  });
});

describe('an evaluation that is left out', () => {
  const maybe = fc.boolean();
  const facts = fc.record({
    restarts: fc.nat(3),
    ready: maybe,
    node: fc.constantFrom('north', 'south'),
    args: fc.constantFrom([], ['/gauge', '--secure-port=1']),
    passes: maybe,
  });
  const apiOf = ({
    restarts,
    ready,
    node,
    args,
    passes,
  }: {
    restarts: number;
    ready: boolean;
    node: string;
    args: readonly string[];
    passes: boolean;
  }): Partial<ApiFacts> => ({
    pods: { state: 'observed', value: [healthyPod({ node, ready, containers: [healthyContainer({ restarts, ready, args })] })] },
    probes: [healthyTally('aggregator', 'discovery', passes ? {} : { failures: { not_found: 1 } })],
  });
  const cluster = healthyCluster({});
  const told = (values: ReturnType<typeof readSignals>) => [...values].map(([name, of]) => [name, [...of]]);

  it('gives the answer of one that is made, whatever was read before, of whom, and when', async () => {
    // Another copy of the program, which remembers none of what this one has read.
    vi.resetModules();
    const other = await import('../../src/signals/read.ts');
    fc.assert(
      fc.property(fc.array(fc.tuple(facts, fc.nat(2), fc.nat(1_200_000)), { minLength: 1, maxLength: 6 }), (moments) => {
        const known = moments.map(([one], index) => healthyApi({ ...apiOf(one), name: `v1.tides-${index}.example.com` }));
        const snapshots = moments.map(([, which, later]) =>
          healthySnapshot({ apis: [known[which % known.length], known[0]].flatMap((api) => api ?? []), cluster, time: NOW + later }),
        );
        const forwards = snapshots.map((snapshot) => told(readSignals(snapshot)));
        const backwards = snapshots.toReversed().map((snapshot) => told(other.readSignals(structuredClone(snapshot))));
        expect(forwards).toEqual(backwards.toReversed());
      }),
      { numRuns: 25 },
    );
  });
});
