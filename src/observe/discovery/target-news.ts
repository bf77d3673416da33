import type { ApiTarget, TargetChange } from '../../objects/targets.ts';
import type { Logger } from '../../source/logger.ts';
import { Listeners } from './listeners.ts';

/** Tells of targets that came, changed or went, and not of those that are as they were when it was told last. */
export class TargetNews {
  readonly #told = new Map<string, { readonly target: ApiTarget; readonly text: string }>();
  readonly #listeners: Listeners<TargetChange>;

  constructor(log: Logger) {
    this.#listeners = new Listeners(log);
  }

  subscribe(listener: (change: TargetChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** @param target as it is now; undefined: it is gone. */
  publish(name: string, target: ApiTarget | undefined): void {
    const before = this.#told.get(name);
    if (target) this.#publish(name, target, before?.text);
    else if (before) {
      this.#told.delete(name);
      this.#listeners.tell({ kind: 'removed', target: before.target });
    }
  }

  #publish(name: string, target: ApiTarget, before: string | undefined): void {
    const text = JSON.stringify(target);
    if (before === text) return;
    this.#told.set(name, { target, text });
    this.#listeners.tell({ kind: before === undefined ? 'added' : 'changed', target });
  }
}
