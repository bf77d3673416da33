import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from '../config.ts';
import type { Candidacy } from '../domain/candidacy.ts';
import type { KubeClient } from '../kube/api.ts';
import { podNamespace } from '../kube/kube-config.ts';
import { createElector } from '../leader/elector.ts';
import { createOneObject } from '../leader/one-object.ts';
import { createSharedText, type SharedText } from '../leader/shared-text.ts';
import type { LogHandover } from '../observe/logs/handover.ts';
import type { Logger } from '../source/logger.ts';

/** Several replicas, one of which leads: it alone reads the logs and writes files. */
export interface Replicas {
  /** Stands for election; returns at once. */
  start(): void;
  /** Whether this one leads, at this very moment. */
  leads(): boolean;
  candidacy(): Candidacy;
  readonly logHandover: LogHandover;
  /** Gives the lead up. What only the leader does must have ended before. */
  stop(): Promise<void>;
}

export interface ReplicasInput {
  readonly config: Config;
  readonly client: () => Pick<KubeClient, 'request'>;
  readonly log: Logger;
}

/** Where the Lease is; undefined where no leader is elected. @throws Error when nobody says it. */
export function leaseNamespace({ enabled, namespace = podNamespace() }: Config['leader_election']): string | undefined {
  if (!enabled) return undefined;
  if (namespace !== undefined) return namespace;
  throw new Error('leader_election.namespace: where the Lease is kept is known in a pod only; the name of a namespace is allowed');
}

/** Undefined where none is elected. @throws Error when nobody says where the Lease is. */
export function createReplicas({ config, client, log }: ReplicasInput): Replicas | undefined {
  const namespace = leaseNamespace(config.leader_election);
  if (namespace === undefined) return undefined;
  const { name: shared, identity = ownName(), ...timing } = config.leader_election;
  const { shard } = config.apis;
  // Each shard elects its own: one that follows logs of other APIs has nothing to hand over.
  const name = shard ? `${shared}-shard-${shard.index}` : shared;
  const lease = createOneObject(client, {
    ...{ group: 'coordination.k8s.io', version: 'v1', resource: 'leases', kind: 'Lease' },
    ...{ namespace, name },
  });
  const configMap = createOneObject(client, {
    ...{ group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap' },
    ...{ namespace, name: `${name}-logs` },
  });
  const elector = createElector({
    lease,
    identity,
    log,
    timing: { leaseDurationMs: timing.lease_duration, renewDeadlineMs: timing.renew_deadline, retryPeriodMs: timing.retry_period },
  });
  return {
    start: () => elector.start(),
    leads: () => elector.leads(),
    candidacy: () => elector.candidacy(),
    logHandover: createLogHandover(createSharedText(configMap, identity), elector, config.web.evidence === 'open'),
    stop: () => elector.stop(),
  };
}

/** Of a pod its own name; with something of chance, since a container that restarts is another candidate. */
function ownName(): string {
  return `${hostname()}_${randomBytes(4).toString('hex')}`;
}

function createLogHandover(text: SharedText, elector: { leads(): boolean }, quotes: boolean): LogHandover {
  // While a new configuration is taken two observers run: the newer one reads.
  let seat = 0;
  return {
    rule: text.rule,
    quotes,
    sit() {
      const own = ++seat;
      return () => own === seat && elector.leads();
    },
    read: text.read,
    write: text.write,
  };
}
