import type { Store } from '../store.ts';
import { LOCAL_GROUP_VERSIONS, RESOURCES, type Resource } from './resources.ts';

/** Bodies of /api, /apis, /apis/<group> and /apis/<group>/<version> for what the kube-apiserver serves itself. */
export function discoveryDocument(store: Store, path: string): object | undefined {
  if (path === '/api')
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }] };
  if (path === '/api/v1') return resourceList('', 'v1');
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups(store) };
  const [, prefix, group, version, ...rest] = path.split('/');
  if (prefix !== 'apis' || !group || rest.length > 0) return undefined;
  if (!version) {
    const found = groups(store).find(({ name }) => name === group);
    return found && { kind: 'APIGroup', apiVersion: 'v1', ...found };
  }
  return LOCAL_GROUP_VERSIONS.includes(`${group}/${version}`) || isDefined(store, group, version)
    ? resourceList(group, version)
    : undefined;
}

/** A group of custom resources. */
function isDefined(store: Store, group: string, version: string): boolean {
  return RESOURCES.some(
    (resource) =>
      resource.custom && resource.group === group && resource.version === version && [...store[resource.collection].values()].length > 0,
  );
}

/** From the APIServices, whether they work or not: a dead group stays listed. */
function groups(store: Store) {
  const versions = new Map<string, string[]>();
  for (const { spec } of store.apiservices.values())
    if (spec.group !== '') versions.set(spec.group, [...(versions.get(spec.group) ?? []), spec.version]);
  return [...versions].map(([name, served]) => {
    const entries = served.map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions: entries, preferredVersion: entries[0] };
  });
}

function resourceList(group: string, version: string) {
  const served = RESOURCES.filter((resource) => resource.group === group && resource.version === version);
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: served.flatMap(entries),
  };
}

function entries(resource: Resource) {
  const { plural, kind, namespaced } = resource;
  return [
    {
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs: ['get', 'list', 'watch'],
      ...(resource.shortNames ? { shortNames: resource.shortNames } : {}),
    },
    ...(resource.subresources ?? []).map((subresource) => ({
      name: `${plural}/${subresource}`,
      singularName: '',
      namespaced,
      kind,
      verbs: ['get'],
    })),
  ];
}
