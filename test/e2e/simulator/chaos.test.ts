import { expect, it } from 'vitest';
import { playChaos } from '../../../bench/endurance/chaos/chaos.ts';

/** `npm run chaos` plays a thousand. On a machine that is busy as many as come in the time. */
const FAULTS = 100;
const ROUNDS_BEGIN_WITHIN_MS = 150_000;
const SEED = 17;
/** On a machine that has thirty times more to do than it can, it takes minutes until all is well before the first fault. */
const LONGEST_MS = 1_200_000;

it(
  'says what is true of a cluster, after everything went wrong in it and was mended',
  async () => {
    const { played, wrong, rounds, linesCompared } = await playChaos({
      ...{ seed: SEED, faults: FAULTS, perRound: 20, withinMs: ROUNDS_BEGIN_WITHIN_MS },
      say: (line) => console.log(line),
    });
    expect(wrong).toEqual([]);
    expect(rounds).toBeGreaterThan(0);
    expect(played.size).toBeGreaterThan(10);
    console.log(`${rounds} rounds, lines of ${linesCompared} APIs compared`);
  },
  LONGEST_MS,
);
