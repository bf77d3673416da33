import type { Authority } from './certificates.ts';
import type { Authorizer, Rule } from './control-plane/authorization.ts';
import { MASTERS, person, serviceAccount, type User } from './control-plane/identities.ts';
import type { Store } from './store.ts';

/** Who can talk to the cluster; each has a context of this name in the kubeconfig. */
export const IDENTITIES = {
  admin: { name: 'admin', uid: 'user-admin', groups: [MASTERS, 'system:authenticated'] },
  exporter: serviceAccount('monitoring', 'aggregated-api-exporter'),
  ordinary: person('ordinary', 'developers'),
} as const satisfies Record<string, User>;

export type IdentityName = keyof typeof IDENTITIES;

export const EXPORTER_ROLE = 'aggregated-api-exporter';

const WATCH = ['list', 'watch'];

/** What deploy/kubernetes/rbac.yaml binds to the exporter; a test holds them together. */
export const EXPORTER_RULES: readonly Rule[] = [
  { apiGroups: ['apiregistration.k8s.io'], resources: ['apiservices'], verbs: WATCH },
  { apiGroups: [''], resources: ['services'], verbs: WATCH },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: WATCH },
  { apiGroups: [''], resources: ['pods'], verbs: WATCH },
  { apiGroups: [''], resources: ['events'], verbs: WATCH },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: WATCH },
  { apiGroups: [''], resources: ['nodes'], verbs: WATCH },
  { apiGroups: ['apps'], resources: ['deployments', 'daemonsets', 'statefulsets'], verbs: WATCH },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: WATCH },
  { apiGroups: ['batch'], resources: ['cronjobs'], verbs: WATCH },
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterrolebindings'], verbs: ['list'] },
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles', 'roles'], verbs: ['get'] },
  { apiGroups: ['cilium.io'], resources: ['ciliumnetworkpolicies', 'ciliumclusterwidenetworkpolicies'], verbs: ['list'] },
  {
    apiGroups: ['crd.projectcalico.org', 'projectcalico.org'],
    resources: ['networkpolicies', 'globalnetworkpolicies', 'tiers', 'hostendpoints', 'globalnetworksets', 'networksets'],
    verbs: ['list'],
  },
  {
    apiGroups: ['policy.networking.k8s.io'],
    resources: ['adminnetworkpolicies', 'baselineadminnetworkpolicies', 'clusternetworkpolicies'],
    verbs: ['list'],
  },
  { nonResourceURLs: ['/metrics'], verbs: ['get'] },
  { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['list'] },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['list'] },
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
    verbs: ['list'],
  },
  { apiGroups: ['velero.io'], resources: ['schedules', 'backups'], verbs: ['list'] },
  { apiGroups: ['cert-manager.io'], resources: ['certificates', 'certificaterequests'], verbs: ['list'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['list'] },
  { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: ['list'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: ['extension-apiserver-authentication'], verbs: ['get'] },
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings'], verbs: ['list'] },
];

/** Ordinary people and the exporter may list what aggregated APIs serve. Groups are added as APIs are. */
export const AGGREGATED_READER_ROLE = 'aggregated-api-reader';

/** Bindings, roles and the ConfigMap that aggregated servers read their authentication from. */
export function addAccess(store: Store, authorizer: Authorizer, frontProxy: Authority, cluster: Authority): void {
  authorizer.setRules(EXPORTER_ROLE, EXPORTER_RULES);
  authorizer.setRules(AGGREGATED_READER_ROLE, []);
  bind(store, EXPORTER_ROLE, EXPORTER_ROLE, { kind: 'ServiceAccount', namespace: 'monitoring', name: 'aggregated-api-exporter' });
  bind(store, 'aggregated-api-readers', AGGREGATED_READER_ROLE, {
    kind: 'Group',
    name: 'system:authenticated',
    apiGroup: 'rbac.authorization.k8s.io',
  });
  store.configmaps.create(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'kube-system', name: 'extension-apiserver-authentication' },
      data: {
        'client-ca-file': cluster.certificate,
        'requestheader-client-ca-file': frontProxy.certificate,
        'requestheader-allowed-names': '["front-proxy-client"]',
        'requestheader-username-headers': '["X-Remote-User"]',
        'requestheader-uid-headers': '["X-Remote-Uid"]',
        'requestheader-group-headers': '["X-Remote-Group"]',
        'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      },
    },
    { manager: 'kube-apiserver' },
  );
  for (const name of ['default', 'kube-system', 'monitoring'])
    store.namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

function bind(
  store: Store,
  name: string,
  role: string,
  subject: { kind: 'ServiceAccount' | 'Group'; name: string; namespace?: string; apiGroup?: string },
): void {
  store.clusterrolebindings.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [subject],
  });
}
