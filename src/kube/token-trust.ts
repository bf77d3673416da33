import { checkServerIdentity } from 'node:tls';
import { isIp } from '../net/addresses.ts';
import type { ServerTls } from '../net/secure-socket.ts';
import type { HeaderValues, KubeClient, KubeCredentials } from './api.ts';

/** To whom the exporter's own credentials may be shown. Everybody else never gets them. */
export type Recipient =
  /** The server that the kubeconfig or the pod's environment names. */
  | { readonly kind: 'own-server' }
  /** An address out of the EndpointSlice of `default/kubernetes`, which others than the control plane may have written. */
  | { readonly kind: 'apiserver-instance' }
  /** A node's kubelet. `sendToken` = the configuration allows the token too, not only a client certificate. */
  | { readonly kind: 'kubelet'; readonly address: string; readonly sendToken: boolean };

/** How to connect so that nothing secret leaves before the other end has proved who it is. */
export type TrustedTls = ServerTls & Required<Pick<ServerTls, 'checkServerIdentity'>>;

export interface TrustedWay {
  readonly tls: TrustedTls;
  /** Authorization, where it may be sent. */
  readonly headers: HeaderValues;
}

/** To the own server only: plain HTTP, as `kubectl proxy` speaks it, has no TLS. */
type OwnWay = Pick<TrustedWay, 'headers'> & Partial<TrustedWay>;
/** Why they don't go there, in words. */
interface Refusal {
  readonly refused: string;
}
type Other = Exclude<Recipient, { kind: 'own-server' }>;

/**
 * The certificate of every kube-apiserver holds this name, and no other certificate of the cluster's CA does. A kubelet's holds
 * the address of its node, so an address proves nothing.
 */
const APISERVER_NAME = 'kubernetes.default.svc';

/**
 * The one place that decides to whom the exporter's credentials go, and on which condition. Rejects when they can't be read.
 * @param anew read them again: they were refused.
 */
export function trustedWay(client: KubeClient, recipient: Other): Promise<TrustedWay | Refusal>;
export function trustedWay(client: KubeClient, recipient: Recipient, options: { readonly anew: boolean }): Promise<OwnWay | Refusal>;
export async function trustedWay(client: KubeClient, recipient: Recipient, { anew = false } = {}): Promise<OwnWay | Refusal> {
  const credentials = await client.credentials(anew ? { anew } : {});
  return recipient.kind === 'own-server' ? ownServer(client.server, credentials) : beyond(client.server, credentials, recipient);
}

function beyond(server: URL, credentials: KubeCredentials, recipient: Other): TrustedWay | Refusal {
  // Whoever skips verification has decided that for one server, not for every address that the cluster names.
  if (server.protocol !== 'https:') return { refused: 'the connection to the kube-apiserver is plain HTTP' };
  if (!credentials.rejectUnauthorized) return { refused: 'the kube client does not verify certificates' };
  // Without the cluster's CA the system's would be asked, and a company's proxy has certificates of those for any name.
  if (credentials.ca === undefined) return { refused: "the cluster's CA is not known" };
  if (recipient.kind === 'kubelet') return kubelet(credentials, recipient);
  return { headers: credentials.headers, tls: { ...verified(credentials, APISERVER_NAME), servername: APISERVER_NAME } };
}

function ownServer(server: URL, credentials: KubeCredentials): OwnWay {
  if (server.protocol !== 'https:') return { headers: credentials.headers };
  const host = server.hostname.replace(/^\[|\]$/g, '');
  const name = credentials.servername ?? host;
  return {
    headers: credentials.headers,
    tls: {
      ...verified(credentials, name),
      rejectUnauthorized: credentials.rejectUnauthorized,
      ...(!isIp(name) && { servername: name }),
    },
  };
}

function kubelet(credentials: KubeCredentials, { address, sendToken }: Other & { kind: 'kubelet' }): TrustedWay | Refusal {
  const secret = Object.keys(credentials.headers).length > 0;
  if (!secret && credentials.cert === undefined) return { refused: 'there are no credentials for a kubelet' };
  if (secret && credentials.cert === undefined && !sendToken)
    return { refused: 'a kubelet asks for a ServiceAccount token, and ours is sent to the kube-apiserver only' };
  return { headers: sendToken ? credentials.headers : {}, tls: verified(credentials, address) };
}

function verified({ ca, cert, key }: KubeCredentials, name: string): TrustedTls {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  };
}
