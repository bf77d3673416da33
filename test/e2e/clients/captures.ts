import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A program that a person or a controller uses on a cluster, and what is asked of it while an API is broken. */
export interface Client {
  /** As in the tables of docs/real-world/clients.md. */
  readonly name: string;
  readonly program: string;
  /** Name of the column → arguments. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
}

export interface Capture {
  readonly name: string;
  /** undefined: still running after a minute, and ended. */
  readonly exit: number | undefined;
  readonly command: string;
  readonly output: string;
}

const MINUTE_MS = 60_000;

/** Runs one command as a person would and keeps what it prints, both streams together; a program that does not end is ended after a minute. */
export function capture(client: Client, name: string, env: Readonly<Record<string, string>>): Promise<Capture> {
  const args = client.commands[name] ?? [];
  // One stream for both, in the order in which they were written.
  const command = `exec ${[client.program, ...args].map(quoted).join(' ')} 2>&1`;
  return new Promise((resolve) => {
    execFile(
      '/bin/sh',
      ['-c', command],
      { env: { ...process.env, ...env }, timeout: MINUTE_MS, maxBuffer: 8 << 20, encoding: 'utf8' },
      (error, output) => {
        const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined;
        resolve({ name, exit, command: [client.name.split(' ')[0], ...args].join(' '), output });
      },
    );
  });
}

const quoted = (word: string) => (/^[\w./:=?-]+$/.test(word) ? word : `'${word}'`);

/**
 * Writes what a client printed in one state to FOLDER/CLIENT/STATE.txt, a section a command.
 * @param hidden what names this machine → what stands there instead
 */
export function writeCaptures(
  folder: string,
  client: string,
  state: string,
  captures: readonly Capture[],
  hidden: ReadonlyMap<string, string>,
): void {
  const into = join(folder, client.replaceAll(' ', '-'));
  mkdirSync(into, { recursive: true });
  const sections = captures.map(({ name, exit, command, output }) => {
    const title = `#### ${name} · ${exit === undefined ? 'ended after a minute' : `exit ${exit}`} · ${command}`;
    return clean(`${title}\n${output}`, hidden);
  });
  writeFileSync(join(into, `${state}.txt`), sections.join('\n'));
}

const MOST_ALIKE = 2;

/** Of lines that differ in nothing but numbers the first two: who tries again says the same each time. */
export function withoutRepeats(output: string): string {
  const times = new Map<string, number>();
  const kept = output.split('\n').filter((line) => {
    const key = line.replaceAll(/\d+/g, '#');
    times.set(key, (times.get(key) ?? 0) + 1);
    return (times.get(key) ?? 0) <= MOST_ALIKE || line === '';
  });
  return kept.join('\n');
}

function clean(output: string, hidden: ReadonlyMap<string, string>): string {
  let text = output;
  for (const [what, instead] of hidden) text = text.replaceAll(what, instead);
  return `${text.replace(/[ \t]+$/gm, '').trimEnd()}\n`;
}
