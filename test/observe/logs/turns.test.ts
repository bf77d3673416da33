import { expect, it } from 'vitest';
import { createTurns } from '../../../src/observe/logs/turns.ts';

function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

it('does pieces in order and lets the event loop turn between them', async () => {
  const turns = createTurns(1);
  const done: string[] = [];
  const pieces = Array.from({ length: 20 }, (_, index) =>
    turns.run(() => {
      busy(1);
      done.push(String(index));
    }),
  );
  setImmediate(() => done.push('another'));
  await Promise.all(pieces);
  expect(done.filter((what) => what !== 'another')).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
  expect(done.indexOf('another')).toBeLessThan(10);
});

it('hands what a piece throws to who asked for it, and goes on', async () => {
  const turns = createTurns();
  const bad = turns.run(() => {
    throw new Error('a bad piece');
  });
  const good = turns.run(() => {});
  await expect(bad).rejects.toThrow('a bad piece');
  await expect(good).resolves.toBeUndefined();
  await expect(turns.run(() => {})).resolves.toBeUndefined();
});
