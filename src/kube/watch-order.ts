import { KubeRequestError } from './errors.ts';

/**
 * The events of one watch come in the order of their resource versions, which are comparable numbers for all that a kube-apiserver keeps
 * (KEP-5504, Kubernetes 1.35; in etcd always). One that is older than what came before it was held back somewhere, or is of a server that lags:
 * what the objects are now is not known then. The same event twice does no harm.
 */
export class WatchOrder {
  readonly #path: string;
  #newest = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** A bookmark: all events up to this version have come. */
  passed(resourceVersion: string): void {
    const version = Number(resourceVersion);
    if (version > this.#newest) this.#newest = version;
  }

  /** @throws KubeRequestError (GARBAGE: list again) when the event is older than one before it. Versions that are no numbers are not compared. */
  follow(resourceVersion: string): void {
    const version = Number(resourceVersion);
    if (Number.isNaN(version)) return;
    if (version < this.#newest)
      throw new KubeRequestError('GET', this.#path, 'GARBAGE', `the watch is out of order: version ${version} came after ${this.#newest}`);
    this.#newest = version;
  }
}
