import type { ResourceSpec } from './api.ts';
import { createDecoder, type Decoded, MalformedObjectError } from './decode.ts';
import type { Health } from './health.ts';
import type { Store } from './store.ts';
import type { WatchOrder } from './watch-order.ts';

/** How an object comes: by a list, or by a watch. */
export interface Coming {
  /** It is a change, and not what we found. */
  readonly live: boolean;
  readonly order?: WatchOrder;
}

/** Takes what a list or a watch hands over, as bytes that are valid only during the call, into the store, and tells the health of it. */
export class Intake<T> {
  readonly #decode: (bytes: Buffer, start: number, end: number) => Decoded<T>;
  readonly #store: Store<T>;
  readonly #health: Health;

  constructor(spec: ResourceSpec<T>, store: Store<T>, health: Health) {
    this.#decode = createDecoder(spec);
    this.#store = store;
    this.#health = health;
  }

  /**
   * Takes an object as it is now; one that can't be read stays as not observed: neither as it was, nor gone.
   * @param order of the watch that it came by; its events change nothing where they break it. @throws KubeRequestError as `order` does
   */
  take(bytes: Buffer, start: number, end: number, { live, order }: Coming): Decoded<T> | undefined {
    try {
      const decoded = this.#decode(bytes, start, end);
      order?.follow(decoded.resourceVersion);
      this.#health.read(decoded.key, decoded.refused);
      this.#store.put(decoded, live);
      return decoded;
    } catch (error) {
      if (!(error instanceof MalformedObjectError)) throw error;
      this.#health.unreadable(error);
      if (error.key !== undefined) this.#store.markUnreadable(error.key, error.why);
      return undefined;
    }
  }

  /** The object is gone, and this is what it was in the end. @throws KubeRequestError as `order` does */
  drop(bytes: Buffer, start: number, end: number, { order }: Coming): Decoded<T> | undefined {
    try {
      const decoded = this.#decode(bytes, start, end);
      order?.follow(decoded.resourceVersion);
      this.#remove(decoded.key, decoded.object);
      return decoded;
    } catch (error) {
      if (!(error instanceof MalformedObjectError)) throw error;
      // That it is gone is known, whatever it was in the end.
      if (error.key !== undefined) this.#remove(error.key, undefined);
      return undefined;
    }
  }

  #remove(key: string, last: T | undefined): void {
    this.#store.remove(key, last, true);
    this.#health.gone(key);
  }
}
