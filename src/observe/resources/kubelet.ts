import { request } from 'node:http';
import { connect, type TLSSocket } from 'node:tls';
import type { KubeClient } from '../../kube/api.ts';
import { type TrustedTls, type TrustedWay, trustedWay } from '../../kube/token-trust.ts';
import { streamBody } from '../../net/stream-body.ts';
import { readKubeletMetrics, type UsageByContainer } from './kubelet-metrics.ts';

export const KUBELET_RULE = 'nodes/metrics: get';

/** Why a kubelet cannot be read, in words; with `forbidden` a rule would open it, with `unauthorised` it does not know us. */
export class KubeletError extends Error {
  override readonly name = 'KubeletError';
  readonly refusal: 'forbidden' | 'unauthorised' | undefined;
  constructor(message: string, refusal?: 'forbidden' | 'unauthorised') {
    super(message);
    this.refusal = refusal;
  }
}

export interface KubeletOptions {
  readonly port: number;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Whether a ServiceAccount token may go to a kubelet whose certificate the cluster's CA signed. A client certificate always may. */
  readonly sendToken: boolean;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/**
 * CPU and memory of the containers that are wanted, from the kubelet of one node directly: /metrics/cadvisor, else
 * /metrics/resource. Never through nodes/proxy: get on that also runs commands. Rejects with KubeletError.
 */
export async function readKubelet(
  client: KubeClient,
  address: string,
  wanted: ReadonlySet<string>,
  options: KubeletOptions,
): Promise<UsageByContainer> {
  const way = await trustedWay(client, { kind: 'kubelet', address, sendToken: options.sendToken });
  if ('refused' in way) throw new KubeletError(`kubelet ${address} is not asked: ${way.refused}`);
  for (const path of ['/metrics/cadvisor', '/metrics/resource']) {
    const usage = await readPath(address, path, way, wanted, options);
    if (usage) return usage;
  }
  throw new KubeletError(`kubelet ${address} has neither /metrics/cadvisor nor /metrics/resource`);
}

async function readPath(
  address: string,
  path: string,
  { headers, tls }: TrustedWay,
  wanted: ReadonlySet<string>,
  options: KubeletOptions,
): Promise<UsageByContainer | undefined> {
  const socket = await verifiedSocket(address, tls, options);
  try {
    return await readVerified(socket, address, path, headers, wanted, options);
  } finally {
    socket.destroy();
  }
}

/** A connection whose other end the cluster's CA vouches for. Nothing of ours has been written to it yet. */
function verifiedSocket(address: string, tls: TrustedTls, { port, timeoutMs, signal }: KubeletOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new KubeletError('was given up'));
    const socket = connect({
      host: address,
      port,
      ...tls,
    });
    const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
    const onAbort = () => socket.destroy(new Error('was given up'));
    signal.addEventListener('abort', onAbort, { once: true });
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    socket.on('secureConnect', () => {
      done();
      if (socket.authorized) return resolve(socket);
      socket.destroy();
      reject(untrusted(address, String(socket.authorizationError)));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      done();
      reject(isTrustError(error) ? untrusted(address, error.message) : new KubeletError(`kubelet ${address}: ${error.message}`));
    });
  });
}

function untrusted(address: string, why: string): KubeletError {
  return new KubeletError(
    `kubelet ${address} has a serving certificate that the cluster's CA does not vouch for (${why}); nothing was sent to it. serverTLSBootstrap: true gives it one`,
  );
}

function isTrustError({ code }: NodeJS.ErrnoException): boolean {
  return code !== undefined && /CERT|VERIFY|SELF_SIGNED|ISSUER|ALTNAME|CRL/.test(code);
}

function readVerified(
  socket: TLSSocket,
  address: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  wanted: ReadonlySet<string>,
  { timeoutMs, maxBytes, signal, now }: KubeletOptions,
): Promise<UsageByContainer | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({
      createConnection: () => socket,
      host: address,
      path,
      headers: {
        ...headers,
        accept: 'text/plain;version=0.0.4',
        'accept-encoding': 'gzip',
        'user-agent': 'aggregated-api-exporter',
        connection: 'close',
      },
      signal,
    });
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error instanceof KubeletError ? error : new KubeletError(`kubelet ${address}${path}: ${error.message}`));
    };
    sent.on('error', fail);
    sent.on('response', (response) => {
      clearTimeout(timer);
      const status = response.statusCode ?? 0;
      if (status !== 200) response.resume();
      if (status === 404) return resolve(undefined);
      if (status === 401) return fail(new KubeletError(`kubelet ${address}${path}: 401`, 'unauthorised'));
      if (status === 403) return fail(new KubeletError(`kubelet ${address}${path}: 403`, 'forbidden'));
      if (status !== 200) return fail(new KubeletError(`kubelet ${address}${path}: ${status}`));
      const { scanner, usage } = readKubeletMetrics(wanted, now());
      streamBody(response, scanner.write, { maxBytes, timeoutMs, signal }).then(() => {
        scanner.end();
        resolve(usage);
      }, fail);
    });
    sent.end();
  });
}
