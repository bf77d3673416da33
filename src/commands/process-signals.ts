import { closeSync, openSync } from 'node:fs';

export interface ProcessSignals {
  /** Aborts when the process is to end: SIGINT, SIGTERM, the terminal or the npm that it runs under is gone. The same signal again ends it at once, but not within two seconds. */
  readonly stop: AbortSignal;
  /** Calls the listener at each SIGHUP, as Prometheus reloads. */
  readonly onReload: (listener: () => void) => void;
  /** Takes the listeners away. */
  end(): void;
}

const PARENT_EVERY_MS = 500;
/** Who asks twice for the end, as `npm` and a terminal together do, must not cut off the save that the first one began; who still waits then may. */
const PATIENCE_MS = 2000;

export function listenToSignals(): ProcessSignals {
  const stop = new AbortController();
  const reload: (() => void)[] = [];
  const end = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    setTimeout(() => process.off('SIGINT', end).off('SIGTERM', end), PATIENCE_MS).unref();
  };
  const interactive = process.stdout.isTTY || process.stderr.isTTY;
  const hangUp = () => {
    // A terminal that closes sends the same signal as an operator who wants a reload.
    if (interactive && !hasTerminal()) end();
    else for (const listener of reload) listener();
  };
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', hangUp);
  const watch = watchNpm(end);
  return {
    stop: stop.signal,
    onReload: (listener) => void reload.push(listener),
    end() {
      clearInterval(watch);
      process.off('SIGHUP', hangUp);
      // Where the end was asked for, the process is about to exit: a second signal in these last moments would make that look like a kill.
      if (!stop.signal.aborted) process.off('SIGINT', end).off('SIGTERM', end);
    },
  };
}

/**
 * Under `npm start` we end with our parent. npm 11.19 hands SIGTERM only to the shell that it runs the script in, and that shell (dash 0.5.12)
 * neither becomes the program nor hands the signal on.
 */
function watchNpm(end: () => void): NodeJS.Timeout | undefined {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) end();
  }, PARENT_EVERY_MS);
  return watch.unref();
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
