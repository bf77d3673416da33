// For a process whose hours are to pass sooner: its wall clock, its monotonic clock and its timers run so many times as fast as the machine's.
// What the kernel and Node's own sockets wait for takes as long as ever.
import { syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import timers from 'node:timers';
import sleeps from 'node:timers/promises';
import { promisify } from 'node:util';

/** The wall clock alone. @param {{factor: number, from: number, epoch: number}} pace At the real moment `from` it was `epoch`, Unix milliseconds. */
export function hurryDate({ factor, from, epoch }) {
  const RealDate = globalThis.Date;
  const now = () => Math.floor(epoch + (RealDate.now() - from) * factor);
  globalThis.Date = class FastDate extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(now());
      else super(...args);
    }

    static now() {
      return now();
    }
  };
}

/** Everything by which a program measures time or waits. */
export function hurryAll(pace) {
  const { factor } = pace;
  hurryDate(pace);
  const elapsed = performance.now.bind(performance);
  Object.defineProperty(performance, 'now', { value: () => elapsed() * factor, configurable: true });
  const { setTimeout: after, setInterval: every } = timers;
  const afterPromised = sleeps.setTimeout;
  sleeps.setTimeout = (ms = 1, ...rest) => afterPromised(ms / factor, ...rest);
  timers.setTimeout = (run, ms = 1, ...rest) => after(run, ms / factor, ...rest);
  timers.setTimeout[promisify.custom] = sleeps.setTimeout;
  timers.setInterval = (run, ms = 1, ...rest) => every(run, ms / factor, ...rest);
  globalThis.setTimeout = timers.setTimeout;
  globalThis.setInterval = timers.setInterval;
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (ms) => timeout(Math.ceil(ms / factor));
  syncBuiltinESMExports();
}
