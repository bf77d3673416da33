import type { TextObject } from './objects.ts';
import { type Placed, placeInObject } from './outline.ts';

/** The Service behind an API, as its APIService names it. */
interface NamedBackend {
  readonly api: string;
  readonly namespace: string;
  readonly service: string;
}

const NAMESPACE = 'spec.service.namespace';
const SERVICE = 'spec.service.name';
const NAME = /^[a-z0-9][a-z0-9.-]{0,252}$/;

/**
 * `spec.service` of APIServices, in their documents and as `kubectl describe` prints them (kube-aggregator 1.36 pkg/apis/apiregistration/v1/types.go:
 * ServiceReference): namespace and name, in any order. One that the kube-apiserver serves itself has none.
 */
export class BackendReader {
  #of: TextObject | undefined;
  #namespace: string | undefined;
  #service: string | undefined;

  /** Whole once both its names are read. @param of the object in which the line stands. */
  read(placed: Placed, of: TextObject): NamedBackend | undefined {
    const { value } = placed;
    if (of.kind !== 'APIService' || !NAME.test(value)) return undefined;
    const where = placeInObject(placed);
    if (where !== NAMESPACE && where !== SERVICE) return undefined;
    if (this.#of !== of) this.end();
    this.#of = of;
    if (where === NAMESPACE) this.#namespace = value;
    else this.#service = value;
    if (this.#namespace === undefined || this.#service === undefined || of.name === '') return undefined;
    return { api: of.name, namespace: this.#namespace, service: this.#service };
  }

  /** A command or another text begins. */
  end(): void {
    this.#of = undefined;
    this.#namespace = undefined;
    this.#service = undefined;
  }
}
