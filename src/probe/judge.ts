import type { CertificateFacts, DirectVantage, FailureReason, ProbeResult } from '../domain/probe.ts';
import type { Attempt } from '../net/attempt.ts';
import { type AttemptProblem, isOurs, reasonOf, wantsClientCertificate } from '../net/network-errors.ts';
import { cleanDetail, type Finding, findingOf, isOfBackend, reasonOfStatus } from './aggregator-texts.ts';
import { listProblem, readDiscovery } from './discovery-body.ts';
import { type Trust, verdict } from './serving-certificate.ts';

/** The part of a ProbeResult that follows from what the attempt saw. */
export interface Judgement {
  readonly ok: boolean;
  readonly reason?: FailureReason;
  readonly hop?: NonNullable<ProbeResult['hop']>;
  readonly status?: number;
  readonly detail?: string;
  readonly certificate?: CertificateFacts;
  /** Plural names of resources that can be listed; only after a good discovery. */
  readonly listable?: readonly string[];
  /** The kube-apiserver passed a list of ours on, and the backend refused it by rules of its own: of this resource at least. */
  readonly refusedBehind?: true;
}

type Fail = (reason: FailureReason, detail: string, hop?: Judgement['hop']) => Judgement;

/** @param seen is told beside each failure. */
const failing =
  (seen: Pick<Judgement, 'status' | 'certificate'>): Fail =>
  (reason, detail, hop) => ({ ok: false, reason, detail: cleanDetail(detail), ...(hop && { hop }), ...seen });

/** We may not ask that, or the API does not offer it: it proves neither health nor fault. */
export const NOT_MEASURABLE = 'not measurable';

export interface DirectContext {
  readonly vantage: DirectVantage;
  readonly groupVersion: string;
  readonly trust: Trust;
  readonly certificate?: CertificateFacts;
  /** Unix seconds. */
  readonly now: number;
}

/**
 * A direct probe carries no credentials, so 401 and 403 say: reachable. A chain that the aggregator would refuse fails the
 * probe with the certificate's reason, and the HTTP status is told beside it.
 */
export function judgeDirect(attempt: Attempt, { vantage, groupVersion, trust, certificate, now }: DirectContext): Judgement {
  const seen = { ...statusOf(attempt), ...(certificate && { certificate }) };
  const fail = failing(seen);

  const bad = certificate && verdict(certificate, trust, attempt.peer?.chainError, now);
  if (bad) return fail(bad.reason, bad.detail, 'backend');
  const { problem } = attempt;
  if (problem) {
    if (wantsClientCertificate(problem)) return { ok: true, detail: 'asks for a client certificate: reachable', ...seen };
    return fail(reasonOf(problem), problem.message, hopOfDirect(problem, vantage));
  }
  const status = statusIn(attempt);
  if (status === 401 || status === 403) return { ok: true, ...seen };
  const reason = reasonOfStatus(status);
  if (reason) return fail(reason, wordsIn(attempt), 'backend');
  const discovery = readDiscovery(attempt.body, groupVersion, !attempt.capped);
  return discovery.valid ? { ok: true, ...seen } : fail('invalid_response', discovery.problem, 'backend');
}

function hopOfDirect(problem: AttemptProblem, vantage: DirectContext['vantage']): Judgement['hop'] {
  if (isOurs(problem)) return 'us';
  if (problem.phase !== 'connect') return 'backend';
  return vantage === 'endpoint' && problem.code === 'ECONNREFUSED' ? 'backend' : 'backend-path';
}

export interface AggregatorContext {
  readonly request: ProbeResult['request'];
  readonly groupVersion: string;
  /** Addresses that the aggregator would use; undefined = not known. */
  readonly readyEndpoints: number | undefined;
  /** The newest control probe of the same kube-apiserver; undefined before the first. */
  readonly control: { readonly ok: boolean; readonly status?: number } | undefined;
}

/** A probe through the kube-apiserver, with the exporter's own token. */
export function judgeAggregator(attempt: Attempt, context: AggregatorContext): Judgement | typeof NOT_MEASURABLE {
  const fail = failing(statusOf(attempt));

  const { problem } = attempt;
  if (problem) return fail(reasonOfApiserverProblem(problem), problem.message, hopOfAggregator(problem, context));
  const status = statusIn(attempt);
  const body = wordsIn(attempt);
  const finding = findingOf({ status, headers: attempt.head?.headers ?? new Map(), body });
  if (!finding) return judgeBody(attempt, context, fail);
  if (context.request === 'list') {
    if (isRefusal(status, finding)) return NOT_MEASURABLE;
    if (status === 403 && !isOfBackend(body)) return { ...fail('forbidden', body, 'backend'), refusedBehind: true };
  }
  if (status === 401) return fail('unauthorized', body, context.control?.status === 401 ? 'us' : 'backend');
  return judgeFinding(finding, body, context, fail);
}

function judgeFinding({ reason, hop }: Finding, body: string, { readyEndpoints }: AggregatorContext, fail: Fail): Judgement {
  if (reason === 'service_unavailable' && hop === 'backend-path' && readyEndpoints === 0)
    return fail('no_endpoints', `${body.trim()} (no ready endpoint)`, 'backend-path');
  return fail(reason, body, hop);
}

function judgeBody(attempt: Attempt, { request, groupVersion }: AggregatorContext, fail: Fail): Judgement {
  if (request === 'list') {
    const problem = listProblem(attempt.body);
    return problem ? fail('invalid_response', problem, 'backend') : { ok: true, ...statusOf(attempt) };
  }
  const discovery = readDiscovery(attempt.body, groupVersion, !attempt.capped);
  if (!discovery.valid) return fail('invalid_response', discovery.problem, 'backend');
  return { ok: true, listable: discovery.listable, ...statusOf(attempt) };
}

/** Refused by our own rights, or not offered. What the kube-apiserver lets pass and the backend refuses is no right of ours. */
function isRefusal(status: number, { hop }: Finding): boolean {
  if (status === 403) return hop === 'kube-apiserver';
  return status === 400 || status === 404 || status === 405 || status === 406 || status === 410 || status === 422;
}

/** The control probe of a kube-apiserver's /readyz. */
export function judgeControl(attempt: Attempt): Judgement {
  const { problem } = attempt;
  const seen = statusOf(attempt);
  if (problem) {
    const hop = isOurs(problem) || problem.phase === 'resolve' ? 'us' : 'kube-apiserver';
    return { ok: false, reason: reasonOfApiserverProblem(problem), hop, detail: cleanDetail(problem.message), ...seen };
  }
  const status = statusIn(attempt);
  // 403: it is there and answers, we may just not ask this.
  const reason = status === 403 ? undefined : reasonOfStatus(status);
  if (!reason) return { ok: true, ...seen };
  return {
    ok: false,
    reason,
    hop: status === 401 ? 'us' : 'kube-apiserver',
    detail: cleanDetail(wordsIn(attempt)),
    ...seen,
  };
}

/** Codes with which Node refuses the kube-apiserver's own certificate: our connection verifies it before anything is sent. */
const REFUSED_CERTIFICATE: ReadonlyMap<string, FailureReason> = new Map(
  Object.entries<FailureReason>({
    CERT_HAS_EXPIRED: 'certificate_expired',
    CERT_NOT_YET_VALID: 'certificate_not_yet_valid',
    ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_name_mismatch',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate_unknown_authority',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate_unknown_authority',
    UNABLE_TO_GET_ISSUER_CERT: 'certificate_unknown_authority',
    SELF_SIGNED_CERT_IN_CHAIN: 'certificate_unknown_authority',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate_unknown_authority',
    CERT_SIGNATURE_FAILURE: 'certificate_unknown_authority',
  }),
);

const reasonOfApiserverProblem = (problem: AttemptProblem): FailureReason =>
  REFUSED_CERTIFICATE.get(problem.code ?? '') ?? reasonOf(problem);

function hopOfAggregator(problem: AttemptProblem, { control }: AggregatorContext): Judgement['hop'] {
  if (isOurs(problem) || problem.phase === 'resolve') return 'us';
  if (problem.phase === 'connect' || problem.phase === 'tls') return 'kube-apiserver';
  // It took the request. While it answers others well, the wait is for the backend.
  if (control?.ok) return problem.phase === 'transfer' ? 'backend' : 'backend-path';
  return 'kube-apiserver';
}

const statusOf = ({ head }: Attempt): { status?: number } => (head ? { status: head.status } : {});
/** 0 where nothing was answered. */
const statusIn = ({ head }: Attempt): number => head?.status ?? 0;
const wordsIn = ({ body }: Attempt): string => body.toString('utf8', 0, 4096);
