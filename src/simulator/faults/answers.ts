import type { Interception } from '../backend/behaviour.ts';
import { failure, type StatusReason } from '../control-plane/responses.ts';

/** An answer that carries a metav1.Status. */
export function status(reason: StatusReason, message: string, headers: Record<string, string> = {}): Interception {
  const body = failure(reason, message);
  return { status: body.code, body: JSON.stringify(body), headers };
}
