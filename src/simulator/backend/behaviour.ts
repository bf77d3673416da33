import type { KeyPair } from '../certificates.ts';
import type { User } from '../control-plane/identities.ts';

/** One request at an aggregated server, after authentication and authorization. */
export interface BackendRequest {
  readonly kind: 'discovery' | 'list' | 'health' | 'metrics' | 'other';
  readonly path: string;
  readonly user: User;
}

/** `hang` = never answered; `abort` = the connection breaks before a header; `break` = it breaks in the middle of the body. */
export type Interception =
  | { readonly status: number; readonly body: string; readonly headers?: Record<string, string> }
  | 'hang'
  | 'abort'
  | 'break';

/** How the process of an aggregated server deviates from a well-behaved one. Empty = well-behaved. */
export interface Behaviour {
  /** Asked for each request; may take its time. Undefined leaves the request to the server. */
  intercept?: (request: BackendRequest) => Interception | undefined | Promise<Interception | undefined>;
  /** As intercept, but before anybody is authenticated: it meets direct clients too. */
  interceptEarly?: (kind: BackendRequest['kind']) => Interception | undefined;
  /** Versions of the group that the server serves instead of the APIService's. */
  servedVersions?: readonly string[];
  /** Checks that fail, with the words of the check. */
  unready?: { readonly check: string; readonly message: string };
  unhealthy?: { readonly check: string; readonly message: string };
  /** Serving certificate instead of its own. */
  serving?: KeyPair;
  /** CA that it trusts for front-proxy certificates instead of the ConfigMap's; null = none, so that clients are anonymous. */
  requestHeaderCa?: string | null;
  /** Speaks plain HTTP on its TLS port. */
  plainText?: boolean;
  /** Words of the network error when it calls the kube-apiserver, e.g. `dial tcp 10.96.0.1:443: i/o timeout`. */
  controlPlaneUnreachable?: string;
}
