import type { Right } from '../source/right.ts';

/**
 * What listing and watching a collection takes.
 * @param path as the API server has it, e.g. `/apis/apps/v1/deployments` or `/api/v1/namespaces/harbour/configmaps`.
 * @throws RangeError for a path of another form: it stands in our own source.
 */
export function rightToWatch(path: string): Right {
  const [, group = '', namespace, resource] = PATH.exec(path) ?? [];
  if (resource === undefined) throw new RangeError(`${path} is no collection: /api/v1/… or /apis/<group>/<version>/… is allowed`);
  return { group, resources: [resource], verbs: ['list', 'watch'], ...(namespace !== undefined && { namespace }) };
}

const PATH = /^(?:\/api|\/apis\/([a-z0-9.-]+))\/v[a-z0-9]+(?:\/namespaces\/([a-z0-9-]+))?\/([a-z]+)$/;
