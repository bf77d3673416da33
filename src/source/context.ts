import { AsyncLocalStorage } from 'node:async_hooks';
import type { SourceName } from '../domain/sources.ts';

const running = new AsyncLocalStorage<SourceName>();

/** Runs `begin` so that every timer, promise and listener that comes of it knows the source. */
export function asSource<T>(source: SourceName, begin: () => T): T {
  return running.run(source, begin);
}

/** The source in whose work we are, also inside the handler of an uncaught error; undefined: in nobody's. */
export function currentSource(): SourceName | undefined {
  return running.getStore();
}
