import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AskedFor } from '../../../../scripts/versions/recording.ts';
import type { Cluster } from '../../cluster/harness/cluster.ts';
import { path } from '../../cluster/harness/workloads.ts';

const NAMESPACE = 'quayside';
const PORT = 8443;
const PLAIN = 'application/json';
const aggregated = (version: string): string => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

/** Kind → the forms of discovery that it has besides the plain one; as of libraries of Kubernetes ≥ 1.30, 1.27 to 1.29, ≤ 1.26. */
const KINDS: Readonly<Record<string, readonly string[]>> = { v2: ['v2', 'v2beta1'], v2beta1: ['v2beta1'], unaggregated: [] };

/** Aggregated servers of our own that write down what discovery they are asked for. */
export class OwnServers {
  readonly asked: Record<string, AskedFor[]> = {};
  private readonly servers: Server[] = [];

  async start(cluster: Cluster): Promise<void> {
    await cluster.kube.apply(path.namespace(NAMESPACE), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    let address = 251;
    for (const [kind, forms] of Object.entries(KINDS)) await this.add(cluster, kind, forms, `10.245.255.${address++}`);
  }

  stop(): void {
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  /** So that what runs later has only its own APIs. */
  async remove(cluster: Cluster): Promise<void> {
    for (const kind of Object.keys(KINDS)) await cluster.kube.remove(path.apiService(`v1.${groupOf(kind)}`));
  }

  private async add(cluster: Cluster, kind: string, forms: readonly string[], address: string): Promise<void> {
    const asked: AskedFor[] = [];
    this.asked[kind] = asked;
    const { certFile, keyFile } = cluster.servingCa.issue(`own-${kind}`, { commonName: kind, names: [`${kind}.${NAMESPACE}.svc`] });
    const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
      const { url = '', headers } = request;
      const accept = headers.accept ?? '';
      const { body, type } = answerTo(groupOf(kind), forms, url, accept);
      const one = { path: url, accept, answer: body === undefined ? '404' : type };
      if (!asked.some((seen) => seen.path === one.path && seen.accept === one.accept)) asked.push(one);
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': type }).end(JSON.stringify(body ?? {}));
    });
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(PORT, address, resolve));
    const labels = { 'kubernetes.io/service-name': kind };
    await cluster.kube.apply(path.service(NAMESPACE, kind), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: kind, namespace: NAMESPACE },
      spec: { ports: [{ name: 'https', port: 443, targetPort: PORT, protocol: 'TCP' }] },
    });
    await cluster.kube.apply(`/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices/${kind}`, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: kind, namespace: NAMESPACE, labels },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ name: 'https', port: PORT, protocol: 'TCP' }],
    });
    await cluster.kube.apply(path.apiService(`v1.${groupOf(kind)}`), {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1.${groupOf(kind)}` },
      spec: {
        ...{ group: groupOf(kind), version: 'v1', groupPriorityMinimum: 100, versionPriority: 100 },
        caBundle: Buffer.from(cluster.servingCa.pem).toString('base64'),
        service: { namespace: NAMESPACE, name: kind, port: 443 },
      },
    });
  }
}

const groupOf = (kind: string): string => `${kind}.quayside.example.com`;

/** As the library of its time negotiates: the first form of the Accept header that it has, the plain one where it has none. */
function answerTo(group: string, forms: readonly string[], url: string, accept: string): { body: object | undefined; type: string } {
  const resources = [{ name: 'bollards', singularName: 'bollard', namespaced: true, kind: 'Bollard', verbs: ['get', 'list'] }];
  const path = url.split('?')[0];
  if (path === `/apis/${group}/v1`)
    return { body: { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/v1`, resources }, type: PLAIN };
  if (path !== '/apis') return { body: undefined, type: PLAIN };
  const form = accept
    .split(',')
    .map((entry) => /g=apidiscovery\.k8s\.io;v=(\w+);|;v=(\w+);g=apidiscovery\.k8s\.io/.exec(entry))
    .map((match) => match?.[1] ?? match?.[2])
    .find((version) => version !== undefined && forms.includes(version));
  const versions = [{ groupVersion: `${group}/v1`, version: 'v1' }];
  if (form === undefined)
    return {
      body: { kind: 'APIGroupList', apiVersion: 'v1', groups: [{ name: group, versions, preferredVersion: versions[0] }] },
      type: PLAIN,
    };
  const kind = { group, version: 'v1', kind: 'Bollard' };
  const discovered = [
    { resource: 'bollards', responseKind: kind, scope: 'Namespaced', singularResource: 'bollard', verbs: ['get', 'list'] },
  ];
  return {
    body: {
      kind: 'APIGroupDiscoveryList',
      apiVersion: `apidiscovery.k8s.io/${form}`,
      metadata: {},
      items: [{ metadata: { name: group }, versions: [{ version: 'v1', resources: discovered, freshness: 'Current' }] }],
    },
    type: aggregated(form),
  };
}
