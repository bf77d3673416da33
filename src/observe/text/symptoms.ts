import type { Signature } from '../../domain/signature.ts';

/** Signatures that point nowhere and still say that somebody got an error: the words of victims. */
const VICTIMS = new Set([
  'server-unavailable',
  'server-error',
  'server-apis-incomplete',
  'group-resources-missing',
  'discovery-of-groups-failed',
  'autoscaler-without-metrics',
  'metrics-api-unavailable',
  'proxy-error',
  'openapi-download-failed',
  'service-unavailable-body',
  'rest-mapping-failed',
  'operator-requirements-unmet',
  'delegated-auth-canceled',
  'error-responses',
  'metric-informer-unsynced',
  'informer-forbidden',
  'response-not-written',
]);

/** Signatures that point to a cause, and that a healthy cluster prints too: alone they are no symptom. */
const ORDINARY = new Set([
  'rollout-scaled',
  'server-shutting-down',
  'goaway',
  'unexpected-eof',
  'connection-lost',
  'etcd-slow-apply',
  'request-timeout-or-abort',
  'post-timeout-activity',
  'version-not-found',
]);

/** The line says that something errs, not only that something happens. */
export function isSymptom(signature: Signature): boolean {
  return VICTIMS.has(signature.id) || (signature.pointsTo.length > 0 && !ORDINARY.has(signature.id));
}

/** A line of the severity error or worse, or a client's error. */
const ERROR_LINE =
  /^(?:\S{1,80} \| )?(?:[EF]\d{4} \d\d:\d\d:\d\d|(?:E|F) \d{4}-)|^\s*(?:error|fatal|panic)\b[: ]|"level":"(?:error|fatal|panic)"|\blevel=(?:error|fatal|panic)\b|\| (?:ERROR|CRITICAL) \||\b(?:ERROR|FATAL)\b|^Error from server/i;

const FAILURE_WORDS = /\b(?:error|fail|unable|could ?n[o']t|can ?n[o']t|denied|refused|invalid|timed? ?out|rejected)/i;

/** The line speaks of something that went wrong, at whatever severity: no proof that the API errs, but a hint at why. */
export function tellsOfFailure(line: string): boolean {
  return FAILURE_WORDS.test(line.length > 4096 ? line.slice(0, 4096) : line) || looksLikeError(line);
}

export function looksLikeError(line: string): boolean {
  return ERROR_LINE.test(line.length > 400 ? line.slice(0, 400) : line);
}
