/** The Kubernetes objects that the simulator serves, with the fields that it fills. */

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  generation?: number;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFields[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: true;
}

export interface ManagedFields {
  manager: string;
  operation: 'Update' | 'Apply';
  apiVersion: string;
  time: string;
  fieldsType: 'FieldsV1';
  fieldsV1: Record<string, never>;
  subresource?: string;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastProbeTime?: null;
  lastHeartbeatTime?: string;
  lastUpdateTime?: string;
}

export interface ApiServiceObject extends KubeObject {
  spec: {
    group: string;
    version: string;
    groupPriorityMinimum: number;
    versionPriority: number;
    service?: { namespace: string; name: string; port: number };
    caBundle?: string;
    insecureSkipTLSVerify?: boolean;
  };
  status: { conditions?: Condition[] };
}

export interface ServiceObject extends KubeObject {
  spec: {
    type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
    clusterIP?: string;
    clusterIPs?: string[];
    externalName?: string;
    selector?: Record<string, string>;
    ports: ServicePort[];
  };
  status: Record<string, unknown>;
}

export interface ServicePort {
  name?: string;
  port: number;
  targetPort: number | string;
  protocol: 'TCP';
}

export interface EndpointSliceObject extends KubeObject {
  addressType: 'IPv4';
  endpoints: SliceEndpoint[];
  ports: { name: string; port: number; protocol: 'TCP' }[];
}

export interface SliceEndpoint {
  addresses: string[];
  conditions: { ready: boolean; serving: boolean; terminating: boolean };
  nodeName?: string;
  targetRef?: { kind: 'Pod'; namespace: string; name: string; uid: string };
}

export interface PodObject extends KubeObject {
  spec: {
    nodeName?: string;
    serviceAccountName: string;
    hostNetwork?: boolean;
    restartPolicy: 'Always' | 'Never' | 'OnFailure';
    terminationGracePeriodSeconds: number;
    containers: ContainerSpec[];
    volumes?: { name: string; secret?: { secretName: string }; configMap?: { name: string } }[];
  };
  status: PodStatus;
}

export interface ContainerSpec {
  name: string;
  image: string;
  imagePullPolicy: 'IfNotPresent';
  args: string[];
  ports: { name: string; containerPort: number; protocol: 'TCP' }[];
  resources: { limits?: Record<string, string>; requests?: Record<string, string> };
  readinessProbe?: ProbeSpec;
  livenessProbe?: ProbeSpec;
}

export interface ProbeSpec {
  httpGet: { path: string; port: string; scheme: 'HTTPS' };
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
}

export interface PodStatus {
  phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  reason?: string;
  message?: string;
  conditions: Condition[];
  hostIP?: string;
  podIP?: string;
  podIPs?: { ip: string }[];
  startTime?: string;
  qosClass?: string;
  containerStatuses?: ContainerStatus[];
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  containerID?: string;
  ready: boolean;
  started: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
}

export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: Terminated;
}

export interface Terminated {
  reason: string;
  exitCode: number;
  signal?: number;
  message?: string;
  startedAt: string;
  finishedAt: string;
  containerID?: string;
}

export interface NodeObject extends KubeObject {
  spec: { unschedulable?: boolean; taints?: { key: string; effect: string }[] };
  status: {
    conditions: Condition[];
    addresses: { type: 'InternalIP' | 'Hostname'; address: string }[];
    capacity: Record<string, string>;
    allocatable: Record<string, string>;
    daemonEndpoints: { kubeletEndpoint: { Port: number } };
    nodeInfo: Record<string, string>;
    images: { names: string[]; sizeBytes: number }[];
  };
}

export interface WorkloadObject extends KubeObject {
  spec: {
    replicas: number;
    selector: { matchLabels: Record<string, string> };
    strategy?: { type: string; rollingUpdate?: { maxSurge: string; maxUnavailable: string } };
    template: { metadata: { labels: Record<string, string>; annotations?: Record<string, string> }; spec: Record<string, unknown> };
  };
  status: {
    observedGeneration: number;
    replicas: number;
    updatedReplicas?: number;
    readyReplicas: number;
    availableReplicas: number;
    unavailableReplicas?: number;
    conditions?: Condition[];
  };
}

/** As stored, in the shape of core/v1; events.k8s.io/v1 is another view of it. */
export interface EventObject extends KubeObject {
  involvedObject: ObjectReference;
  reason: string;
  message: string;
  type: 'Normal' | 'Warning';
  source: { component?: string; host?: string };
  firstTimestamp: string | null;
  lastTimestamp: string | null;
  eventTime: string | null;
  count?: number;
  series?: { count: number; lastObservedTime: string };
  action?: string;
  reportingComponent: string;
  reportingInstance: string;
}

export interface ObjectReference {
  kind: string;
  namespace?: string;
  name: string;
  uid: string;
  apiVersion: string;
  fieldPath?: string;
}

interface PolicyPeer {
  podSelector?: object;
  namespaceSelector?: object;
  ipBlock?: { cidr: string; except?: string[] };
}

export interface NetworkPolicyObject extends KubeObject {
  spec: {
    podSelector: { matchLabels?: Record<string, string> };
    policyTypes: ('Ingress' | 'Egress')[];
    ingress?: {
      from?: PolicyPeer[];
      ports?: object[];
    }[];
    egress?: { to?: PolicyPeer[]; ports?: object[] }[];
  };
}

/** A policy of a CNI or of the administrator: only its reader knows its fields. */
export interface CustomPolicyObject extends KubeObject {
  spec: Readonly<Record<string, unknown>>;
}

export interface ConfigMapObject extends KubeObject {
  data: Record<string, string>;
}

export interface RoleBindingObject extends KubeObject {
  roleRef: { apiGroup: 'rbac.authorization.k8s.io'; kind: 'Role' | 'ClusterRole'; name: string };
  subjects: { kind: 'ServiceAccount' | 'User' | 'Group'; name: string; namespace?: string; apiGroup?: string }[];
}

export interface CronJobObject extends KubeObject {
  spec: { schedule: string; suspend: boolean; concurrencyPolicy: string; jobTemplate: { spec: Record<string, unknown> } };
  status: { lastScheduleTime?: string; lastSuccessfulTime?: string; active?: ObjectReference[] };
}

/** coordination.k8s.io/v1 */
export interface LeaseObject extends KubeObject {
  spec: { holderIdentity: string; leaseDurationSeconds: number; acquireTime: string; renewTime: string; leaseTransitions: number };
}

export interface JobObject extends KubeObject {
  spec: Record<string, unknown>;
  status: { startTime?: string; completionTime?: string; active?: number; succeeded?: number; conditions?: Condition[] };
}

/** autoscaling/v2 */
export interface AutoscalerObject extends KubeObject {
  spec: {
    scaleTargetRef: { apiVersion: string; kind: string; name: string };
    minReplicas: number;
    maxReplicas: number;
    metrics: Record<string, unknown>[];
  };
  status: { currentReplicas: number; desiredReplicas: number; conditions?: Condition[] };
}

export interface NamespaceObject extends KubeObject {
  status?: { phase: 'Active' | 'Terminating'; conditions?: Condition[] };
}

/** Kubernetes's time: RFC 3339, whole seconds. */
export function timestamp(at: number = Date.now()): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** metav1.MicroTime. */
export function microTimestamp(at: number = Date.now()): string {
  return new Date(at).toISOString().replace(/Z$/, '000Z');
}

export function referenceTo(object: KubeObject): ObjectReference {
  const { name, namespace, uid } = object.metadata;
  return { kind: object.kind, ...(namespace ? { namespace } : {}), name, uid, apiVersion: object.apiVersion };
}

export function ownedBy(object: KubeObject): OwnerReference[] {
  const { name, uid } = object.metadata;
  return [{ apiVersion: object.apiVersion, kind: object.kind, name, uid, controller: true }];
}

/** Replaces or adds a condition; the transition time moves only with the status. */
export function withCondition(conditions: readonly Condition[], next: Condition, at: number = Date.now()): Condition[] {
  const before = conditions.find((condition) => condition.type === next.type);
  const lastTransitionTime =
    before && before.status === next.status && before.lastTransitionTime ? before.lastTransitionTime : timestamp(at);
  return [...conditions.filter((condition) => condition.type !== next.type), { ...next, lastTransitionTime }];
}
