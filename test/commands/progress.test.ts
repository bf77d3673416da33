import { expect, it } from 'vitest';
import { createProgress } from '../../src/commands/progress.ts';

function terminal(isTTY: boolean, columns = 200) {
  const written: string[] = [];
  return { written, progress: createProgress({ isTTY, columns, write: (text) => written.push(text) }) };
}
const STATE = { secondsLeft: 24, waitingFor: ['logs', 'resources'], apis: 1 };

it('is one line that says what is waited for and for how long, written over, and taken away', () => {
  const { written, progress } = terminal(true);
  progress.show(STATE);
  progress.show({ secondsLeft: 23, waitingFor: [], apis: 2 });
  progress.clear();
  progress.clear();
  expect(written).toEqual([
    '\r\u001b[Kobserving, 24 s left: 1 aggregated API seen; waiting for logs, resources',
    '\r\u001b[Kobserving, 23 s left: 2 aggregated APIs seen',
    '\r\u001b[K',
  ]);
});

it('never breaks a line', () => {
  const { written, progress } = terminal(true, 30);
  progress.show(STATE);
  expect(written[0]).toBe('\r\u001b[Kobserving, 24 s left: 1 aggr…');
  expect(written[0]).toHaveLength(4 + 29);
});

it('is nothing where no terminal is', () => {
  const { written, progress } = terminal(false);
  progress.show(STATE);
  progress.clear();
  expect(written).toEqual([]);
});
