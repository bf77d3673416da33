import type { BackendReference, EndpointAddress, ServiceFacts } from '../domain/snapshot.ts';

/** What the other sources need to know of an APIService to look at it: live, kept by discovery. */
export interface ApiTarget {
  /** `<version>.<group>` */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly backend: BackendReference;
  readonly insecureSkipTLSVerify: boolean;
  /** PEM text; undefined when the APIService has none. */
  readonly caBundle?: string;
  /** Undefined while the Service is absent or not visible. */
  readonly service?: ServiceFacts;
  /** Addresses of the EndpointSlices on the APIService's port; ready and not ready ones. */
  readonly addresses: readonly EndpointAddress[];
  /** Backend pods by the Service's selector or the slices' targetRefs. */
  readonly pods: readonly TargetPod[];
}

export interface TargetPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node?: string;
  readonly ip?: string;
  readonly hostNetwork: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  /** Named container ports, for NetworkPolicy's named ports. */
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
  readonly containers: readonly TargetContainer[];
  /** Commands and arguments of its containers: they name what the server needs. */
  readonly args?: readonly string[];
}

export interface TargetContainer {
  readonly name: string;
  readonly init: boolean;
  readonly restarts: number;
  readonly running: boolean;
  /** Unix milliseconds */
  readonly startedAt?: number;
  readonly limits: { readonly cpuCores?: number; readonly memoryBytes?: number };
}

export type TargetChange = { readonly kind: 'added' | 'changed' | 'removed'; readonly target: ApiTarget };

export interface Targets {
  all(): readonly ApiTarget[];
  get(name: string): ApiTarget | undefined;
  /** Called after each change, coalesced within a turn of the event loop. Returns the unsubscribe function. */
  subscribe(listener: (change: TargetChange) => void): () => void;
}

/** For tests and for sources that are tried alone. */
export function fixedTargets(targets: readonly ApiTarget[]): Targets {
  return {
    all: () => targets,
    get: (name) => targets.find((target) => target.name === name),
    subscribe: () => () => {},
  };
}
