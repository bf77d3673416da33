import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

export interface StreamLimits {
  /** Of the decompressed body. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Between two pieces the event loop is free: a piece is scanned in a fraction of a millisecond. */
const PIECE = 64 * 1024;

/**
 * Feeds a body to `write`, decompressed in the thread pool, in pieces of 64 KiB. Resolves at its end; rejects, and destroys the
 * response, when it breaks off, is too large or too slow, or when `write` throws.
 */
export function streamBody(response: IncomingMessage, write: (piece: Uint8Array) => void, limits: StreamLimits): Promise<void> {
  return new Promise((resolve, reject) => {
    const gzip = response.headers['content-encoding'] === 'gzip';
    const body: Readable = gzip ? response.pipe(createGunzip({ chunkSize: PIECE })) : response;
    let bytes = 0;
    const finish = (error?: Error) => {
      clearTimeout(timer);
      limits.signal?.removeEventListener('abort', onAbort);
      response.off('close', onClose);
      if (!error) return resolve();
      reject(error);
      body.destroy();
      response.destroy();
    };
    const onAbort = () => finish(new Error('was given up'));
    const onClose = () => {
      if (!response.complete) finish(new Error('the answer broke off'));
    };
    const timer = setTimeout(() => finish(new Error(`the answer took longer than ${limits.timeoutMs} ms`)), limits.timeoutMs);
    limits.signal?.addEventListener('abort', onAbort, { once: true });
    response.on('error', (error) => finish(error));
    response.on('close', onClose);
    body.on('error', (error) => finish(error));
    body.on('data', (piece: Buffer) => {
      bytes += piece.length;
      try {
        if (bytes > limits.maxBytes) throw new RangeError(`the answer is larger than ${limits.maxBytes} bytes`);
        write(piece);
      } catch (error) {
        finish(error instanceof Error ? error : new Error(String(error)));
      }
    });
    body.on('end', () => finish());
  });
}
