import type { IncomingMessage, ServerResponse } from 'node:http';
import { refusal } from '../control-plane/authorization.ts';
import { MASTERS, type User } from '../control-plane/identities.ts';
import { type RequestInfo, readRequestInfo } from '../control-plane/request-info.ts';
import { sendFailure, sendText } from '../control-plane/responses.ts';
import { klog, klogStructured } from '../node/klog.ts';
import type { Delegation } from './delegation.ts';
import type { BackendCounters } from './metrics.ts';

/** Paths that everybody may ask for. */
export const ALWAYS_ALLOWED = new Set(['/healthz', '/livez', '/readyz', '/metrics']);

export interface AuthorizationContext {
  readonly delegation: Delegation;
  readonly counters: BackendCounters;
  readonly log: (...lines: string[]) => void;
}

export interface AuthorizationCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly user: User;
}

/** True when the request may go on; otherwise it has been answered. */
export async function authorize({ delegation, counters, log }: AuthorizationContext, call: AuthorizationCall): Promise<boolean> {
  const { request, response, path, user } = call;
  if (user.groups.includes(MASTERS) || ALWAYS_ALLOWED.has(path)) return true;
  const info = readRequestInfo(path);
  const verb = info.kind === 'resource' && info.name === undefined ? 'list' : 'get';
  try {
    if (await delegation.allows(user, attributesOf(info, verb))) return true;
    const wanted = info.kind === 'path' ? { verb, path } : { verb, group: info.group, resource: info.resource, namespace: info.namespace };
    sendFailure(response, 'Forbidden', refusal(user, wanted));
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

/** Of the spec of a SubjectAccessReview. */
function attributesOf(info: RequestInfo, verb: string): object {
  if (info.kind === 'path') return { nonResourceAttributes: { path: info.path, verb } };
  const { group, version, resource, namespace, name } = info;
  return { resourceAttributes: { group, version, resource, namespace, name, verb } };
}
