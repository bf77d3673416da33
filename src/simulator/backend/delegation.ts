import { Agent, request } from 'node:https';
import { ANONYMOUS, type User } from '../control-plane/identities.ts';
import type { Behaviour } from './behaviour.ts';

/** How an aggregated server reaches the kube-apiserver, as its own ServiceAccount. */
export interface ControlPlaneAccess {
  readonly host: string;
  readonly port: number;
  /** PEM */
  readonly ca: string;
  readonly token: string;
}

export interface ControlPlaneAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Authentication and authorization that an aggregated server delegates to the kube-apiserver. */
export interface Delegation {
  /** Rejects with the network error's words. */
  call(method: 'GET' | 'POST', path: string, body?: object): Promise<ControlPlaneAnswer>;
  /** TokenReview. Undefined: the token is not valid. Rejects when the review itself failed. */
  review(token: string): Promise<User | undefined>;
  /** SubjectAccessReview, remembered for `cacheMs`. Rejects when the review itself failed. */
  allows(user: User, attributes: object): Promise<boolean>;
  /** Requests by result code, for apiserver_delegated_{authn,authz}_request_total. */
  readonly counts: { readonly authn: Map<string, number>; readonly authz: Map<string, number> };
  close(): void;
}

const CACHE_ENTRIES = 256;
const TIMEOUT = 10_000;

export function createDelegation(access: () => ControlPlaneAccess, behaviour: () => Behaviour, cacheMs: number): Delegation {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const counts = { authn: new Map<string, number>(), authz: new Map<string, number>() };
  const decisions = new DecisionCache(cacheMs);

  function call(method: Call['method'], path: string, body?: object): Promise<ControlPlaneAnswer> {
    const server = access();
    const unreachable = behaviour().controlPlaneUnreachable;
    if (unreachable) return Promise.reject(callError(server, { method, path }, unreachable));
    return send(agent, server, { method, path, body });
  }

  async function counted(tally: Map<string, number>, path: string, body: object): Promise<Record<string, unknown>> {
    let code = '<error>';
    try {
      const answer = await call('POST', path, body);
      code = String(answer.status);
      if (answer.status !== 201)
        throw new Error(String(answer.body.message ?? `the server responded with the status code ${answer.status}`));
      return answer.body.status as Record<string, unknown>;
    } finally {
      tally.set(code, (tally.get(code) ?? 0) + 1);
    }
  }

  return {
    call,
    counts,
    async review(token) {
      const status = await counted(counts.authn, '/apis/authentication.k8s.io/v1/tokenreviews', {
        kind: 'TokenReview',
        apiVersion: 'authentication.k8s.io/v1',
        spec: { token },
      });
      if (status.authenticated !== true) return undefined;
      const user = status.user as { username: string; uid: string; groups: string[] };
      return { name: user.username, uid: user.uid, groups: user.groups };
    },
    async allows(user, attributes) {
      const key = JSON.stringify([user.name, user.groups, attributes]);
      const known = decisions.get(key);
      if (known !== undefined) return known;
      const status = await counted(counts.authz, '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        kind: 'SubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        spec: { user: user.name, groups: user.groups, uid: user.uid || undefined, ...attributes },
      });
      const allowed = status.allowed === true;
      decisions.set(key, allowed);
      return allowed;
    },
    close: () => agent.destroy(),
  };
}

/** Answers of delegated authorization, each for a while; the oldest goes where there are too many. */
class DecisionCache {
  readonly #ttlMs: number;
  readonly #entries = new Map<string, { allowed: boolean; until: number }>();

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  get(key: string): boolean | undefined {
    const known = this.#entries.get(key);
    return known && known.until > Date.now() ? known.allowed : undefined;
  }

  set(key: string, allowed: boolean): void {
    this.#entries.delete(key);
    this.#entries.set(key, { allowed, until: Date.now() + this.#ttlMs });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > CACHE_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
  }
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object | undefined;
}

function send(agent: Agent, server: ControlPlaneAccess, call: Call): Promise<ControlPlaneAnswer> {
  const { host, port, ca, token } = server;
  const { method, path, body } = call;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host,
        port,
        path,
        method,
        ca,
        agent,
        servername: 'kubernetes.default.svc',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'User-Agent': 'aggregated-server' },
        timeout: TIMEOUT,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: bodyOf(text) }));
        response.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('context deadline exceeded')));
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const words = error.code === 'ECONNREFUSED' ? `dial tcp ${host}:${port}: connect: connection refused` : error.message;
      reject(callError(server, call, words));
    });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The object, or the text as the message of one. */
function bodyOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { message: text.trim() };
  }
}

/** As Go's url.Error. */
function callError({ host, port }: ControlPlaneAccess, { method, path }: Call, words: string): Error {
  return new Error(`${method === 'GET' ? 'Get' : 'Post'} "https://${host}:${port}${path}": ${words}`);
}

/** Identity that the aggregator vouches for, from its request headers. */
export function userFromHeaders(headers: NodeJS.Dict<string | string[]>): User {
  const name = one(headers['x-remote-user']);
  if (!name) return ANONYMOUS;
  const groups = headers['x-remote-group'];
  return {
    name,
    uid: one(headers['x-remote-uid']) ?? '',
    groups: Array.isArray(groups)
      ? groups
      : (groups ?? '')
          .split(',')
          .map((group) => group.trim())
          .filter((group) => group !== ''),
  };
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
