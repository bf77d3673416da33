import type { IncomingMessage, ServerResponse } from 'node:http';
import { send } from '../control-plane/responses.ts';
import { klogStructured } from '../node/klog.ts';
import type { Interception } from './behaviour.ts';

/** Answers as the behaviour wants it, or breaks off, or does neither; an error of the server stands in its log. */
export function answerIntercepted(
  response: ServerResponse,
  interception: Interception,
  log: (...lines: string[]) => void,
  request: IncomingMessage,
): void {
  if (interception === 'hang') return;
  if (interception === 'abort') {
    response.socket?.destroy();
    return;
  }
  if (interception === 'break') {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '4096' });
    response.write('{"kind":"List","items":[', () => response.socket?.destroy());
    return;
  }
  if (interception.status >= 500)
    log(
      klogStructured('I', 'httplog.go:134', 'HTTP', {
        verb: request.method ?? 'GET',
        URI: request.url ?? '',
        latency: '1.2ms',
        userAgent: String(request.headers['user-agent'] ?? ''),
        'audit-ID': String(request.headers['audit-id'] ?? ''),
        srcIP: `${request.socket.remoteAddress}:${request.socket.remotePort}`,
        resp: interception.status,
      }),
    );
  const json = interception.body.startsWith('{');
  send(response, interception.status, interception.body, {
    'Content-Type': json ? 'application/json' : 'text/plain; charset=utf-8',
    ...interception.headers,
  });
}
