import type { HurtFacts, HurtKind } from './impact.ts';
import type { NodePressure } from './node-pressure.ts';
import type { NodeReach } from './node-reach.ts';
import { type Observed, UNOBSERVED } from './observed.ts';
import type { QuoteSource } from './placeholders.ts';
import type { FailureReason, ProbeTally, UnbelievedTarget } from './probe.ts';
import type { SourceStatus } from './sources.ts';

export const SNAPSHOT_SCHEMA = 'aggregated-api-exporter/snapshot/v1';

/**
 * Everything that was observed at one moment: plain JSON, no classes, no clocks. From here on all is a pure function of it,
 * so a recorded snapshot replays to the same diagnosis. Counters only grow while the exporter lives. Times are Unix
 * milliseconds (`at`, `since`, `time`) unless a name says Seconds.
 */
export interface Snapshot {
  readonly schema: typeof SNAPSHOT_SCHEMA;
  readonly time: number;
  /** Set where a text was read, not a cluster: `time` is its newest time stamp, and nobody knows how long anything has lasted. */
  readonly asOf?: TextTime;
  readonly cluster: ClusterFacts;
  /** Remote APIServices only, sorted by name. Local ones (`spec.service` unset) never appear. */
  readonly apis: readonly ApiFacts[];
  readonly sources: readonly SourceStatus[];
}

export interface TextTime {
  /** The newest time stamp of the text, for people. */
  readonly words: string;
  /** False: without a year, or there is none at all; `time` is arbitrary then. */
  readonly dated: boolean;
}

/** One APIService and everything behind it. */
export interface ApiFacts {
  /** Object name: `<version>.<group>`. */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly backend: BackendReference;
  readonly insecureSkipTLSVerify: boolean;
  /** Null: it has none. Missing: not known, because the APIService cannot be read. */
  readonly caBundle?: CaBundleFacts | null;
  /** Unix milliseconds; set on a tombstone: deleted while it was broken, kept for a day. */
  readonly deletedAt?: number;
  readonly createdAt?: number;
  /** The Available condition; absent = the kube-apiserver has not judged it yet. */
  readonly condition: Observed<ConditionFacts>;
  /** Transitions of the condition's status that we saw. */
  readonly transitions: Readonly<Record<'True' | 'False' | 'Unknown', number>>;
  readonly service: Observed<ServiceFacts>;
  readonly endpoints: Observed<EndpointFacts>;
  readonly pods: Observed<readonly PodFacts[]>;
  /** Names of nodes that a pasted text puts its pods on, also where it does not tell how these are. Absent for a live cluster. */
  readonly hosts?: readonly string[];
  readonly workload: Observed<WorkloadFacts>;
  /** Per vantage, request and target. Empty = no probe has ended yet. */
  readonly probes: readonly ProbeTally[];
  /** Direct targets whose results count nowhere, because others may have their addresses. Absent = none, as always in the cluster. */
  readonly unbelieved?: readonly UnbelievedTarget[];
  /** From which nodes it is reached, by the agents on them. Absent where none are listened to; empty: none has reported. */
  readonly reach?: readonly NodeReach[];
  readonly events: Observed<EventFacts>;
  /** Other pods on its nodes in the last hour, newest last, at most 50. */
  readonly neighbours: Observed<readonly NeighbourEvent[]>;
  readonly logs: Observed<LogFacts>;
  readonly policy: Observed<PolicyFacts>;
  readonly resources: Observed<readonly ResourceFacts[]>;
  /** What other pods take of the CPUs of its nodes; one entry for each node. Absent where nobody looks, as in a pasted text. */
  readonly neighbourCpu?: Observed<readonly NodeCpuFacts[]>;
  readonly backendMetrics: Observed<BackendMetricsFacts>;
  readonly rights: Observed<RightsFacts>;
  /** Who is hurt by it, by kind: `hurtOf`. Absent where nobody looks, as in a pasted text. */
  readonly hurt?: HurtFacts;
  /** How many more are hurt than `hurt` lists. Absent = none. */
  readonly hurtUnlisted?: Readonly<Partial<Record<HurtKind, number>>>;
  /** What a pasted text or a dump says of the API as a whole; absent where it says nothing, and for a live cluster, which says it by conditions and probes. */
  readonly reported?: ReportFacts;
  /** Lines of a pasted text that look bad and are not, at most 5 kinds. */
  readonly harmless?: readonly HarmlessLine[];
  /** Signature hits in texts other than logs: condition messages, event messages, proxy bodies, pasted client errors. */
  readonly textMatches: readonly SignatureCount[];
  /** What changed and when, newest last; at least an hour back, at most 100. */
  readonly changes: readonly Change[];
}

export interface HarmlessLine {
  readonly line: string;
  readonly says: string;
  readonly count: number;
}

export interface ReportFacts {
  readonly state: 'failing' | 'healthy';
  /** What in the text says so, a part of a sentence: `the condition Available is True`. */
  readonly because: string;
}

export interface BackendReference {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

export interface CaBundleFacts {
  readonly sha256: string;
  /** False when the bundle does not parse as PEM certificates. */
  readonly valid: boolean;
  /** Earliest expiry of its certificates, Unix seconds. */
  readonly notAfterSeconds?: number;
  readonly subjects: readonly string[];
}

export interface ConditionFacts {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransition?: number;
}

export interface ServiceFacts {
  readonly type: string;
  readonly clusterIP?: string;
  readonly externalName?: string;
  readonly selector: Readonly<Record<string, string>> | null;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
  /** Pods that the selector matches; undefined when pods are not visible. */
  readonly selectedPods?: number;
}

export interface EndpointFacts {
  readonly ready: number;
  readonly notReady: number;
  readonly terminating: number;
  readonly slices: number;
  /** A slice carries the APIService's port by name with a number. */
  readonly portServed: boolean;
  readonly addresses: readonly EndpointAddress[];
}

export interface EndpointAddress {
  readonly ip: string;
  readonly port: number;
  readonly ready: boolean;
  readonly pod?: string;
  readonly node?: string;
}

export interface PodFacts {
  readonly name: string;
  readonly uid: string;
  readonly node?: string;
  readonly ip?: string;
  readonly hostNetwork: boolean;
  readonly phase: string;
  readonly ready: boolean;
  /** Pod status reason, e.g. Evicted, NodeLost, Preempting. */
  readonly reason?: string;
  readonly message?: string;
  readonly scheduled: boolean;
  /** Message of PodScheduled=False. */
  readonly unschedulable?: string;
  readonly createdAt: number;
  readonly deletingSince?: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the ServiceAccount that it runs as. */
  readonly serviceAccount?: string;
  /** Controller, e.g. `ReplicaSet/metrics-server-6d94bc8694`. */
  readonly owner?: string;
  /** Readiness flips that we saw. */
  readonly readinessFlips: number;
  readonly containers: readonly ContainerFacts[];
}

export interface ContainerFacts {
  readonly name: string;
  readonly init: boolean;
  readonly ready: boolean;
  readonly running: boolean;
  readonly startedAt?: number;
  readonly restarts: number;
  /** Times of the restarts of the last hour, Unix milliseconds, as far as they were seen. */
  readonly restartTimes: readonly number[];
  readonly waiting?: { readonly reason: string; readonly message: string };
  readonly terminated?: TerminationFacts;
  readonly lastTermination?: TerminationFacts;
  readonly limits: { readonly cpuCores?: number; readonly memoryBytes?: number };
  readonly args: readonly string[];
}

export interface TerminationFacts {
  readonly reason: string;
  readonly exitCode: number;
  readonly signal?: number;
  readonly message?: string;
  readonly startedAt?: number;
  readonly finishedAt?: number;
}

/** What another pod did on a node of the backend. */
export interface NeighbourEvent {
  readonly what: 'started' | 'evicted' | 'out-of-memory';
  readonly at: number;
  readonly node: string;
  /** `namespace/name` */
  readonly object: string;
  /** Controller, e.g. `Job/tide-report-29`. */
  readonly owner?: string;
}

/** The Deployment, DaemonSet or StatefulSet behind the pods. */
export interface WorkloadFacts {
  readonly kind: string;
  readonly name: string;
  readonly replicas: number;
  readonly updated: number;
  readonly available: number;
  readonly unavailable: number;
  /** True while observedGeneration or the counts say that a rollout is going on. */
  readonly rollingOut: boolean;
  /** Condition Progressing=False, reason ProgressDeadlineExceeded. */
  readonly stuck: boolean;
}

export interface EventFacts {
  /** Since the start of the exporter, series and counts de-duplicated; they only grow. */
  readonly counts: readonly { readonly reason: string; readonly kind: string; readonly count: number }[];
  /** The last hour, newest last, at most 200. */
  readonly recent: readonly ClusterEvent[];
}

export interface ClusterEvent {
  readonly type: string;
  readonly reason: string;
  readonly kind: string;
  readonly object: string;
  readonly message: string;
  readonly at: number;
  readonly count: number;
  /** Of an event that a kubelet wrote: its node. */
  readonly node?: string;
  /** The pod that it was about is ready now, or gone. */
  readonly over?: true;
}

export interface LogFacts {
  readonly lines: Readonly<Record<'info' | 'warning' | 'error' | 'fatal' | 'unknown', number>>;
  readonly matches: readonly SignatureCount[];
  /** Lines dropped: over the byte budget, truncated at 64 KiB, lost in a gap that the log API can't fill. */
  readonly dropped: Readonly<Record<'budget' | 'truncated' | 'gap', number>>;
  /** Error lines that no signature matches, as templates; at most 50. */
  readonly unknownTemplates: readonly {
    readonly template: string;
    readonly count: number;
    readonly sample: string;
    readonly lastAt: number;
  }[];
  /** Container whose previous (crashed) log was read: its last lines. */
  readonly lastWords: readonly { readonly pod: string; readonly container: string; readonly lines: readonly string[] }[];
}

/** Cumulative hits of one signature. */
export interface SignatureCount {
  readonly signature: string;
  readonly speaker: Speaker;
  readonly count: number;
  /** Unix milliseconds of the last hit. */
  readonly lastAt: number;
  /** One line, cut at 512 characters; for people. */
  readonly sample: string;
  /** Where the sample stands, of what an API's condition, events and probes say. */
  readonly from?: QuoteSource;
  /** Of a log that is followed: of the five minutes that end with the last hit, those with two hits or more. */
  readonly busyMinutes?: number;
  /** Longest time between two hits of the present series, milliseconds; a series ends after five silent minutes. Absent for one hit. */
  readonly gap?: number;
  /** It is part of what a condition or a failing probe says now. */
  readonly standing?: true;
  /** Unix milliseconds: since then nothing says it any more, because the condition or the probe says something else. */
  readonly endedAt?: number;
  /** Cause ids, most likely first; only of a signature that the user wrote, of an error that was read without one, and of what means something else there. */
  readonly pointsTo?: readonly string[];
}

export const SPEAKERS = ['aggregated-server', 'kube-apiserver', 'client', 'kubelet', 'controller'] as const;
export type Speaker = (typeof SPEAKERS)[number];

export const POLICY_VERDICTS = ['admits', 'blocks', 'undetermined'] as const;
export type PolicyVerdict = (typeof POLICY_VERDICTS)[number];

export interface PolicyFacts {
  /** Of traffic from the kube-apiservers into the backend's pods. */
  readonly verdict: PolicyVerdict;
  /** Why, in words; names the policies, and the rule that decides. */
  readonly why: string;
  /** Policies that select a backend pod for ingress. */
  readonly selecting: readonly string[];
  /** Of traffic from the backend's pods to what they need. Missing: not evaluated. */
  readonly egress?: readonly EgressFacts[];
  /** Kinds of policies that exist, or may exist, and could not be read, e.g. CiliumNetworkPolicy. */
  readonly notEvaluated: readonly string[];
  /** Unix milliseconds of the last change of a policy that concerns the backend. */
  readonly lastChange?: number;
}

/** What a backend must reach: the kube-apiserver for delegated authentication, names, and what its own arguments name. */
export const EGRESS_PEERS = ['kube-apiserver', 'dns', 'dependency'] as const;
export type EgressPeer = (typeof EGRESS_PEERS)[number];

export interface EgressFacts {
  readonly peer: EgressPeer;
  /** As it is told, e.g. `Service tides/timeseries, port 9090`. */
  readonly name: string;
  readonly verdict: PolicyVerdict;
  /** As PolicyFacts has it. */
  readonly why: string;
}

export interface ResourceFacts {
  readonly pod: string;
  readonly container: string;
  /** Share of CFS periods that were throttled since the reading before, 0 to 1. */
  readonly cpuThrottledRatio?: number;
  /** Usage of the limit, 0 to 1 (memory: working set). */
  readonly cpuUsageRatio?: number;
  readonly memoryUsageRatio?: number;
}

/** CPU of a node of the backend between two readings, as its kubelet counts it. */
export interface NodeCpuFacts {
  readonly node: string;
  /** CPUs of the machine. */
  readonly cpus: number;
  /** CPUs that all pods take together, those of the backend left out. */
  readonly taken: number;
  /** Those of them that take a twentieth of the machine or more, the most first, at most 3. */
  readonly top: readonly NeighbourCpu[];
}

/** What another pod takes of a node's CPUs. */
export interface NeighbourCpu {
  /** `namespace/name` */
  readonly object: string;
  readonly cpus: number;
  /** Since when it takes a fifth of the machine or more, Unix milliseconds; absent while it takes less, and where it did at the first look. */
  readonly since?: number;
  /** CPUs that it took before that. */
  readonly before?: number;
}

/** From the aggregated server's own /metrics; counters since its start. */
export interface BackendMetricsFacts {
  readonly delegatedAuthnFailures?: number;
  readonly delegatedAuthzFailures?: number;
  readonly tlsHandshakeErrors?: number;
  readonly rejectedRequests?: number;
}

export interface RightsFacts {
  /** RoleBinding to extension-apiserver-authentication-reader in kube-system for the backend's ServiceAccount. */
  readonly authReader?: boolean;
  /** ClusterRoleBinding to system:auth-delegator for it. */
  readonly authDelegator?: boolean;
}

export const CHANGE_KINDS = [
  // Of the pod template, or of a workload that was written before anybody looked; another number of pods, or other resources, is `scaling`.
  'rollout',
  'scaling',
  'network-policy',
  // A change of the ports or of the selector says so; whatever else was changed, or written before anybody looked, is `service`.
  'service',
  'service-ports',
  'service-selector',
  'apiservice',
  'ca-bundle',
  // The serving certificate was renewed by cert-manager.
  'certificate',
  // How far an issuance of it has come: asked for, issued, denied, failed.
  'certificate-request',
  // A backup began, or ended.
  'backup',
  'configuration',
  'node',
  'control-plane',
  // Of the backend's own election, and of the kube-controller-manager's and the kube-scheduler's.
  'leader',
  'control-plane-leader',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface Change {
  readonly what: ChangeKind;
  readonly at: number;
  /** `Kind namespace/name`. */
  readonly object: string;
  /** What changed, in words. */
  readonly summary: string;
  /** Field manager that did it, e.g. `kubectl-edit`, `helm`. */
  readonly manager?: string;
}

export interface ClusterFacts {
  readonly serverVersion?: string;
  readonly nodes: Observed<readonly NodeFacts[]>;
  readonly apiservers: readonly ApiserverFacts[];
  readonly frontProxyCa: Observed<{
    readonly notAfterSeconds: number;
    readonly subjects: readonly string[];
    readonly allowedNames: readonly string[];
  }>;
  readonly cronJobs: Observed<readonly ScheduleFacts[]>;
  /** Of Velero. Absent where nobody looks, as in a pasted text. */
  readonly backupSchedules?: Observed<readonly ScheduleFacts[]>;
  /** Warnings of the last hour in kube-system and in the namespaces of CNIs, newest last, at most 200. */
  readonly systemEvents: Observed<readonly ClusterEvent[]>;
  /** Changes of the control plane and of nodes: they concern every API. */
  readonly changes: readonly Change[];
  /** Error lines of kube-apiserver pods, where they are visible, that name no single API. */
  readonly apiserverLogs: Observed<LogFacts>;
}

/** A cluster of which nothing is known yet: what each reader starts from, so that a new fact is not observed where nobody looks for it. */
export const EMPTY_CLUSTER: ClusterFacts = {
  nodes: UNOBSERVED,
  apiservers: [],
  frontProxyCa: UNOBSERVED,
  cronJobs: UNOBSERVED,
  systemEvents: UNOBSERVED,
  changes: [],
  apiserverLogs: UNOBSERVED,
};

export interface NodeFacts {
  readonly name: string;
  readonly ready: boolean | undefined;
  readonly pressure: readonly NodePressure[];
  readonly unschedulable: boolean;
  readonly addresses: readonly string[];
  /** Unix milliseconds since the Ready condition has its status. */
  readonly readySince?: number;
  /** CPUs of the machine. */
  readonly cpus?: number;
}

/** One kube-apiserver instance: its control probe and its /metrics. Counters since its start. */
export interface ApiserverFacts {
  /** host:port; never a label. */
  readonly instance: string;
  readonly control?: ProbeTally;
  /** In place of `control` while it has not proved to be a kube-apiserver. */
  readonly unbelieved?: UnbelievedTarget;
  readonly metrics: Observed<ApiserverMetrics>;
}

export interface ApiserverMetrics {
  /** Keyed by apiservice name. */
  readonly unavailable: Readonly<Record<string, number>>;
  readonly unavailableTotal: Readonly<Record<string, number>>;
  /** apiserver_request_terminations_total{component="aggregator"} and aborts; by API group where the label has it. */
  readonly terminations: number;
  readonly aborts: number;
  readonly rejectedRequests: number;
  readonly queuedRequests: number;
  readonly inflightRequests: number;
  /** Of the configured or default maximum, 0 to 1. */
  readonly inflightRatio?: number;
  /** Mean seconds per etcd request since the reading before. */
  readonly etcdLatencySeconds?: number;
  readonly etcdErrors?: number;
  /** 0 to 1, since the reading before. A client that gives up is counted too: its context ends the request to etcd. */
  readonly etcdErrorRatio?: number;
  /** Mean seconds of non-WATCH requests since the reading before. */
  readonly requestLatencySeconds?: number;
  readonly serverErrors?: number;
  readonly egressDialFailures?: number;
  /** Mean seconds of those dials through the egress proxy that were made since the reading before. */
  readonly egressDialSeconds?: number;
  /** Dials through the egress proxy that began since the reading before, beyond those that ended. */
  readonly egressDialsWaiting?: number;
  readonly startTimeSeconds?: number;
}

/** A CronJob, or another thing with a schedule. */
export interface ScheduleFacts {
  readonly object: string;
  readonly schedule: string;
  /** Start times of its last runs, Unix milliseconds. */
  readonly runs: readonly number[];
}

/** Sum of one failure reason over the tallies that `pick` keeps. Undefined when no tally is kept: nothing was probed. */
export function failuresOf(api: ApiFacts, pick: (tally: ProbeTally) => boolean, reason?: FailureReason): number | undefined {
  let sum: number | undefined;
  for (const tally of api.probes) {
    if (!pick(tally)) continue;
    sum ??= 0;
    if (reason) sum += tally.failures[reason] ?? 0;
    else for (const n of Object.values(tally.failures)) sum += n;
  }
  return sum;
}
