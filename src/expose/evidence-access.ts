import type { ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { bearerOf } from '../net/bearer.ts';

/** Who may read the views that quote log lines and messages. */
export const EVIDENCE_MODES = ['open', 'authenticated', 'off'] as const;
export type EvidenceMode = (typeof EVIDENCE_MODES)[number];

/** What quotes no evidence: /metrics has no message in it, runbooks none of the cluster's words, and health says nothing. */
const WITHOUT_EVIDENCE = /^\/(?:metrics|-\/healthy|-\/ready|runbooks\/[^/]*)$/;

/**
 * Whether a path is open where evidence is guarded. Everything else is guarded, what does not exist too: a view that is added later, or a
 * spelling that only the router takes for one of these (/Metrics, /metrics/), is never open by mistake.
 */
export const isOpen = (path: string): boolean => WITHOUT_EVIDENCE.test(path);

/**
 * The nonResourceURL whose `get` opens all of them. Not their own paths: the ClusterRole system:discovery lets every authenticated
 * user get /api/* (Kubernetes 1.36, bootstrappolicy/policy.go).
 */
export const EVIDENCE_RIGHT = '/aggregated-api-exporter/evidence';

export type Access = 'allowed' | 'unauthenticated' | 'forbidden' | 'unavailable';

/** Asks the kube-apiserver whom a bearer token belongs to, and whether that one may get the URL. Never rejects. */
export type ReviewAccess = (token: string, nonResourceUrl: string) => Promise<Access>;

export interface EvidenceGuardOptions {
  readonly review: ReviewAccess | undefined;
  /** Basic authentication of the web configuration; `users` false = it has none, and lets everybody through. */
  readonly basic: { readonly users: () => boolean; readonly authenticate: RequestHandler } | undefined;
}

/**
 * Lets through whoever basic authentication lets through, or the kube-apiserver. Without either nobody is: what is to be guarded
 * is not open because nobody can guard it.
 */
export function createEvidenceGuard({ review, basic }: EvidenceGuardOptions): RequestHandler {
  return (request, response, next) => {
    if (isOpen(request.path)) return next();
    const token = bearerOf(request.headers.authorization);
    if (token === undefined || !review) {
      if (basic?.users()) return basic.authenticate(request, response, next);
      return refuse(response, 'unauthenticated', review !== undefined);
    }
    void review(token, EVIDENCE_RIGHT).then((access) => (access === 'allowed' ? next() : refuse(response, access, true)));
  };
}

const REFUSALS: Readonly<Record<Exclude<Access, 'allowed'>, readonly [status: number, says: string]>> = {
  unauthenticated: [401, 'log lines are shown to users of this cluster only: send a bearer token of yours'],
  forbidden: [403, `this user lacks the right to get ${EVIDENCE_RIGHT}: bind the ClusterRole aggregated-api-exporter-evidence-reader`],
  unavailable: [503, 'the kube-apiserver does not say whom the token belongs to'],
};

function refuse(response: ServerResponse, access: Exclude<Access, 'allowed'>, takesTokens: boolean): void {
  const [status, says] = REFUSALS[access];
  const challenge = takesTokens ? 'Bearer realm="aggregated-api-exporter"' : 'Basic realm="aggregated-api-exporter", charset="UTF-8"';
  response.writeHead(status, { 'Content-Type': 'text/plain', ...(status === 401 && { 'WWW-Authenticate': challenge }) }).end(`${says}\n`);
}
