import type { Kube, KubeObject } from './kube.ts';

/** What the harness installs in the cluster: real aggregated API servers with the objects they need. */
export interface AggregatedServer {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly readinessPath: string;
  readonly apiServices: readonly { readonly group: string; readonly version: string }[];
  readonly caBundle?: string;
  readonly replicas?: number;
  readonly node: string;
  readonly memoryLimit?: string;
}

export const path = {
  namespace: (name: string) => `/api/v1/namespaces/${name}`,
  deployment: (namespace: string, name: string) => `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
  service: (namespace: string, name: string) => `/api/v1/namespaces/${namespace}/services/${name}`,
  apiService: (name: string) => `/apis/apiregistration.k8s.io/v1/apiservices/${name}`,
  clusterRoleBinding: (name: string) => `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`,
  roleBinding: (namespace: string, name: string) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings/${name}`,
};

/** Namespace, ServiceAccount, the two bindings of an aggregated server, Deployment, Service and APIServices. */
export async function install(kube: Kube, server: AggregatedServer): Promise<void> {
  for (const { at, object } of objectsOf(server)) await kube.apply(at, object);
}

export function objectsOf(server: AggregatedServer): { at: string; object: KubeObject }[] {
  const { namespace, name } = server;
  const subject = { kind: 'ServiceAccount', name, namespace };
  return [
    { at: path.namespace(namespace), object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } },
    {
      at: `${path.namespace(namespace)}/serviceaccounts/${name}`,
      object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    },
    {
      at: path.clusterRoleBinding(`${name}:system:auth-delegator`),
      object: clusterRoleBinding(`${name}:system:auth-delegator`, 'system:auth-delegator', subject),
    },
    {
      at: path.roleBinding('kube-system', `${name}-auth-reader`),
      object: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: `${name}-auth-reader`, namespace: 'kube-system' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'extension-apiserver-authentication-reader' },
        subjects: [subject],
      },
    },
    { at: path.deployment(namespace, name), object: deployment(server) },
    {
      at: path.service(namespace, name),
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace },
        spec: { selector: { app: name }, ports: [{ name: 'https', port: 443, targetPort: server.port, protocol: 'TCP' }] },
      },
    },
    ...server.apiServices.map(({ group, version }) => ({
      at: path.apiService(`${version}.${group}`),
      object: apiService(server, group, version),
    })),
  ];
}

export function clusterRoleBinding(name: string, role: string, subject: object): KubeObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [subject],
  };
}

export function apiService(server: AggregatedServer, group: string, version: string): KubeObject {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}` },
    spec: {
      group,
      version,
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { namespace: server.namespace, name: server.name, port: 443 },
      ...(server.caBundle ? { caBundle: Buffer.from(server.caBundle).toString('base64') } : { insecureSkipTLSVerify: true }),
    },
  };
}

function deployment(server: AggregatedServer): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: server.name, namespace: server.namespace },
    spec: {
      replicas: server.replicas ?? 1,
      // With a rolling update a bad rollout leaves the old pod serving, and the API is not broken.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { app: server.name } },
      template: {
        metadata: { labels: { app: server.name } },
        spec: {
          serviceAccountName: server.name,
          automountServiceAccountToken: false,
          nodeName: server.node,
          containers: [
            {
              name: 'server',
              image: server.image,
              args: server.args,
              ports: [{ name: 'https', containerPort: server.port }],
              resources: { limits: { cpu: '500m', memory: server.memoryLimit ?? '512Mi' } },
              readinessProbe: {
                httpGet: { scheme: 'HTTPS', path: server.readinessPath, port: server.port },
                periodSeconds: 2,
                failureThreshold: 2,
                timeoutSeconds: 1,
              },
            },
          ],
        },
      },
    },
  };
}
