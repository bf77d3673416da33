import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A child process with its output in a file, ended by its pid. */
export class Daemon {
  readonly name: string;
  readonly logFile: string;
  private child: ChildProcess | undefined;
  private readonly command: readonly string[];
  private readonly environment: NodeJS.ProcessEnv;

  constructor(name: string, command: readonly string[], logFile: string, environment: NodeJS.ProcessEnv = {}) {
    this.name = name;
    this.command = command;
    this.logFile = logFile;
    this.environment = environment;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(onExit?: (code: number | null, signal: NodeJS.Signals | null) => void): void {
    const out = createWriteStream(this.logFile, { flags: 'a' });
    const child = spawn(this.command[0]!, this.command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.environment },
    });
    child.stdout.pipe(out, { end: false });
    child.stderr.pipe(out, { end: false });
    child.on('error', (error) => out.write(`cannot start ${this.name}: ${error.message}\n`));
    child.on('exit', (code, signal) => onExit?.(code, signal));
    this.child = child;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** SIGTERM, after five seconds SIGKILL; resolves when it is gone. */
  async stop(): Promise<void> {
    const child = this.child;
    if (!child || !this.running) return;
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 5000);
    while (this.running) await sleep(20);
    clearTimeout(killer);
  }

  tail(lines = 15): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8').split('\n').slice(-lines).join('\n') : '(no log)';
  }
}

/** Polls until `check` gives something other than undefined or false; names what it waited for when the time is over. */
export async function until<T>(
  what: string,
  seconds: number,
  check: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let lastError: unknown;
  while (Date.now() < end) {
    try {
      const result = await check();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      lastError = error;
    }
    await sleep(200);
  }
  throw new Error(`waited ${seconds} s for ${what}${lastError instanceof Error ? `: ${lastError.message}` : ''}`);
}
