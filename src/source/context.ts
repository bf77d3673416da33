import { AsyncLocalStorage } from 'node:async_hooks';
import type { SourceName } from '../domain/sources.ts';
import type { Logger } from './logger.ts';

/** In whose work something runs. */
export interface Work {
  readonly source: SourceName;
  /** Of the cluster that it looks at. */
  readonly log: Logger;
  /** Starts this source of this cluster anew. */
  readonly restart: () => void;
}

const running = new AsyncLocalStorage<Work>();

/** Runs `begin` so that every timer, promise and listener that comes of it knows whose work it is. */
export function asWork<T>(work: Work, begin: () => T): T {
  return running.run(work, begin);
}

/** The work that we are in, also inside the handler of an uncaught error; undefined: nobody's. */
export function currentWork(): Work | undefined {
  return running.getStore();
}
