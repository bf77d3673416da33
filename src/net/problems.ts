import type { Phase } from '../domain/probe.ts';
import type { AttemptProblem } from './network-errors.ts';

/** What was thrown, or what the socket's `error` event brought. */
export function errorIn(phase: Phase, error: unknown): AttemptProblem {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  return { phase, kind: 'error', message: text, ...(typeof code === 'string' && { code }) };
}

/** @param what of what there was too much. */
export function beyondLimits(phase: Phase, what: string): AttemptProblem {
  return { phase, kind: 'invalid', message: `not an answer of an API server: ${what}` };
}

/** @param begun something of an answer had arrived. */
export function closedByPeer(phase: Phase, begun: boolean): AttemptProblem {
  return { phase, kind: 'closed', message: closedIn(phase, begun) };
}

function closedIn(phase: Phase, begun: boolean): string {
  if (phase === 'tls') return 'the connection was closed during the TLS handshake';
  return begun ? 'the connection was closed in the middle of the answer' : 'the connection was closed without an answer';
}

const WAITED_FOR: Readonly<Record<Phase, string>> = {
  resolve: 'the name',
  connect: 'the TCP connection',
  tls: 'the TLS handshake',
  response: 'the first byte of an answer',
  transfer: 'the end of the answer',
};

export function timedOut(phase: Phase, timeoutMs: number): AttemptProblem {
  return { phase, kind: 'timeout', message: `no progress within ${Math.round(timeoutMs)} ms, waiting for ${WAITED_FOR[phase]}` };
}
