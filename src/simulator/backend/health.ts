import type { ServerResponse } from 'node:http';
import { send, sendText } from '../control-plane/responses.ts';
import type { Behaviour } from './behaviour.ts';

/** As k8s.io/apiserver answers. @param failing the check that fails; undefined = all pass */
export function sendHealth(response: ServerResponse, endpoint: 'livez' | 'readyz', failing: Behaviour['unhealthy']): void {
  if (!failing) {
    send(response, 200, 'ok', { 'Content-Type': 'text/plain; charset=utf-8' });
    return;
  }
  sendText(response, 500, `[+]ping ok\n[+]log ok\n[-]${failing.check} failed: reason withheld\n${endpoint} check failed`);
}
