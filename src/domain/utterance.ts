import type { Speaker } from './snapshot.ts';

/** Where on its way a request stopped, in the order of the way. `run` is what a program meets in itself, without a request. */
export const STEPS = ['run', 'resolve', 'dial', 'tls', 'request', 'headers', 'body', 'status'] as const;
export type Step = (typeof STEPS)[number];

/**
 * The innermost reason of an error: an errno, a verdict on a certificate, an HTTP or gRPC status, a deadline. A closed set; the words
 * of several programs and languages for one thing are one reason. `slow`: it came to its end, later than others wait for; `failed`: the
 * operation is known, and why it failed is not.
 */
export const REASONS = [
  'name-unknown',
  'name-server-failing',
  'refused',
  'timed-out',
  'unreachable',
  'not-permitted',
  'not-allowed',
  'reset',
  'closed',
  'connection-lost',
  'stream-error',
  'going-away',
  'no-agent',
  'deadline',
  'canceled',
  'client-limit',
  'limit-exceeded',
  'certificate-expired',
  'certificate-name',
  'certificate-untrusted',
  'certificate-usage',
  'certificate-unreadable',
  'certificate-refused',
  'not-tls',
  'handshake-failed',
  'unauthorized',
  'forbidden',
  'not-found',
  'too-many-requests',
  'server-error',
  'bad-gateway',
  'unavailable',
  'bad-answer',
  'address-in-use',
  'descriptors-exhausted',
  'disk-full',
  'panicked',
  'slow',
  'failed',
] as const;
export type Reason = (typeof REASONS)[number];

/** What stands at the other end of a request. From its address, port and path, and from what the program was doing. */
export const TARGET_ROLES = [
  'backend',
  'kube-apiserver',
  'kubelet',
  'etcd',
  'name-server',
  'webhook',
  'http-proxy',
  'tunnel',
  'prometheus',
  'cloud-api',
  'registry',
  'runtime',
  'dependency',
  'client',
  'unknown',
] as const;
export type TargetRole = (typeof TARGET_ROLES)[number];

export interface Target {
  readonly role: TargetRole;
  /** Name or address without port; the path of a Unix socket. */
  readonly host?: string;
  readonly port?: number;
  /** Path of the URL that was asked for, without its query. */
  readonly path?: string;
}

/** `failed`: it happened. `over`: it happened, and the same message says that it works again. `denied`: it says that it did not happen. */
export const POLARITIES = ['failed', 'over', 'denied'] as const;
export type Polarity = (typeof POLARITIES)[number];

export const SEVERITIES = ['info', 'warning', 'error', 'fatal'] as const;

/** What a program said when something failed: one error as it was built, read from one message. */
export interface Utterance {
  readonly speaker: Speaker | 'unknown';
  readonly step: Step;
  readonly reason: Reason;
  readonly target: Target;
  /** What the program was doing, where its words say so; kebab-case. */
  readonly operation?: string;
  /** Method of HTTP in lower case. */
  readonly verb?: string;
  /** Undefined where the message has no header. */
  readonly severity?: (typeof SEVERITIES)[number];
  readonly polarity: Polarity;
}
