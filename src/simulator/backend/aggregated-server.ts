import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createPlainServer, type Server as PlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { KeyPair } from '../certificates.ts';
import { refusal } from '../control-plane/authorization.ts';
import { ANONYMOUS, MASTERS, type User } from '../control-plane/identities.ts';
import { readRequestInfo } from '../control-plane/request-info.ts';
import { send, sendFailure, sendJson, sendText } from '../control-plane/responses.ts';
import { klog, klogStructured, klogUnhandled } from '../node/klog.ts';
import type { BackendRequest, Behaviour } from './behaviour.ts';
import { type ControlPlaneAccess, createDelegation, userFromHeaders } from './delegation.ts';
import { type BackendCounters, createBackendCounters, renderBackendMetrics } from './metrics.ts';

/** What a pod of an aggregated server runs. */
export interface AggregatedServerOptions {
  readonly group: string;
  readonly version: string;
  readonly resource: { readonly plural: string; readonly kind: string; readonly namespaced: boolean };
  /** As shown in its log: the address that it listens on. */
  readonly port: number;
  readonly serving: KeyPair;
  readonly access: () => ControlPlaneAccess;
  readonly behaviour: () => Behaviour;
  readonly log: (...lines: string[]) => void;
  /** False while a firewall swallows what is sent to it: requests on connections that stand are not answered then. */
  readonly reachable: () => boolean;
  /** How long an answer of delegated authorization is remembered. */
  readonly cacheMs: number;
}

/** A running process. */
export interface AggregatedServer {
  /** A TCP connection arrived. */
  accept(socket: Socket): void;
  readonly counters: BackendCounters;
  stop(): void;
}

/** The process ended while it started: exit code and last words. */
export class StartFailure extends Error {
  readonly exitCode: number;
  readonly lines: readonly string[];

  constructor(exitCode: number, lines: readonly string[]) {
    super(lines.at(-1) ?? `exit code ${exitCode}`);
    this.exitCode = exitCode;
    this.lines = lines;
  }
}

const CONFIG_PATH = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';

/** Starts as k8s.io/apiserver does: reads its authentication configuration first, and ends when it may not. Rejects with StartFailure. */
export async function startAggregatedServer(options: AggregatedServerOptions): Promise<AggregatedServer> {
  const { behaviour, log } = options;
  const delegation = createDelegation(options.access, behaviour, options.cacheMs);
  const counters = createBackendCounters();
  const items = sampleItems(options);

  async function authenticationConfig(): Promise<{ ca: string; allowedNames: readonly string[] }> {
    let refused: string;
    try {
      const answer = await delegation.call('GET', CONFIG_PATH);
      if (answer.status === 200) {
        const data = answer.body.data as Record<string, string>;
        return {
          ca: data['requestheader-client-ca-file'] ?? '',
          allowedNames: JSON.parse(data['requestheader-allowed-names'] ?? '[]') as string[],
        };
      }
      refused = String(answer.body.message ?? `status code ${answer.status}`);
    } catch (error) {
      refused = (error as Error).message;
    }
    delegation.close();
    throw new StartFailure(1, [
      klog(
        'W',
        'requestheader_controller.go:204',
        `Unable to get configmap/extension-apiserver-authentication in kube-system.  Usually fixed by 'kubectl create rolebinding -n kube-system ROLEBINDING_NAME --role=extension-apiserver-authentication-reader --serviceaccount=YOUR_NS:YOUR_SA'`,
      ),
      klogStructured('E', 'run.go:72', 'command failed', {
        err: `unable to load configmap based request-header-client-ca-file: ${refused}`,
      }),
    ]);
  }

  const configured = behaviour().requestHeaderCa === null ? undefined : await authenticationConfig();
  const clientCa = () => {
    const override = behaviour().requestHeaderCa;
    return override === null ? undefined : (override ?? configured?.ca);
  };

  async function authenticate(request: IncomingMessage): Promise<User | 'refused'> {
    const socket = request.socket as TLSSocket;
    const certificate = typeof socket.getPeerCertificate === 'function' ? socket.getPeerCertificate() : undefined;
    if (certificate?.subject && clientCa() !== undefined) {
      counters.clientCertificateSeconds.push((Date.parse(certificate.valid_to) - Date.now()) / 1000);
      if (counters.clientCertificateSeconds.length > 100) counters.clientCertificateSeconds.shift();
      const name = String(certificate.subject.CN);
      if (!socket.authorized) {
        log(
          klogStructured('E', 'authentication.go:75', 'Unable to authenticate the request', {
            err: `[verifying certificate SN=${BigInt(`0x${certificate.serialNumber}`)}, SKID=, AKID= failed: x509: certificate signed by unknown authority]`,
          }),
        );
        counters.authentication.failure += 1;
        return 'refused';
      }
      const allowed = configured?.allowedNames ?? [];
      if (allowed.length > 0 && !allowed.includes(name)) {
        log(
          klogStructured('E', 'authentication.go:75', 'Unable to authenticate the request', {
            err: `[x509: subject with cn=${name} is not in the allowed list]`,
          }),
        );
        return 'refused';
      }
      counters.authentication.success += 1;
      return userFromHeaders(request.headers);
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (!token) return ANONYMOUS;
    try {
      const user = await delegation.review(token);
      counters.authentication[user ? 'success' : 'failure'] += 1;
      return user ?? 'refused';
    } catch (error) {
      counters.authentication.error += 1;
      log(klogUnhandled('webhook.go:154', `Failed to make webhook authenticator request: ${(error as Error).message}`));
      return 'refused';
    }
  }

  /** True when the request may go on; otherwise it has been answered. */
  async function authorize(request: IncomingMessage, response: ServerResponse, path: string, user: User): Promise<boolean> {
    if (user.groups.includes(MASTERS) || ALWAYS_ALLOWED.has(path)) return true;
    const info = readRequestInfo(path);
    const verb = info.kind === 'resource' && info.name === undefined ? 'list' : 'get';
    const attributes =
      info.kind === 'path'
        ? { nonResourceAttributes: { path, verb } }
        : {
            resourceAttributes: {
              group: info.group,
              version: info.version,
              resource: info.resource,
              namespace: info.namespace,
              name: info.name,
              verb,
            },
          };
    try {
      if (await delegation.allows(user, attributes)) return true;
      sendFailure(
        response,
        'Forbidden',
        refusal(
          user,
          info.kind === 'path' ? { verb, path } : { verb, group: info.group, resource: info.resource, namespace: info.namespace },
        ),
      );
    } catch (error) {
      const words = (error as Error).message;
      log(
        klog('E', 'webhook.go:266', `Failed to make webhook authorizer request: ${words}`),
        klogStructured('E', 'errors.go:77', 'Internal Server Error', { uri: request.url ?? '', err: words }),
      );
      counters.requests.set('500', (counters.requests.get('500') ?? 0) + 1);
      sendText(response, 500, `Internal Server Error: ${JSON.stringify(request.url)}: ${words}`);
    }
    return false;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!options.reachable()) return; // swallowed: the client runs into its own time-out
    const url = new URL(request.url ?? '/', 'https://backend');
    const path = url.pathname;
    response.on('finish', () => {
      const code = String(response.statusCode);
      counters.requests.set(code, (counters.requests.get(code) ?? 0) + 1);
    });
    const early = behaviour().interceptEarly?.(kindOf(path));
    if (early !== undefined) return answer(response, early, log, request);
    const user = await authenticate(request);
    if (user === 'refused') return sendFailure(response, 'Unauthorized', 'Unauthorized');
    if (!(await authorize(request, response, path, user))) return;
    const intercepted = await behaviour().intercept?.({ kind: kindOf(path), path, user });
    if (intercepted !== undefined) return answer(response, intercepted, log, request);
    respond(response, path, url.searchParams);
  }

  function respond(response: ServerResponse, path: string, query: URLSearchParams): void {
    const { unready, unhealthy } = behaviour();
    if (path === '/livez' || path === '/healthz') {
      sendHealth(response, 'livez', unhealthy);
      return;
    }
    if (path === '/readyz') {
      sendHealth(response, 'readyz', unready ?? unhealthy);
      return;
    }
    if (path === '/metrics') {
      send(response, 200, renderBackendMetrics(counters, delegation.counts), { 'Content-Type': 'text/plain; version=0.0.4' });
      return;
    }
    const versions = behaviour().servedVersions ?? [options.version];
    const { group, resource } = options;
    if (path === '/apis' || path === `/apis/${group}`) {
      sendJson(response, 200, groupDocument(path, group, versions));
      return;
    }
    const [, , , version, ...rest] = path.split('/');
    if (!path.startsWith(`/apis/${group}/`) || !version || !versions.includes(version)) {
      notFound(response);
      return;
    }
    if (rest.length === 0) {
      sendJson(response, 200, {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: `${group}/${version}`,
        resources: [
          {
            name: resource.plural,
            singularName: resource.kind.toLowerCase(),
            namespaced: resource.namespaced,
            kind: resource.kind,
            verbs: ['get', 'list'],
          },
        ],
      });
      return;
    }
    const plural = rest[0] === 'namespaces' ? rest[2] : rest[0];
    if (plural !== resource.plural) {
      notFound(response);
      return;
    }
    const limit = Number(query.get('limit') ?? 0) || items.length;
    sendJson(response, 200, {
      kind: `${resource.kind}List`,
      apiVersion: `${group}/${version}`,
      metadata: { resourceVersion: '1' },
      items: items.slice(0, limit),
    });
  }

  const server = createServerFor(options, clientCa);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: unknown) => {
      sendText(response, 500, `Internal Server Error: ${String(error)}`);
    });
  });
  server.on('tlsClientError', () => {
    counters.tlsHandshakeErrors += 1;
  });
  return {
    accept: (socket) => server.emit('connection', socket),
    counters,
    stop() {
      delegation.close();
      server.removeAllListeners('request');
    },
  };
}

const ALWAYS_ALLOWED = new Set(['/healthz', '/livez', '/readyz', '/metrics']);

function createServerFor(options: AggregatedServerOptions, clientCa: () => string | undefined): Server | PlainServer {
  const behaviour = options.behaviour();
  const settings = { keepAliveTimeout: 120_000, requestTimeout: 0 };
  if (behaviour.plainText) return createPlainServer(settings);
  const { cert, key } = behaviour.serving ?? options.serving;
  const ca = clientCa();
  // Asking for a client certificate without refusing others: kubelet probes and direct clients have none.
  return createServer({ ...settings, cert, key, requestCert: ca !== undefined, rejectUnauthorized: false, ...(ca ? { ca } : {}) });
}

function kindOf(path: string): BackendRequest['kind'] {
  if (ALWAYS_ALLOWED.has(path)) return path === '/metrics' ? 'metrics' : 'health';
  const depth = path.split('/').length - 1;
  if (path.startsWith('/apis')) return depth <= 3 ? 'discovery' : 'list';
  return 'other';
}

function answer(
  response: ServerResponse,
  interception: NonNullable<Awaited<ReturnType<NonNullable<Behaviour['intercept']>>>>,
  log: (...lines: string[]) => void,
  request: IncomingMessage,
): void {
  if (interception === 'hang') return;
  if (interception === 'abort') {
    response.socket?.destroy();
    return;
  }
  if (interception === 'break') {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '4096' });
    response.write('{"kind":"List","items":[', () => response.socket?.destroy());
    return;
  }
  if (interception.status >= 500)
    log(
      klogStructured('I', 'httplog.go:134', 'HTTP', {
        verb: request.method ?? 'GET',
        URI: request.url ?? '',
        latency: '1.2ms',
        userAgent: String(request.headers['user-agent'] ?? ''),
        'audit-ID': String(request.headers['audit-id'] ?? ''),
        srcIP: `${request.socket.remoteAddress}:${request.socket.remotePort}`,
        resp: interception.status,
      }),
    );
  const json = interception.body.startsWith('{');
  send(response, interception.status, interception.body, {
    'Content-Type': json ? 'application/json' : 'text/plain; charset=utf-8',
    ...interception.headers,
  });
}

function sendHealth(response: ServerResponse, endpoint: string, failing: { check: string; message: string } | undefined): void {
  if (!failing) {
    send(response, 200, 'ok', { 'Content-Type': 'text/plain; charset=utf-8' });
    return;
  }
  sendText(response, 500, `[+]ping ok\n[+]log ok\n[-]${failing.check} failed: reason withheld\n${endpoint} check failed`);
}

function notFound(response: ServerResponse): void {
  sendText(response, 404, '404 page not found');
}

function groupDocument(path: string, group: string, versions: readonly string[]) {
  const entry = {
    name: group,
    versions: versions.map((version) => ({ groupVersion: `${group}/${version}`, version })),
    preferredVersion: { groupVersion: `${group}/${versions[0]}`, version: versions[0] },
  };
  return path === '/apis' ? { kind: 'APIGroupList', apiVersion: 'v1', groups: [entry] } : { kind: 'APIGroup', apiVersion: 'v1', ...entry };
}

function sampleItems(options: AggregatedServerOptions) {
  return ['north', 'east', 'south'].map((name, index) => ({
    apiVersion: `${options.group}/${options.version}`,
    kind: options.resource.kind,
    metadata: { name, ...(options.resource.namespaced ? { namespace: 'default' } : {}), creationTimestamp: '2026-01-05T09:00:00Z' },
    value: 40 + index,
  }));
}
