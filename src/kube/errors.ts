import type { IncomingHttpHeaders } from 'node:http';
import { redacted } from '../redact/redact.ts';
import { retryAfterMs } from './retry-after.ts';

/** No answer: network, TLS, time-out, or an answer that broke off. The message names the path and the cause. */
export class KubeRequestError extends Error {
  override readonly name = 'KubeRequestError';
  readonly path: string;
  /** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, … as Node names it; `TIMEOUT`, `ABORTED`, `TOO_LARGE`, `CREDENTIALS`, `GARBAGE`, `CUT` are ours. */
  readonly code: string;

  /** @param why in words, or in words beside the error that it comes from. */
  constructor(method: string, path: string, code: string, why: string | { readonly words: string; readonly cause: unknown }) {
    const { words, ...cause } = typeof why === 'string' ? { words: why } : why;
    // The query is ours (versions, random times): without it the same failure has the same words.
    super(`${method} ${path.split('?', 1)[0]}: ${words}`, cause);
    this.path = path;
    this.code = code;
  }
}

export type StatusKind = 'unauthorized' | 'forbidden' | 'not-found' | 'expired' | 'too-many-requests' | 'server-error' | 'unexpected';

/** An answer with a status that the caller can't use. The message names path, status and the server's own words. */
export class KubeStatusError extends Error {
  override readonly name = 'KubeStatusError';
  readonly path: string;
  readonly status: number;
  readonly kind: StatusKind;
  /** `reason` of the Status object, e.g. `Expired`, `Timeout`; undefined when the body is no Status. */
  readonly reason: string | undefined;
  /** The server's wish, milliseconds; from the header, else from `details.retryAfterSeconds`. */
  readonly retryAfterMs: number | undefined;

  constructor(path: string, status: number, options: StatusWords = {}) {
    super(
      `${options.method ?? 'GET'} ${path}: ${status}${options.reason ? ` ${options.reason}` : ''}${options.message ? `: ${options.message}` : ''}`,
    );
    this.path = path;
    this.status = status;
    this.kind = kindOf(status);
    this.reason = options.reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

interface StatusWords {
  /** Default GET. */
  readonly method?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly retryAfterMs?: number;
}

function kindOf(status: number): StatusKind {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 410:
      return 'expired';
    case 429:
      return 'too-many-requests';
    default:
      return status >= 500 ? 'server-error' : 'unexpected';
  }
}

interface RefusingAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** A Status object, text, or nothing. */
  readonly body: string;
  /** Of the request; default GET. */
  readonly method?: string;
}

/** @param now Unix milliseconds, for a Retry-After that is a date. */
export function statusErrorOf(path: string, { status, headers, body, method }: RefusingAnswer, now: number): KubeStatusError {
  const parsed = parseStatus(body);
  const wait = retryAfterMs(headers, now) ?? parsed.retryAfterMs;
  return new KubeStatusError(path, status, {
    ...parsed,
    ...(method !== undefined && { method }),
    ...(parsed.message === undefined && parsed.reason === undefined && body.trim() !== '' ? { message: cut(body) } : {}),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

/** From the Status object of an ERROR event inside a watch that itself answered 200. */
export function statusErrorOfEvent(path: string, object: unknown): KubeStatusError {
  const code = (object as { code?: unknown } | null)?.code;
  return new KubeStatusError(path, typeof code === 'number' ? code : 500, statusFields(object));
}

function parseStatus(body: string): { reason?: string; message?: string; retryAfterMs?: number } {
  try {
    return statusFields(JSON.parse(body));
  } catch {
    return {};
  }
}

function statusFields(object: unknown): { reason?: string; message?: string; retryAfterMs?: number } {
  const { reason, message, details } = (object ?? {}) as { reason?: unknown; message?: unknown; details?: { retryAfterSeconds?: unknown } };
  const seconds = details?.retryAfterSeconds;
  return {
    ...(typeof reason === 'string' && reason !== '' ? { reason } : {}),
    ...(typeof message === 'string' && message !== '' ? { message: cut(message) } : {}),
    ...(typeof seconds === 'number' && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}),
  };
}

function cut(text: string): string {
  const line = redacted(text.slice(0, 4096)).trim().replace(/\s+/g, ' ');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
