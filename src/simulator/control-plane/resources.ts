import type { EventObject, KubeObject } from '../objects.ts';
import type { CollectionName } from '../store.ts';

/** One resource that the simulated kube-apiserver serves itself. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly subresources?: readonly string[];
  readonly collection: CollectionName;
  /** Of a CustomResourceDefinition, which is there as long as there is an object of it. */
  readonly custom?: true;
  /** Another view of the stored object. */
  readonly view?: (object: KubeObject) => KubeObject;
}

export const RESOURCES: readonly Resource[] = [
  served('', 'configmaps', 'ConfigMap', { shortNames: ['cm'] }),
  served('', 'events', 'Event', { shortNames: ['ev'] }),
  served('', 'namespaces', 'Namespace', { shortNames: ['ns'], namespaced: false }),
  served('', 'nodes', 'Node', { shortNames: ['no'], namespaced: false }),
  served('', 'pods', 'Pod', { shortNames: ['po'], subresources: ['log'] }),
  served('', 'services', 'Service', { shortNames: ['svc'] }),
  served('apiregistration.k8s.io', 'apiservices', 'APIService', { namespaced: false }),
  served('apps', 'daemonsets', 'DaemonSet', { shortNames: ['ds'] }),
  served('apps', 'deployments', 'Deployment', { shortNames: ['deploy'] }),
  served('apps', 'replicasets', 'ReplicaSet', { shortNames: ['rs'] }),
  served('apps', 'statefulsets', 'StatefulSet', { shortNames: ['sts'] }),
  served('admissionregistration.k8s.io', 'mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', { namespaced: false }),
  served('admissionregistration.k8s.io', 'validatingwebhookconfigurations', 'ValidatingWebhookConfiguration', { namespaced: false }),
  served('autoscaling', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', { version: 'v2', shortNames: ['hpa'] }),
  served('batch', 'cronjobs', 'CronJob', { shortNames: ['cj'] }),
  served('batch', 'jobs', 'Job'),
  served('coordination.k8s.io', 'leases', 'Lease'),
  served('discovery.k8s.io', 'endpointslices', 'EndpointSlice'),
  served('events.k8s.io', 'events', 'Event', { shortNames: ['ev'], view: asNewEvent }),
  served('cilium.io', 'ciliumnetworkpolicies', 'CiliumNetworkPolicy', { version: 'v2', custom: true }),
  served('networking.k8s.io', 'networkpolicies', 'NetworkPolicy', { shortNames: ['netpol'] }),
  served('policy.networking.k8s.io', 'clusternetworkpolicies', 'ClusterNetworkPolicy', {
    version: 'v1alpha2',
    namespaced: false,
    custom: true,
  }),
  served('rbac.authorization.k8s.io', 'clusterrolebindings', 'ClusterRoleBinding', { namespaced: false }),
  served('rbac.authorization.k8s.io', 'rolebindings', 'RoleBinding'),
];

/** Group-versions that have nothing to list here but are always there; each has a local APIService. */
export const LOCAL_GROUP_VERSIONS: readonly string[] = [
  'v1',
  'admissionregistration.k8s.io/v1',
  'apiextensions.k8s.io/v1',
  'apiregistration.k8s.io/v1',
  'apps/v1',
  'authentication.k8s.io/v1',
  'authorization.k8s.io/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'batch/v1',
  'certificates.k8s.io/v1',
  'coordination.k8s.io/v1',
  'discovery.k8s.io/v1',
  'events.k8s.io/v1',
  'flowcontrol.apiserver.k8s.io/v1',
  'networking.k8s.io/v1',
  'node.k8s.io/v1',
  'policy/v1',
  'rbac.authorization.k8s.io/v1',
  'resource.k8s.io/v1',
  'scheduling.k8s.io/v1',
  'storage.k8s.io/v1',
];

export function findResource(group: string, version: string, plural: string): Resource | undefined {
  return RESOURCES.find((resource) => resource.group === group && resource.version === version && resource.plural === plural);
}

type Particulars = Partial<Pick<Resource, 'version' | 'namespaced' | 'shortNames' | 'subresources' | 'view' | 'custom'>>;

/** Version v1 of it, and namespaced, unless its particulars say otherwise. */
function served(group: string, plural: CollectionName, kind: string, particulars: Particulars = {}): Resource {
  return { group, version: 'v1', plural, kind, namespaced: true, shortNames: [], collection: plural, ...particulars };
}

/** events.k8s.io/v1 of a stored core/v1 event: same object, other field names. */
function asNewEvent(object: KubeObject): KubeObject {
  const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, reportingComponent, ...rest } = object as EventObject;
  return {
    ...rest,
    apiVersion: 'events.k8s.io/v1',
    regarding: involvedObject,
    note: message,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
    reportingController: reportingComponent,
  } as unknown as KubeObject;
}
