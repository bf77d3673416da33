import type { KubeClient } from '../kube/api.ts';
import { KubeStatusError, statusErrorOf } from '../kube/errors.ts';

/** An object as the kube-apiserver has it: what we do not read is given back as it came. */
export interface StoredObject {
  readonly metadata: { readonly resourceVersion?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface RequestLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** One object of a namespace that several processes write: what was changed by another since it was read is refused with 409. */
export interface OneObject {
  /** e.g. `monitoring/aggregated-api-exporter` */
  readonly name: string;
  /** What it takes to keep it, as people are told. */
  readonly rule: string;
  /** Undefined when there is none. @throws KubeStatusError, KubeRequestError */
  get(limits: RequestLimits): Promise<StoredObject | undefined>;
  /** @throws KubeStatusError (409: somebody else made it), KubeRequestError */
  create(object: object, limits: RequestLimits): Promise<StoredObject>;
  /** Of what `get`, `create` or `update` returned. @throws KubeStatusError (409: it is another one by now), KubeRequestError */
  update(object: StoredObject, limits: RequestLimits): Promise<StoredObject>;
}

export interface ObjectPlace {
  /** e.g. `coordination.k8s.io`; empty = the core group. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** etcd takes no object of more than 1.5 MiB. */
const LARGEST = 2 * 2 ** 20;

export function createOneObject(client: () => Pick<KubeClient, 'request'>, place: ObjectPlace): OneObject {
  const { group, version, resource, kind, namespace, name } = place;
  const collection = `${group === '' ? '/api' : `/apis/${group}`}/${version}/namespaces/${namespace}/${resource}`;
  const own = `${collection}/${name}`;
  const head = { apiVersion: group === '' ? version : `${group}/${version}`, kind };

  const send = async (method: 'GET' | 'POST' | 'PUT', body: object | undefined, { signal, timeoutMs }: RequestLimits) => {
    const path = method === 'POST' ? collection : own;
    const text = body && JSON.stringify(body);
    const answer = await client().request(path, {
      method,
      signal,
      timeoutMs,
      maxBytes: LARGEST,
      ...(text !== undefined && { body: text }),
    });
    const said = answer.body.toString('utf8');
    if (answer.status >= 300) throw statusErrorOf(path, { method, status: answer.status, headers: answer.headers, body: said }, Date.now());
    return objectIn(said, path, answer.status);
  };

  return {
    name: `${namespace}/${name}`,
    rule: `${group === '' ? '' : `${group}/`}${resource}: get, create, update (${namespace}/${name})`,
    async get(limits) {
      try {
        return await send('GET', undefined, limits);
      } catch (error) {
        if (error instanceof KubeStatusError && error.kind === 'not-found') return undefined;
        throw error;
      }
    },
    create: (object, limits) => send('POST', { ...head, ...object, metadata: { name, namespace } }, limits),
    update: (object, limits) => send('PUT', { ...object, ...head }, limits),
  };
}

/** @throws KubeStatusError when the answer is no object: a proxy may have answered. */
function objectIn(text: string, path: string, status: number): StoredObject {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    object = undefined;
  }
  if (isObject(object) && isObject(object['metadata'])) return object as unknown as StoredObject;
  throw new KubeStatusError(path, status, { message: 'the answer is no object of Kubernetes' });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Another process wrote it first. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubeStatusError && error.status === 409;
}
