import type { KubeClient } from '../../kube/api.ts';
import { type TrustedWay, trustedWay } from '../../kube/token-trust.ts';
import { get } from '../../net/get.ts';
import { UntrustedError } from '../../net/secure-socket.ts';
import { streamBody } from '../../net/stream-body.ts';
import { type Right, ruleOf } from '../../source/right.ts';
import { type NodeUsage, readKubeletMetrics } from './kubelet-metrics.ts';

export const READ_KUBELET: Right = { group: '', resources: ['nodes/metrics'], verbs: ['get'] };
export const KUBELET_RULE = ruleOf(READ_KUBELET);

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
 * CPU and memory of the containers that are wanted, and the CPU of all others, from the kubelet of one node directly: /metrics/cadvisor, else
 * /metrics/resource. Never through nodes/proxy: get on that also runs commands. Rejects with KubeletError.
 */
export async function readKubelet(
  client: KubeClient,
  address: string,
  wanted: ReadonlySet<string>,
  options: KubeletOptions,
): Promise<NodeUsage> {
  const way = await trustedWay(client, { kind: 'kubelet', address, sendToken: options.sendToken });
  if ('refused' in way) throw new KubeletError(`kubelet ${address} is not asked: ${way.refused}`);
  for (const path of ['/metrics/cadvisor', '/metrics/resource']) {
    const usage = await readPath({ address, way }, path, wanted, options);
    if (usage) return usage;
  }
  throw new KubeletError(`kubelet ${address} has neither /metrics/cadvisor nor /metrics/resource`);
}

async function readPath(
  { address, way: { headers, tls } }: { readonly address: string; readonly way: TrustedWay },
  path: string,
  wanted: ReadonlySet<string>,
  options: KubeletOptions,
): Promise<NodeUsage | undefined> {
  const { port, timeoutMs, maxBytes, signal, now } = options;
  const accept = { accept: 'text/plain;version=0.0.4', 'accept-encoding': 'gzip' };
  try {
    const response = await get({ host: address, port, tls, path, headers: { ...accept, ...headers }, timeoutMs, signal });
    const { statusCode: status } = response;
    if (status === 200) {
      const { scanner, ...read } = readKubeletMetrics(wanted, now());
      await streamBody(response, scanner.write, { maxBytes, timeoutMs, signal });
      scanner.end();
      return read;
    }
    response.destroy();
    if (status === 404) return undefined;
    throw new KubeletError(`kubelet ${address}${path}: ${status}`, REFUSALS[status ?? 0]);
  } catch (error) {
    if (error instanceof KubeletError) throw error;
    const { message } = error as Error;
    if (error instanceof UntrustedError) throw untrusted(address, message);
    throw new KubeletError(`kubelet ${address}${path}: ${message}`);
  }
}

const REFUSALS: Readonly<Record<number, KubeletError['refusal']>> = { 401: 'unauthorised', 403: 'forbidden' };

function untrusted(address: string, why: string): KubeletError {
  return new KubeletError(
    `kubelet ${address} has a serving certificate that the cluster's CA does not vouch for (${why}); nothing was sent to it. serverTLSBootstrap: true gives it one`,
  );
}
