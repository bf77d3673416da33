import type { ServerResponse } from 'node:http';
import { type KubeServer, startKubeServer } from './kube-server.ts';

export const SCRIPTED_API = 'v1.tides.example.com';

export interface ScriptedCluster {
  readonly server: KubeServer;
  /** What the aggregated API is answered through the kube-apiserver from now on. */
  answers(status: 200 | 503): void;
}

/** A kube-apiserver over plain HTTP with one APIService and nothing else, for an exporter that is a process of its own. */
export async function startScriptedCluster(): Promise<ScriptedCluster> {
  let status: 200 | 503 = 200;
  const json = (response: ServerResponse, code: number, body: object) =>
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const server = await startKubeServer((_request, response, url) => {
    // A watch in which nothing happens.
    if (url.searchParams.get('watch') !== null) return void response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    if (url.pathname === '/apis/apiregistration.k8s.io/v1/apiservices')
      return void json(response, 200, { kind: 'APIServiceList', metadata: { resourceVersion: '1' }, items: [apiService()] });
    if (url.pathname === '/apis/tides.example.com/v1')
      return void json(
        response,
        status,
        status === 200
          ? { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'tides.example.com/v1', resources: [] }
          : { kind: 'Status', code: 503, message: 'service unavailable' },
      );
    const items = OBJECTS[url.pathname];
    if (items) return void json(response, 200, { kind: 'List', metadata: { resourceVersion: '1' }, items });
    if (url.pathname === '/version') return void json(response, 200, { gitVersion: 'v1.36.1' });
    json(response, 200, { kind: 'List', metadata: { resourceVersion: '1' }, items: [] });
  });
  return {
    server,
    answers: (now) => {
      status = now;
    },
  };
}

/** Paths of lists that are not empty. */
const OBJECTS: Readonly<Record<string, readonly object[]>> = {
  '/api/v1/services': [
    {
      metadata: { namespace: 'harbour', name: 'tide-gauge', uid: 's', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.96.0.7',
        selector: { app: 'tide-gauge' },
        ports: [{ port: 443, targetPort: 8443, protocol: 'TCP' }],
      },
    },
  ],
  '/apis/discovery.k8s.io/v1/endpointslices': [
    {
      metadata: {
        namespace: 'harbour',
        name: 'tide-gauge-1',
        uid: 'e',
        resourceVersion: '1',
        labels: { 'kubernetes.io/service-name': 'tide-gauge' },
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      addressType: 'IPv4',
      ports: [{ port: 8443, protocol: 'TCP' }],
      endpoints: [{ addresses: ['10.244.0.7'], conditions: { ready: true, serving: true, terminating: false } }],
    },
  ],
};

function apiService(): object {
  return {
    metadata: { name: SCRIPTED_API, uid: 'tides', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { group: 'tides.example.com', version: 'v1', service: { namespace: 'harbour', name: 'tide-gauge', port: 443 } },
    status: { conditions: [{ type: 'Available', status: 'True', reason: 'Passed', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
  };
}

export function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'harbour',
    clusters: [{ name: 'harbour', cluster: { server } }],
    contexts: [{ name: 'harbour', context: { cluster: 'harbour', user: 'pilot' } }],
    users: [{ name: 'pilot', user: { token: 'not-a-secret' } }],
  });
}
