import { expect, it } from 'vitest';
import { bombard } from '../support/odd-objects.ts';

// The same objects in each run, so that a failure tells of the change that it came with. Others: SEED=$RANDOM.

it('holds for a minute against any JSON in any field that is read, within its memory', async () => {
  const seed = Number(process.env['SEED'] ?? 20_261_128);
  const { objects, messages, vanished, heapBefore, heapAfter } = await bombard({ milliseconds: 60_000, atLeast: 1_000, seed });
  console.log(`seed ${seed}: ${objects} odd objects, ${messages.size} messages, heap ${heapBefore >> 20} → ${heapAfter >> 20} MiB`);
  expect([vanished, objects >= 1_000, messages.size > 50]).toEqual([0, true, true]);
  // Without a collection before each figure: what grows without a bound shows all the same.
  expect(heapAfter - heapBefore).toBeLessThan(150 * 2 ** 20);
}, 180_000);
