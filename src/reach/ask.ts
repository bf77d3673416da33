import { createSecureContext } from 'node:tls';
import { createAddressRules, hostPort } from '../net/addresses.ts';
import { AS_GO } from '../net/as-go.ts';
import { type AttemptRuntime, attempt } from '../net/attempt.ts';
import { createLoopWatch } from '../net/loop-watch.ts';
import { isOurs, reasonOf, wantsClientCertificate } from '../net/network-errors.ts';
import { createSlots } from '../net/slots.ts';
import type { AgentResult, AgentTarget } from './protocol.ts';

/** What one probe of an address brought. */
export type Seen = Pick<AgentResult, 'seconds' | 'failed'>;

export interface Asker {
  /** Undefined: it could not be asked, which says nothing about the other side. Never rejects. */
  ask(target: AgentTarget, timeoutMs: number): Promise<Seen | undefined>;
  /** Ends what is under way. */
  close(): void;
}

/** An answer is enough, whatever it says. */
const BODY = 1024;
const HANDSHAKES = 4;
const PATIENCE_MS = 250;

/**
 * Asks for discovery without credentials, and looks at how far it comes. The certificate is not judged: the exporter's own probes do that.
 * @param allow CIDRs that may be asked although they are loopback, link-local or metadata addresses. @throws RangeError when one is none.
 */
export function createAsker(allow: readonly string[]): Asker {
  // On the network of a node these lead to its own services, so it is not left to the exporter to leave them out.
  const rules = createAddressRules(allow);
  // No roots: nothing is verified, and those that Node brings take megabytes.
  const context = createSecureContext({ ...AS_GO, ca: [] });
  const runtime: AttemptRuntime = { slots: createSlots(() => HANDSHAKES, PATIENCE_MS), loop: createLoopWatch(), open: new Set() };
  return {
    async ask({ address, port, serverName, group, version }, timeoutMs) {
      if (rules.refusal(address) !== undefined) return undefined;
      const { head, problem, seconds } = await attempt({
        ...runtime,
        lane: '',
        host: address,
        port,
        path: group === '' ? `/api/${version}` : `/apis/${group}/${version}`,
        headers: { Accept: 'application/json' },
        timeoutMs,
        maxBody: BODY,
        tls: { context, servername: serverName, rejectUnauthorized: false },
      });
      if (head || !problem || wantsClientCertificate(problem)) return { seconds };
      return isOurs(problem) ? undefined : { seconds, failed: { phase: problem.phase, reason: reasonOf(problem) } };
    },
    close() {
      for (const end of [...runtime.open]) end();
    },
  };
}

/** What two targets that are one have in common, for whatever API and exporter. */
export function keyOf({ address, port, serverName, group, version }: AgentTarget): string {
  return `${hostPort(address, port)} ${serverName} ${group}/${version}`;
}
