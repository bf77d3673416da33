import type { CauseId } from '../../../src/domain/ids.ts';
import type { Undo } from '../cluster/fault.ts';
import type { Cluster } from '../cluster/harness/cluster.ts';

/** An aggregated server of somebody else, with the faults of its own kind. */
export interface Server {
  readonly id: string;
  /** Program and version. */
  readonly title: string;
  readonly lay: () => Promise<Laid>;
}

export interface Laid {
  /** Not started yet. */
  readonly cluster: Cluster;
  /** `VERSION.GROUP` of the APIService that is looked at. */
  readonly api: string;
  /** Values of the label `app` of the pods whose lines are kept. */
  readonly apps: readonly string[];
  /** What an ordinary client asks while a fault lasts; the kube-apiserver passes it on. */
  readonly asks: readonly string[];
  /** Installs the server, once the cluster is there; returns when it serves. */
  readonly begin: (cluster: Cluster) => Promise<void>;
  readonly faults: readonly ServerFault[];
  /** Ends what is beside the cluster. */
  readonly stop?: () => Promise<void>;
}

export type Kind = 'gone at start' | 'gone later' | 'slow' | 'wrong TLS' | 'wrong rights' | 'no metrics';

export interface ServerFault {
  readonly id: string;
  readonly kind: Kind;
  /** What happens, one sentence. */
  readonly title: string;
  /** What was expected before it ran: condition, answer and verdict. */
  readonly guess: string;
  /** Causes that are right; none where the API itself errs for nobody whom the exporter sees. */
  readonly causes: readonly CauseId[];
  /** Why another cause, or none, is named, as it was measured. Absent: the cause is right. */
  readonly missed?: string;
  /** What is asked instead of what the server is usually asked. */
  readonly asks?: readonly string[];
  /** Seconds that the verdict may take; default 45. */
  readonly within?: number;
  readonly inject: (cluster: Cluster) => Promise<Undo>;
}
