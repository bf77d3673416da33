import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface LogLine {
  /** RFC 3339 with nanoseconds, as the kubelet writes it. */
  readonly time: string;
  readonly text: string;
}

export interface Exit {
  readonly reason: 'OOMKilled' | 'Error' | 'Completed';
  readonly exitCode: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Of the run that ended. */
  readonly containerID: string;
}

const KEPT_LINES = 5000;

/** One container of a pod: a host process, restarted with back-off, with the log of this and the previous run. */
export class Container {
  readonly name: string;
  restarts = 0;
  ready = false;
  startedAt: string | undefined;
  /** Of this run, or of the last one: `containerd://` and 64 hexadecimal digits. Clients (stern) pass over a container without one. */
  id: string | undefined;
  lastExit: Exit | undefined;
  /** Why it does not run, as the kubelet would say it. */
  waiting: { reason: string; message: string } | undefined = { reason: 'ContainerCreating', message: '' };
  lines: LogLine[] = [];
  previous: LogLine[] = [];
  /** Seconds of the current back-off. */
  backoff = 0;
  /** CFS counters: real periods are not to be had without cgroups, so the duty cycle of `throttle` is counted. */
  cfsPeriods = 0;
  cfsThrottled = 0;
  private child: ChildProcess | undefined;
  private readonly followers = new Set<(line: LogLine) => void>();
  private killedAs: Exit['reason'] | undefined;
  private throttling: NodeJS.Timeout | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get running(): boolean {
    return this.child !== undefined;
  }

  start(command: readonly string[], onExit: (exit: Exit) => void): void {
    const startedAt = new Date().toISOString();
    this.startedAt = startedAt;
    const id = `containerd://${randomBytes(32).toString('hex')}`;
    this.id = id;
    this.waiting = undefined;
    this.previous = this.lines;
    this.lines = [];
    const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) this.follow(stream);
    child.on('error', (error) => this.write(`exec: ${error.message}`));
    child.on('close', (code, signal) => {
      if (this.child !== child) return;
      this.child = undefined;
      this.ready = false;
      const exitCode = signal === 'SIGKILL' ? 137 : signal === 'SIGTERM' ? 143 : (code ?? 1);
      const reason = this.killedAs ?? (exitCode === 0 ? 'Completed' : 'Error');
      this.killedAs = undefined;
      const finishedAt = seconds(new Date().toISOString());
      this.lastExit = { reason, exitCode, startedAt: seconds(startedAt), finishedAt, containerID: id };
      onExit(this.lastExit);
    });
  }

  kill(signal: NodeJS.Signals, as?: Exit['reason']): void {
    this.killedAs = as;
    this.child?.kill('SIGCONT');
    this.child?.kill(signal);
  }

  /** Ends it as the kubelet does: asks, and after the grace period (a tenth of the usual one) insists. */
  terminate(): void {
    const { child } = this;
    this.kill('SIGTERM');
    setTimeout(() => child?.kill('SIGKILL'), 3000).unref();
  }

  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /**
   * Stops the process for `share` of the time, in turns as long as an answer needs that costs many periods of a small quota:
   * without cgroups the kernel's bandwidth control is not to be had.
   */
  throttle(share: number): () => void {
    const turn = 7000;
    const period = 100;
    const stop = () => {
      this.pause();
      setTimeout(() => this.resume(), turn * share);
    };
    const count = setInterval(() => {
      this.cfsPeriods += 10;
      this.cfsThrottled += Math.round(10 * share);
    }, 10 * period);
    stop();
    this.throttling = setInterval(stop, turn);
    return () => {
      clearInterval(count);
      clearInterval(this.throttling);
      this.resume();
    };
  }

  /** Resident memory in bytes. */
  get memory(): number {
    try {
      return Number(readFileSync(`/proc/${this.pid}/statm`, 'utf8').split(' ')[1]) * 4096;
    } catch {
      return 0;
    }
  }

  /** CPU seconds used by this run. */
  get cpuSeconds(): number {
    try {
      const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return 0;
    }
  }

  /** As if its log had been rotated away. */
  forget(): void {
    this.lines = [];
    this.previous = [];
  }

  write(text: string): void {
    const line = { time: nanoseconds(), text };
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.splice(0, KEPT_LINES / 10);
    for (const follower of this.followers) follower(line);
  }

  onLine(follower: (line: LogLine) => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  private follow(stream: NodeJS.ReadableStream): void {
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.write(line);
    });
  }
}

let counter = 0;
/** The wall clock with a running number where Node has no finer digits: two lines never share a time. */
function nanoseconds(): string {
  counter = (counter + 1) % 1_000_000;
  return `${new Date().toISOString().slice(0, -1)}${String(counter).padStart(6, '0')}Z`;
}

/** metav1.Time has whole seconds. */
export function seconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}
