import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import * as z from 'zod';
import { configJsonSchema } from '../../src/config.ts';

/** What Kubernetes itself checks: handed through as it is. */
const kubernetes = (says: string, standard: Record<string, unknown> = {}) =>
  z.record(z.string(), z.unknown()).default(standard).describe(says);
const kubernetesList = (says: string) => z.array(z.record(z.string(), z.unknown())).default([]).describe(says);
const texts = (says: string, standard: Record<string, string> = {}) => z.record(z.string(), z.string()).default(standard).describe(says);
const text = (says: string, standard = '') => z.string().default(standard).describe(says);
const flag = (says: string, standard = false) => z.boolean().default(standard).describe(says);
const names = (says: string, standard: string[] = []) => z.array(z.string().min(1)).default(standard).describe(says);
const address = (says: string) =>
  z
    .string()
    .regex(/^$|^https?:\/\/[^\s?#]*[^\s?#/]$/)
    .default('')
    .describe(says);
const duration = (says: string, standard: string) =>
  z
    .string()
    .regex(/^(\d+(ms|s|m|h))+$/)
    .default(standard)
    .describe(says);
const section = <Shape extends z.ZodRawShape>(says: string, shape: Shape) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .describe(says);

/** As deploy/kubernetes has it. */
const CONFIG = load(readFileSync(new URL('../../deploy/kubernetes/config.yaml', import.meta.url), 'utf8')) as Record<string, unknown>;

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'] as const;

/** What a scrape by an operator's object has, whichever operator. */
const scrape = {
  enabled: flag('Make the object. Its kind must be known to the cluster: the chart does not ask, discovery may be what is broken.'),
  interval: duration('Time between two scrapes; at most 30s with the rules of the chart, whose windows hold four scrapes.', '15s'),
  scrapeTimeout: duration('Deadline of one scrape.', '10s'),
  labels: texts('Labels by which the operator selects it, e.g. `release: kube-prometheus-stack`.'),
  annotations: texts('Annotations of the object.'),
};
const ofPrometheus = {
  ...scrape,
  honorLabels: flag('Keep labels of the exporter over those of the target; none collide.'),
  relabelings: kubernetesList('`relabelings` of the endpoint.'),
  metricRelabelings: kubernetesList('`metricRelabelings` of the endpoint.'),
  tlsConfig: kubernetes('`tlsConfig` of the endpoint, where `webConfig.tls` is set.'),
  basicAuth: kubernetes(
    '`basicAuth` of the endpoint, e.g. `{username: {name: SECRET, key: username}, password: {name: SECRET, key: password}}`.',
  ),
};
const rules = (kind: string) => ({
  enabled: flag(`Make ${kind} objects of all rules: two of at most 256 KiB, about 25 series per API. docs/alerts.md.`),
  labels: texts('Labels by which the operator selects them.'),
  annotations: texts('Annotations of the objects.'),
});

const probe = (path: string, more: Record<string, unknown>, says: string) =>
  kubernetes(says, { httpGet: { path, port: 'metrics' }, ...more });

/**
 * The values of the chart: the one declaration of values.yaml, values.schema.json and the table in the chart's README. Defaults are
 * what `helm install` takes; an empty object is a valid set of values.
 */
export const chartValues = z.strictObject({
  nameOverride: text("Instead of the chart's name in the names of objects."),
  fullnameOverride: text("The name of all objects. Otherwise the release's, with the chart's behind it unless it holds that."),
  commonLabels: texts('Labels of every object.'),
  global: kubernetes('Values of a chart that holds this one; nothing of it is read.'),
  replicaCount: z
    .int()
    .min(0)
    .max(9)
    .default(1)
    .describe(
      'One is enough to watch a cluster; two go on while a node is drained, and each probes from its own node. Of more than one a leader is elected: docs/operations.md, replicas. 0 stops it and keeps everything else.',
    ),
  shards: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe(
      'Among how many the APIs are shared out, for clusters with more of them than one process bears: a Deployment of `replicaCount` pods and a Service each. docs/scale.md.',
    ),
  leaderElection: section('Who of the replicas reads the logs.', {
    enabled: flag('Elect a leader also where there is one replica; of more than one it is always elected.'),
  }),
  image: section('The image; none is published yet: build it from the Dockerfile.', {
    repository: text('Name with the registry.', 'aggregated-api-exporter'),
    tag: text("Tag; empty = the chart's appVersion."),
    digest: z
      .string()
      .regex(/^$|^sha256:[0-9a-f]{64}$/)
      .default('')
      .describe('Digest, which wins over the tag: `sha256:…`.'),
    pullPolicy: z.enum(PULL_POLICIES).default('IfNotPresent').describe('When it is pulled.'),
  }),
  imagePullSecrets: kubernetesList('Existing Secrets for the registry: `[{name: …}]`.'),
  config: z
    .record(z.string(), z.unknown())
    .default(CONFIG)
    .describe('The configuration, docs/configuration.md. What it switches off gets no right either.'),
  existingConfigMap: text(
    'A ConfigMap with a key config.yaml instead of one made from `config`. Rights still follow `config`: keep both alike.',
  ),
  webConfig: section('TLS and passwords of our own listener.', {
    existingSecret: text('A Secret with web.yml and the files that it names; docs/configuration.md, the web configuration.'),
    tls: flag('Its web.yml has tls_server_config: probes and scrapes then speak HTTPS.'),
  }),
  extraArgs: names('More arguments of `serve`.'),
  extraEnv: kubernetesList('More environment variables.'),
  extraVolumes: kubernetesList('More volumes of the pod.'),
  extraVolumeMounts: kubernetesList('More mounts of the container.'),
  extraObjects: kubernetesList('More objects of the release; templates in their strings are filled in.'),
  serviceAccount: section('Who asks the kube-apiserver.', {
    create: flag('Make it. Otherwise `name` must exist.', true),
    name: text('Its name; empty = that of the release, or `default` where none is made.'),
    annotations: texts("Annotations, e.g. of a cloud's identity."),
  }),
  rbac: section('Rights: get, list and watch; no Secrets, no nodes/proxy. docs/operations.md says what is lost without each.', {
    create: flag('Make roles and bindings, for what `config` leaves on.', true),
    logNamespaces: names('Follow logs in these namespaces only, by RoleBindings there; empty = in all, by a ClusterRoleBinding.'),
    configMapNamespaces: names('See there when a ConfigMap of a backend changed. The right also opens what is in them.'),
    listProbes: z
      .array(z.strictObject({ apiGroups: z.array(z.string().min(1)).min(1), resources: z.array(z.string().min(1)).min(1) }))
      .default([{ apiGroups: ['metrics.k8s.io'], resources: ['pods'] }])
      .describe('What may be listed (limit=1) beside discovery: one resource of each API. metrics.k8s.io also gives CPU and memory.'),
    evidenceReaders: kubernetesList('Subjects that may read evidence where `config.web.evidence` is `authenticated`.'),
  }),
  service: section('The Service that is scraped and opened.', {
    port: z.int().min(1).max(65_535).default(9944).describe('Its port.'),
    type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']).default('ClusterIP').describe('Its type.'),
    annotations: texts('Its annotations.'),
    labels: texts('Its labels.'),
  }),
  serviceMonitor: section('For the Prometheus operator: scrape through the Service.', ofPrometheus),
  podMonitor: section('For the Prometheus operator: scrape the pod. Not both.', ofPrometheus),
  vmServiceScrape: section('For the VictoriaMetrics operator.', {
    ...scrape,
    tlsConfig: kubernetes('`tlsConfig` of the endpoint, where `webConfig.tls` is set.'),
    basicAuth: kubernetes('`basicAuth` of the endpoint.'),
  }),
  prometheusRule: section('Rules for the Prometheus operator.', rules('PrometheusRule')),
  vmRule: section('Rules for the VictoriaMetrics operator.', rules('VMRule')),
  links: section('Where alerts lead.', {
    externalUrl: address('Address at which people open the status page; empty = the Service, which opens in the cluster only.'),
    grafanaUrl: address('Address of Grafana; empty = a path, which opens in Grafana only.'),
  }),
  grafana: section('Dashboards.', {
    dashboards: section("One ConfigMap for each, for Grafana's sidecar.", {
      enabled: flag('Make them.'),
      namespace: text('Their namespace; empty = that of the release.'),
      labels: texts('By which the sidecar finds them.', { grafana_dashboard: '1' }),
      annotations: texts('Annotations.', { grafana_folder: 'Aggregated APIs' }),
    }),
  }),
  networkPolicy: section('Who reaches the exporter, and whom it reaches.', {
    enabled: flag('Make it. A Prometheus of a namespace that is not named then scrapes nothing.'),
    ingressNamespaces: names('Namespaces that may scrape and open the page; empty = that of the release.'),
    dnsNamespace: text('Where DNS is.', 'kube-system'),
    apiserverCidrs: names('Where kube-apiservers and kubelets are.', ['0.0.0.0/0', '::/0']),
    apiserverPorts: z.array(z.int().min(1).max(65_535)).default([443, 6443, 10_250]).describe('Their ports.'),
    backendNamespaces: names('Namespaces of the backends; empty = all.'),
    extraEgress: kubernetesList('More rules of egress.'),
  }),
  nodeAgent: section('Agents that say from which nodes a backend is reached: docs/node-vantage.md.', {
    enabled: flag('Make them, a pod on each node that is chosen, and let the exporter listen to them.'),
    existingSecret: text(
      'A Secret with tls.crt and tls.key for the name SERVICE.NAMESPACE.svc of the Service `…-agents`, and ca.crt; empty = the name of that Service.',
    ),
    hostNetwork: flag('Ask from the network of the node, as a kube-apiserver does; otherwise from that of a pod on it.', true),
    nodeSelector: texts('On which nodes.', { 'kubernetes.io/os': 'linux' }),
    tolerations: z
      .array(z.record(z.string(), z.unknown()))
      .default([{ operator: 'Exists' }])
      .describe('Taints that they bear: all, so that hosts of the control plane have one too.'),
    resources: kubernetes('A quarter of what the exporter needs.', { requests: { cpu: '5m', memory: '32Mi' }, limits: { memory: '96Mi' } }),
  }),
  podDisruptionBudget: section('For drains.', {
    enabled: flag('Make it also for one replica; for more it is always made.'),
    maxUnavailable: z
      .union([z.int().min(0), z.string().regex(/^\d+%$/)])
      .default(1)
      .describe('With 0 no node of the exporter can be drained.'),
  }),
  state: section('The hour of history and the incidents, which a restart of the container keeps.', {
    sizeLimit: text('Size of the emptyDir.', '64Mi'),
    existingClaim: text('A PersistentVolumeClaim instead: then a new pod keeps it too. Of one replica: each has a disk of its own.'),
  }),
  resources: kubernetes('docs/operations.md says for which cluster.', {
    requests: { cpu: '50m', memory: '96Mi' },
    limits: { memory: '256Mi' },
  }),
  livenessProbe: probe('/-/healthy', { periodSeconds: 15, failureThreshold: 4 }, 'With `webConfig.tls` the scheme is added.'),
  readinessProbe: probe('/-/ready', { periodSeconds: 5 }, 'As above.'),
  podSecurityContext: kubernetes('Of the pod: Pod Security `restricted`.', {
    runAsNonRoot: true,
    runAsUser: 65_532,
    runAsGroup: 65_532,
    fsGroup: 65_532,
    seccompProfile: { type: 'RuntimeDefault' },
  }),
  securityContext: kubernetes('Of the container: Pod Security `restricted`.', {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }),
  deploymentAnnotations: texts('Annotations of the Deployment.'),
  podAnnotations: texts('Annotations of the pod.'),
  podLabels: texts('Labels of the pod.'),
  priorityClassName: text('Such as `system-cluster-critical`: what explains an outage should not be evicted by it.'),
  nodeSelector: texts('Where the pod may run.'),
  tolerations: kubernetesList('Taints that it bears.'),
  affinity: kubernetes('Affinities.'),
  topologySpreadConstraints: kubernetesList(
    'Spread over zones; `labelSelector` is filled in where there is none. Without one, several replicas are spread over nodes.',
  ),
});

/** JSON Schema (2020-12) of values.yaml; `config` has the schema of the configuration. Helm checks it before it renders. */
export function valuesJsonSchema(): object {
  const schema = z.toJSONSchema(chartValues, { io: 'input' }) as { properties: Record<string, object> };
  const { $schema, ...config } = configJsonSchema() as Record<string, unknown>;
  const { description } = schema.properties['config'] as { description: string };
  return { ...schema, properties: { ...schema.properties, config: { ...config, description } } };
}
