import { describe, expect, it } from 'vitest';
import { unknownCommand } from '../../src/commands/command-names.ts';

const COMMANDS = ['serve', 'diagnose', 'record', 'classify', 'generate', 'verify', 'explain'];

describe('a word that is no command', () => {
  it.each([
    ['foo', undefined],
    ['diagonse', 'diagnose'],
    ['Diagnose', 'diagnose'],
    ['diagnos', 'diagnose'],
    ['sevre', 'serve'],
    ['verfiy', 'verify'],
    ['veriy', 'verify'],
    ['tides', undefined],
    ['', undefined],
  ])('%j may have meant %s', (word, meant) => {
    const said = unknownCommand(word, COMMANDS);
    expect(/did you mean (\w+)\?/.exec(said)?.[1]).toBe(meant);
    expect(said).toContain('Commands are serve, diagnose, record, classify, generate, verify, explain; --help says more');
    expect(said).not.toContain('\n');
  });

  it('is quoted, and not without end', () => {
    expect(unknownCommand(`${'x'.repeat(5000)}\n`, COMMANDS).length).toBeLessThan(300);
  });
});
