import { rawArray, rawObject } from '../../kube/raw.ts';
import { apiOfPath } from '../text/apis.ts';
import type { Enveloped } from './carrier.ts';

type Document = Readonly<Record<string, unknown>>;

/** What a kube-apiserver asks a kubelet, a pod or a Service for somebody: that it fails is theirs. */
const OF_ANOTHER = /\/(?:log|exec|attach|portforward|proxy)(?:[/?]|$)/;
/**
 * Priority and fairness, and the maximum of requests in flight, stand before the authorizer in the kube-apiserver's chain of handlers (k8s.io/apiserver
 * v0.36.3 pkg/server/config.go DefaultBuildHandlerChain), and refuse without a message: whom they refused bears no decision of it.
 */
function refusal(code: number, annotations: unknown): string | undefined {
  if (code !== 429 || rawObject(annotations)[DECISION] !== undefined) return undefined;
  return 'refused by the kube-apiserver itself, before it authorized the request';
}

const DECISION = 'authorization.k8s.io/decision';
const NOTHING: readonly Enveloped[] = [];

/**
 * What an event of an audit log (audit.k8s.io/v1, also in an EventList as webhooks get it) says: the path that was asked and the code of the
 * answer, on one line, with the message of a failure. Of the built-in resources only that the kube-apiserver itself failed or refused. Whatever
 * the client sent (`requestObject`, `userAgent`, at the levels Request and RequestResponse) is left out. Undefined for another document.
 */
export function auditEvents(document: Document): readonly Enveloped[] | undefined {
  const { apiVersion, kind, items } = document;
  if (typeof apiVersion !== 'string' || !apiVersion.startsWith('audit.k8s.io/')) return undefined;
  return kind === 'EventList' ? rawArray(items).flatMap((item) => auditEvent(rawObject(item))) : auditEvent(document);
}

function auditEvent({ requestURI, verb, responseStatus, annotations, stageTimestamp }: Document): readonly Enveloped[] {
  const { code, message, reason } = rawObject(responseStatus);
  if (typeof requestURI !== 'string' || typeof code !== 'number') return NOTHING;
  const isAggregated = requestURI.startsWith('/apis/') && apiOfPath(requestURI) !== undefined;
  const isOwnFailure = (code >= 500 || code === 429) && !OF_ANOTHER.test(requestURI);
  if (!isAggregated && !isOwnFailure) return NOTHING;
  const told = isFailure(code, annotations) ? { reason, message: message ?? refusal(code, annotations) } : {};
  return [
    {
      head: typeof stageTimestamp === 'string' ? stageTimestamp : '',
      body: JSON.stringify({ requestURI, verb, code, ...told }),
    },
  ];
}

/** An answer of the authorizer (RBAC) to one user is none: no backend has met him. */
function isFailure(code: number, annotations: unknown): boolean {
  const isDenied = code === 403 && rawObject(annotations)[DECISION] === 'forbid';
  return code >= 400 && !isDenied;
}
