import type { ContainerState, Terminated } from '../objects.ts';
import { timestamp } from '../objects.ts';
import type { Random } from '../random.ts';
import { LogFile } from './log-file.ts';

/** How a run of a container ended. */
export interface Ending {
  readonly exitCode: number;
  /** Default: `Completed` for 0, `Error` otherwise. */
  readonly reason?: string;
  readonly signal?: number;
  readonly message?: string;
  /** Last lines that it wrote. */
  readonly lines?: readonly string[];
}

/** One container as the kubelet accounts for it: state, restarts, logs of this run and of the one before. */
export class Container {
  readonly name: string;
  readonly #random: Random;
  state: ContainerState = { waiting: { reason: 'ContainerCreating' } };
  lastState: ContainerState = {};
  restarts = 0;
  ready = false;
  id = '';
  log: LogFile | undefined;
  previousLog: LogFile | undefined;

  constructor(name: string, random: Random) {
    this.name = name;
    this.#random = random;
  }

  get running(): boolean {
    return this.state.running !== undefined;
  }

  begin(): LogFile {
    if (this.log) this.previousLog = this.log;
    this.log = new LogFile();
    this.id = `containerd://${Array.from({ length: 8 }, () => this.#random.suffix(8)).join('')}`;
    this.state = { running: { startedAt: timestamp() } };
    return this.log;
  }

  /** Ends the run; the state is `terminated` until wait() or begin(). */
  end({ exitCode, reason, signal, message, lines }: Ending): void {
    if (lines && lines.length > 0) this.log?.write(...lines);
    this.log?.end();
    const terminated: Terminated = {
      reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
      exitCode,
      ...(signal === undefined ? {} : { signal }),
      ...(message === undefined ? {} : { message }),
      startedAt: this.state.running?.startedAt ?? timestamp(),
      finishedAt: timestamp(),
      containerID: this.id,
    };
    this.lastState = { terminated };
    this.state = { terminated };
    this.ready = false;
  }

  wait(reason: string, message?: string): void {
    this.state = { waiting: { reason, ...(message === undefined ? {} : { message }) } };
    this.ready = false;
  }
}
