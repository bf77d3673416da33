import type { Kube } from '../../cluster/harness/kube.ts';

/** What comes and goes by itself. */
const RESTLESS = new Set(['events', 'leases', 'podmetrics', 'nodemetrics', 'pods.metrics.k8s.io', 'nodes.metrics.k8s.io']);

/** Every object of the cluster that can be listed, as `resource namespace/name`. */
export async function everyObject(kube: Kube): Promise<ReadonlySet<string>> {
  const { groups } = await kube.get('/apis');
  const paths = ['/api/v1', ...groups.map(({ preferredVersion }: any) => `/apis/${preferredVersion.groupVersion}`)];
  const found = await Promise.all(paths.map((path) => objectsBelow(kube, path)));
  return new Set(found.flat());
}

async function objectsBelow(kube: Kube, path: string): Promise<string[]> {
  const answer = await kube.raw('GET', path);
  if (answer.status !== 200) return [];
  const resources = JSON.parse(answer.body).resources.filter(
    ({ name, verbs }: any) => verbs.includes('list') && !name.includes('/') && !RESTLESS.has(name) && !path.includes('metrics.k8s.io'),
  );
  const lists = await Promise.all(
    resources.map(async ({ name }: any) => {
      const list = await kube.raw('GET', `${path}/${name}`);
      if (list.status !== 200) return [];
      return JSON.parse(list.body).items.map(({ metadata }: any) => `${name} ${metadata.namespace ?? ''}/${metadata.name}`);
    }),
  );
  return lists.flat();
}
