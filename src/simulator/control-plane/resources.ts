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
  /** Another view of the stored object. */
  readonly view?: (object: KubeObject) => KubeObject;
}

export const RESOURCES: readonly Resource[] = [
  core('configmaps', 'ConfigMap', ['cm']),
  core('events', 'Event', ['ev']),
  core('namespaces', 'Namespace', ['ns'], false),
  core('nodes', 'Node', ['no'], false),
  core('pods', 'Pod', ['po'], true, ['log']),
  core('services', 'Service', ['svc']),
  named('apiregistration.k8s.io', 'v1', 'apiservices', 'APIService', false),
  named('apps', 'v1', 'daemonsets', 'DaemonSet', true, ['ds']),
  named('apps', 'v1', 'deployments', 'Deployment', true, ['deploy']),
  named('apps', 'v1', 'replicasets', 'ReplicaSet', true, ['rs']),
  named('apps', 'v1', 'statefulsets', 'StatefulSet', true, ['sts']),
  named('batch', 'v1', 'cronjobs', 'CronJob', true, ['cj']),
  named('batch', 'v1', 'jobs', 'Job', true),
  named('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice', true),
  { ...named('events.k8s.io', 'v1', 'events', 'Event', true, ['ev']), view: asNewEvent },
  named('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy', true, ['netpol']),
  named('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'ClusterRoleBinding', false),
  named('rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding', true),
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

function core(plural: CollectionName, kind: string, shortNames: string[], namespaced = true, subresources: string[] = []): Resource {
  return { group: '', version: 'v1', plural, kind, namespaced, shortNames, subresources, collection: plural };
}

function named(
  group: string,
  version: string,
  plural: CollectionName,
  kind: string,
  namespaced: boolean,
  shortNames: string[] = [],
): Resource {
  return { group, version, plural, kind, namespaced, shortNames, collection: plural };
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
