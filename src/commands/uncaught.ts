import type { SourceName } from '../domain/sources.ts';
import { currentWork } from '../source/context.ts';
import type { Logger } from '../source/logger.ts';

/** An error that nobody caught: by a timer, a callback or a promise. */
export type UncaughtHandler = (error: unknown) => void;

let handler: UncaughtHandler = fatal;

/** The last line of defence, for every command. Until somebody knows better, such an error ends the process with one sentence. */
export function catchUncaught(): void {
  process.on('uncaughtException', (error) => handler(error));
  process.on('unhandledRejection', (error) => handler(error));
}

/** For commands that go on without what failed. Returns how to give the place back. */
export function handleUncaught(next: UncaughtHandler): () => void {
  handler = next;
  return () => {
    handler = fatal;
  };
}

/** 2 = could not look: never 1, which says that something was diagnosed. */
const COULD_NOT = 2;

function fatal(error: unknown): void {
  process.stderr.write(`aggregated-api-exporter: a fault of the program itself: ${oneLine(error)}\n`);
  process.exit(COULD_NOT);
}

export interface SurvivorOptions {
  readonly log: Logger;
  /** `none`: it is in nobody's work that the error came up. */
  readonly count: (source: SourceName | 'none') => void;
  readonly exit: (code: number) => void;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
}

/** So many within a minute are no accident: a process that was started anew is in a better state than this one. */
export const MAX_UNCAUGHT = 10;
const WINDOW_MS = 60_000;

/** Logs an uncaught error in one line, counts it and starts its source anew; exits when that happens again and again. */
export function createSurvivor({ log, count, exit, now = () => performance.now() }: SurvivorOptions): UncaughtHandler {
  let recent: number[] = [];
  return (error) => {
    const work = currentWork();
    const source = work?.source ?? 'none';
    recent = [...recent.filter((at) => now() - at < WINDOW_MS), now()];
    count(source);
    (work?.log ?? log).error({ source, error: oneLine(error) }, 'an error that nobody caught: a fault of the exporter itself');
    if (recent.length > MAX_UNCAUGHT) {
      log.error({}, `more than ${MAX_UNCAUGHT} uncaught errors within a minute: the exporter ends, to be started anew`);
      exit(COULD_NOT);
    } else work?.restart();
  };
}

const LONGEST = 500;

/** What and where, without the source text that Node prints: minified, that is 30 KB in one line. */
function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error).replace(/\s+/g, ' ').slice(0, LONGEST);
  const frame = error.stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? '';
  return `${error.name}: ${error.message}${frame}`.replace(/\s+/g, ' ').slice(0, LONGEST);
}
