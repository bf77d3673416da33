import type { Logger } from '../../source/logger.ts';

/** Who is told; one that fails takes no other with it. */
export class Listeners<T> {
  readonly #listeners = new Set<(news: T) => void>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Returns the unsubscribe function. */
  add(listener: (news: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(news: T): void {
    for (const listener of this.#listeners)
      try {
        listener(news);
      } catch (error) {
        this.#log.error({ err: error }, 'a listener of discovery failed');
      }
  }
}
