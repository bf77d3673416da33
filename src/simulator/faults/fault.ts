import type { SimulatedApi } from '../api.ts';
import type { Cluster } from '../cluster.ts';

/** Takes a fault away again. */
export type Clear = () => void | Promise<void>;

/** Something that really goes wrong in the simulated cluster. */
export interface Fault<Id extends string = string, CauseName extends string = string> {
  /** = file name, kebab-case. */
  readonly id: Id;
  /** Id of the cause that a diagnosis should name; the simulator knows no catalogue, a test holds it to one. */
  readonly cause: CauseName;
  /** `api`: only the API that it is injected for. `cluster`: all of them. */
  readonly scope: 'api' | 'cluster';
  /** Of the failures, where it is not steady. */
  readonly pattern?: 'intermittent' | 'periodic';
  /** Least kube-apiservers that the cluster must have. */
  readonly apiservers?: 2;
  /** Least pods that the API must have. */
  readonly replicas?: 2;
  /** What the API must not have, for the fault to show as such. */
  readonly without?: 'readiness-probe';
  /** Resolves when it is in effect. */
  inject(cluster: Cluster, api: SimulatedApi): Promise<Clear> | Clear;
}

/** Keeps the ids as literals, so that a name that no fault has does not compile. */
export function defineFault<const Id extends string, const CauseName extends string>(fault: Fault<Id, CauseName>): Fault<Id, CauseName> {
  return fault;
}
