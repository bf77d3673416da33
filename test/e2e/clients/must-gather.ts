import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import type { Kube, KubeObject } from '../cluster/harness/kube.ts';
import { dropped, MOST_LINES } from './dumps.ts';

/** Of what `oc adm inspect` of a namespace takes: folder below the namespace → path of the list below it. */
const OF_A_NAMESPACE: Readonly<Record<string, string>> = {
  'core/pods': '/api/v1/namespaces/NAMESPACE/pods',
  'core/services': '/api/v1/namespaces/NAMESPACE/services',
  'core/endpoints': '/api/v1/namespaces/NAMESPACE/endpoints',
  'core/events': '/api/v1/namespaces/NAMESPACE/events',
  'apps/deployments': '/apis/apps/v1/namespaces/NAMESPACE/deployments',
};

/**
 * Lays the objects of a real cluster out as `oc adm must-gather` does (openshift/must-gather, oc 4.21 pkg/cli/admin/inspect), of one APIService and the
 * namespace of its backend, without fields that tell nothing and of each log the end.
 */
export async function layOutMustGather(kube: Kube, folder: string, api: string, namespace: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const write = (path: string, text: string) => {
    const file = join(folder, 'quay-io-image', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const writeObject = (path: string, object: unknown) => write(`${path}.yaml`, `---\n${dump(JSON.parse(JSON.stringify(object, dropped)))}`);
  const apiService = await kube.get(`/apis/apiregistration.k8s.io/v1/apiservices/${api}`);
  writeObject(`cluster-scoped-resources/apiregistration.k8s.io/apiservices/${api}`, apiService);
  const below = `namespaces/${namespace}`;
  for (const [name, list] of Object.entries(OF_A_NAMESPACE))
    writeObject(`${below}/${name}`, await kube.get(list.replace('NAMESPACE', namespace)));
  const { items: pods } = await kube.get(`/api/v1/namespaces/${namespace}/pods`);
  for (const pod of pods as readonly KubeObject[]) {
    const { name } = pod.metadata;
    const at = `${below}/pods/${name}`;
    writeObject(`${at}/${name}`, { apiVersion: 'v1', kind: 'Pod', ...pod });
    for (const container of pod.spec.containers)
      for (const previous of [false, true]) {
        const log = `/api/v1/namespaces/${namespace}/pods/${name}/log?container=${container.name}&tailLines=${MOST_LINES}&previous=${previous}`;
        const { status, body } = await kube.raw('GET', log);
        const file = `${at}/${container.name}/${container.name}/logs/${previous ? 'previous' : 'current'}.log`;
        if (status === 200) write(file, body.replaceAll(/\/tmp\/[\w.-]+/g, '/etc/serving'));
      }
  }
}
