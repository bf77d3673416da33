import { AGGREGATED_READER_ROLE } from './access.ts';
import type { ApiPlan } from './api.ts';
import type { Authority } from './certificates.ts';
import type { Cluster } from './cluster.ts';
import type { ServiceObject } from './objects.ts';
import { required } from './required.ts';

/** Not 443: an ordinary user may not listen there. */
const SERVICE_PORT = 8443;

/** The Service as it was made, without what the kube-apiserver added. */
export function withoutIdentity(service: ServiceObject) {
  const { namespace, name, labels, generation } = service.metadata;
  return {
    ...structuredClone(service),
    metadata: { name, ...(namespace ? { namespace } : {}), ...(labels ? { labels } : {}), ...(generation ? { generation } : {}) },
  };
}

/** The ClusterIP's listener and the Service behind it. */
export async function addService(cluster: Cluster, plan: ApiPlan): Promise<ServiceObject> {
  const listener = await cluster.proxy.add(SERVICE_PORT);
  const service = cluster.store.services.create(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: plan.namespace, name: plan.service, generation: 1, labels: { app: plan.service } },
      spec: {
        type: 'ClusterIP',
        clusterIP: listener.host,
        clusterIPs: [listener.host],
        selector: { app: plan.service },
        ports: [{ name: 'https', port: listener.port, targetPort: 'https', protocol: 'TCP' }],
      },
      status: { loadBalancer: {} },
    },
    { manager: 'helm' },
  );
  cluster.proxy.attach(listener, `${plan.namespace}/${plan.service}`);
  return service;
}

/** The two rights that every aggregated server needs, and those of its readers. */
export function addBindings({ store, authorizer }: Cluster, plan: ApiPlan): void {
  const subject = { kind: 'ServiceAccount' as const, namespace: plan.namespace, name: plan.service };
  const id = `${plan.namespace}:${plan.service}`;
  if (!store.namespaces.get(plan.namespace))
    store.namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: plan.namespace } });
  if (!store.clusterrolebindings.get(`${id}:system:auth-delegator`))
    store.clusterrolebindings.create(
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: `${id}:system:auth-delegator` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
        subjects: [subject],
      },
      { manager: 'helm' },
    );
  if (!store.rolebindings.get(`kube-system/${id}:auth-reader`))
    store.rolebindings.create(
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { namespace: 'kube-system', name: `${id}:auth-reader` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'extension-apiserver-authentication-reader' },
        subjects: [subject],
      },
      { manager: 'helm' },
    );
  authorizer.setRules(AGGREGATED_READER_ROLE, [
    ...authorizer.rules(AGGREGATED_READER_ROLE),
    { apiGroups: [plan.group], resources: [plan.resource], verbs: ['get', 'list'] },
  ]);
}

/** @param authority whose certificate is its caBundle */
export function addApiService(cluster: Cluster, plan: ApiPlan, authority: Authority): void {
  const service = required(cluster.store.services.get(`${plan.namespace}/${plan.service}`), `Service ${plan.service}`);
  const [port] = service.spec.ports;
  cluster.store.apiservices.create(
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${plan.version}.${plan.group}`, generation: 1, labels: { app: plan.service } },
      spec: {
        group: plan.group,
        version: plan.version,
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { namespace: plan.namespace, name: plan.service, port: required(port, `the port of Service ${plan.service}`).port },
        caBundle: Buffer.from(authority.certificate).toString('base64'),
      },
      status: {},
    },
    { manager: 'helm' },
  );
}
