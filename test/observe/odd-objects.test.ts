import { expect, it } from 'vitest';
import { bombard } from '../support/odd-objects.ts';

// A minute of it: test/e2e/odd-objects.test.ts. An uncaught error fails the run: vitest reports it.
it('holds against any JSON in any field that is read: alive, nothing vanishes, and what is refused is named', async () => {
  const { objects, messages, vanished, snapshot } = await bombard({ atLeast: 400, seed: 20_261_128 });
  expect(objects).toBe(400);
  expect(vanished).toBe(0);
  expect(messages.size).toBeGreaterThan(20);
  for (const message of messages) expect(message.length).toBeLessThan(600);
  expect(snapshot.sources.find(({ source }) => source === 'endpoint-slices')?.refused).toBeGreaterThan(0);
  // One that an odd name made, and that is gone again, is remembered for a while.
  const there = snapshot.apis.filter(({ deletedAt }) => deletedAt === undefined);
  expect(there.map((api) => [api.name, api.condition.state])).toEqual([
    ['v1.moorings.example.com', 'observed'],
    ['v1.tides.example.com', 'observed'],
  ]);
});
