import { AGENT_NETWORKS, type AgentNetwork } from '../domain/node-reach.ts';
import { FAILURE_REASONS, type FailureReason, PHASES, type Phase } from '../domain/probe.ts';

/** Where agents report: POST with a token of theirs; the answer says what they are to ask from then on. docs/node-vantage.md has the contract. */
export const REPORT_PATH = '/v1/reports';

/** Of both sides. */
export const LARGEST = {
  /** Addresses of all APIs together; those beyond are not asked. */
  targets: 1000,
  /** Bytes of a report, and of its answer. */
  text: 512 * 1024,
} as const;

/** What an agent is to ask: one address of one backend. */
export interface AgentTarget {
  /** Given back as it is with each result. */
  readonly id: string;
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  /** For TLS; the certificate is not judged. */
  readonly serverName: string;
  readonly group: string;
  readonly version: string;
}

/** The answer to a report. */
export interface Orders {
  /** Between two reports. */
  readonly intervalSeconds: number;
  /** Of one probe. */
  readonly timeoutSeconds: number;
  readonly targets: readonly AgentTarget[];
}

/** All that an agent knows now: it takes the place of the report before. */
export interface Report {
  /** Of the agent, as its pod was told; its token has to say the same. */
  readonly node: string;
  readonly network: AgentNetwork;
  readonly results: readonly AgentResult[];
}

export interface AgentResult {
  readonly id: string;
  /** Seconds since it was asked, by the agent's own clock: no two clocks are compared. */
  readonly age: number;
  readonly seconds: number;
  /** Absent: an answer came. */
  readonly failed?: { readonly phase: Phase; readonly reason: FailureReason };
}

const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const GROUP = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)?$/;
const ADDRESS = /^[0-9a-fA-F.:]{2,45}$/;
const LONGEST_ID = 512;
const MOST_SECONDS = 86_400;

/** @throws TypeError that names what is wrong: it may be written by anybody who holds a token. */
export function parseReport(text: string): Report {
  const { node, network, results } = objectIn(JSON.parse(text), 'a report');
  return {
    node: matching(node, NAME, 'node'),
    network: oneOf(network, AGENT_NETWORKS, 'network'),
    results: listIn(results, 'results').map((value) => {
      const { id, age, seconds, failed } = objectIn(value, 'a result');
      const { phase, reason } = failed === undefined ? {} : objectIn(failed, 'failed');
      return {
        id: textIn(id, 'id'),
        age: numberIn(age, { from: 0, to: MOST_SECONDS }, 'age'),
        seconds: numberIn(seconds, { from: 0, to: MOST_SECONDS }, 'seconds'),
        ...(failed !== undefined && { failed: { phase: oneOf(phase, PHASES, 'phase'), reason: oneOf(reason, FAILURE_REASONS, 'reason') } }),
      };
    }),
  };
}

/** @throws TypeError that names what is wrong. */
export function parseOrders(text: string): Orders {
  const { intervalSeconds, timeoutSeconds, targets } = objectIn(JSON.parse(text), 'the answer');
  return {
    intervalSeconds: numberIn(intervalSeconds, { from: 1, to: 300 }, 'intervalSeconds'),
    timeoutSeconds: numberIn(timeoutSeconds, { from: 0.5, to: 30 }, 'timeoutSeconds'),
    targets: listIn(targets, 'targets').map((value) => {
      const { id, address, port, serverName, group, version } = objectIn(value, 'a target');
      return {
        id: textIn(id, 'id'),
        address: matching(address, ADDRESS, 'address'),
        port: numberIn(port, { from: 1, to: 65_535 }, 'port'),
        serverName: matching(serverName, NAME, 'serverName'),
        group: matching(group, GROUP, 'group'),
        version: matching(version, NAME, 'version'),
      };
    }),
  };
}

function objectIn(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw new TypeError(`${what}: an object is allowed`);
}

function listIn(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value) && value.length <= LARGEST.targets) return value;
  throw new TypeError(`${what}: a list of at most ${LARGEST.targets} is allowed`);
}

function textIn(value: unknown, what: string): string {
  if (typeof value === 'string' && value.length <= LONGEST_ID) return value;
  throw new TypeError(`${what}: a text of at most ${LONGEST_ID} characters is allowed`);
}

function matching(value: unknown, pattern: RegExp, what: string): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw new TypeError(`${what}: ${pattern.source} is allowed`);
}

function numberIn(value: unknown, { from, to }: { readonly from: number; readonly to: number }, what: string): number {
  if (typeof value === 'number' && value >= from && value <= to) return value;
  throw new TypeError(`${what}: a number from ${from} to ${to} is allowed`);
}

function oneOf<T extends string>(value: unknown, all: readonly T[], what: string): T {
  const found = all.find((one) => one === value);
  if (found !== undefined) return found;
  throw new TypeError(`${what}: allowed are ${all.join(', ')}`);
}
