import type { IncomingMessage } from 'node:http';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { ANONYMOUS, type User } from '../control-plane/identities.ts';
import { klog, klogStructured, klogUnhandled } from '../node/klog.ts';
import type { Behaviour } from './behaviour.ts';
import { type Delegation, userFromHeaders } from './delegation.ts';
import type { BackendCounters } from './metrics.ts';
import { StartFailure } from './start-failure.ts';

/** Whom the aggregated server believes what the request headers say. */
export interface RequestHeaderConfig {
  /** PEM */
  readonly ca: string;
  /** Common names; empty = any that the CA has signed. */
  readonly allowedNames: readonly string[];
}

export interface AuthenticationContext {
  readonly behaviour: () => Behaviour;
  readonly delegation: Delegation;
  readonly counters: BackendCounters;
  readonly log: (...lines: string[]) => void;
  /** Undefined: none was asked for. */
  readonly configured: RequestHeaderConfig | undefined;
}

const CONFIG_PATH = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
/** Client certificates whose lifetime the metrics remember. */
const REMEMBERED_CERTIFICATES = 100;

/** @throws StartFailure when the kube-apiserver does not give it. */
export async function readRequestHeaderConfig(delegation: Delegation): Promise<RequestHeaderConfig> {
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

/** Who asks: by the front proxy's certificate and its headers, by a bearer token, or nobody. */
export class Authenticator {
  readonly #context: AuthenticationContext;

  constructor(context: AuthenticationContext) {
    this.#context = context;
  }

  /** CA of the front proxy; undefined = client certificates mean nothing. */
  get clientCa(): string | undefined {
    const { behaviour, configured } = this.#context;
    const override = behaviour().requestHeaderCa;
    return override === null ? undefined : (override ?? configured?.ca);
  }

  async authenticate(request: IncomingMessage): Promise<User | 'refused'> {
    const socket = request.socket as TLSSocket;
    const certificate = typeof socket.getPeerCertificate === 'function' ? socket.getPeerCertificate() : undefined;
    if (certificate?.subject && this.clientCa !== undefined) return this.#byFrontProxy(request, certificate, socket.authorized);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    return token ? this.#byToken(token) : ANONYMOUS;
  }

  #byFrontProxy(request: IncomingMessage, certificate: PeerCertificate, signedByCa: boolean): User | 'refused' {
    const { counters, configured } = this.#context;
    counters.clientCertificateSeconds.push((Date.parse(certificate.valid_to) - Date.now()) / 1000);
    if (counters.clientCertificateSeconds.length > REMEMBERED_CERTIFICATES) counters.clientCertificateSeconds.shift();
    if (!signedByCa) {
      this.#logRefusal(
        `[verifying certificate SN=${BigInt(`0x${certificate.serialNumber}`)}, SKID=, AKID= failed: x509: certificate signed by unknown authority]`,
      );
      counters.authentication.failure += 1;
      return 'refused';
    }
    const name = String(certificate.subject.CN);
    const allowed = configured?.allowedNames ?? [];
    if (allowed.length > 0 && !allowed.includes(name)) {
      this.#logRefusal(`[x509: subject with cn=${name} is not in the allowed list]`);
      return 'refused';
    }
    counters.authentication.success += 1;
    return userFromHeaders(request.headers);
  }

  #logRefusal(err: string): void {
    this.#context.log(klogStructured('E', 'authentication.go:75', 'Unable to authenticate the request', { err }));
  }

  async #byToken(token: string): Promise<User | 'refused'> {
    const { delegation, counters, log } = this.#context;
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
}
