import type { IncomingMessage } from 'node:http';
import { required } from '../domain/required.ts';
import type { Clock } from '../source/clock.ts';
import { requestError } from './client.ts';
import { KubeRequestError, type KubeStatusError, statusErrorOf } from './errors.ts';

/**
 * Feeds a response to `onChunk` until its end. Rejects when it breaks off, when `onChunk` throws, when nothing arrives for
 * `idleMs()` milliseconds, or when it goes on for longer than `wholeMs`, however little arrives; the response is closed then.
 */
export function consume(
  response: IncomingMessage,
  path: string,
  { idleMs, wholeMs }: { readonly idleMs: () => number; readonly wholeMs: number },
  onChunk: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let idle: NodeJS.Timeout | undefined;
    let bytes = 0;
    const settle = (error?: Error) => {
      clearTimeout(idle);
      clearTimeout(whole);
      if (error) {
        reject(error);
        response.destroy();
      } else resolve();
    };
    const restartIdle = () => {
      clearTimeout(idle);
      const ms = idleMs();
      idle = setTimeout(() => settle(new KubeRequestError('GET', path, 'TIMEOUT', `nothing arrived for ${Math.round(ms / 1000)} s`)), ms);
    };
    const whole = setTimeout(() => {
      const why = `not ended after ${Math.round(wholeMs / 1000)} s, with ${bytes} bytes`;
      settle(new KubeRequestError('GET', path, 'TIMEOUT', why));
    }, wholeMs);
    restartIdle();
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      try {
        onChunk(chunk);
        restartIdle();
      } catch (error) {
        settle(error as Error);
      }
    });
    response.on('end', () => settle());
    response.on('error', (error) => settle(requestError('GET', path, error)));
    response.on('close', () => settle(new KubeRequestError('GET', path, 'CUT', 'the answer broke off')));
  });
}

/** Why a request was refused, by its status, its headers and the beginning of its body. Rejects with KubeRequestError when that breaks off. */
export async function refusalOf(response: IncomingMessage, path: string, clock: Clock): Promise<KubeStatusError> {
  const status = required(response.statusCode, 'the status of an answer');
  return statusErrorOf(path, { status, headers: response.headers, body: await shortText(response, path) }, clock());
}

const REASON_MS = 10_000;

async function shortText(response: IncomingMessage, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  await consume(response, path, { idleMs: () => REASON_MS, wholeMs: REASON_MS }, (chunk) => {
    if (bytes < 16_384) chunks.push(chunk);
    bytes += chunk.length;
  });
  return Buffer.concat(chunks).toString('utf8').slice(0, 16_384);
}
