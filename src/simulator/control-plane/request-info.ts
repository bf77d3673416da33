export interface ResourceInfo {
  readonly kind: 'resource';
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** What a request path is about: a resource, or anything else. */
export type RequestInfo = ResourceInfo | { readonly kind: 'path'; readonly path: string };

/** `/api/v1/namespaces/n/pods/p/log`, `/apis/g/v/r` … → its parts, as k8s.io/apiserver's RequestInfoFactory reads them. */
export function readRequestInfo(path: string): RequestInfo {
  const parts = path.split('/').filter((part) => part !== '');
  const [root, ...rest] = parts;
  const [group, version, ...below] = root === 'api' ? ['', ...rest] : rest;
  if ((root !== 'api' && root !== 'apis') || group === undefined || version === undefined) return { kind: 'path', path };
  return resourceOf(group, version, below) ?? { kind: 'path', path };
}

function resourceOf(group: string, version: string, rest: string[]): RequestInfo | undefined {
  let namespace: string | undefined;
  let parts = rest;
  // /namespaces/<n> alone is the namespace itself, with more behind it a namespaced resource.
  if (parts[0] === 'namespaces' && parts.length > 2) {
    namespace = parts[1];
    parts = parts.slice(2);
  }
  const [resource, name, subresource] = parts;
  if (resource === undefined) return undefined;
  return {
    kind: 'resource',
    group,
    version,
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** RBAC verb of a request. */
export function verbOf(method: string, info: RequestInfo, watch: boolean): string {
  if (info.kind === 'path') return method.toLowerCase();
  if (method === 'POST') return 'create';
  if (method === 'DELETE') return 'delete';
  if (method === 'PUT') return 'update';
  if (method === 'PATCH') return 'patch';
  if (watch) return 'watch';
  return info.name === undefined ? 'list' : 'get';
}
