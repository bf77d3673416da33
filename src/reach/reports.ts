import type { AgentNetwork, NodeProbe, NodeReach } from '../domain/node-reach.ts';
import type { DirectVantage } from '../domain/probe.ts';
import { type Clock, monotonic } from '../source/clock.ts';
import { type AgentTarget, LARGEST, type Orders, type Report } from './protocol.ts';

/** An address that agents are to ask, and of which API it is. */
export interface WantedTarget extends AgentTarget {
  readonly api: string;
  readonly vantage: DirectVantage;
  /** `host:port` */
  readonly where: string;
}

/** How one agent is, whatever the API. */
export type AgentState = Pick<NodeReach, 'node' | 'network' | 'heardAt' | 'silent'>;

/** What agents have told, and what they are to ask. */
export interface AgentReports {
  /** What is to be asked from now on, as the newest of those who observe says. */
  provide(wanted: () => readonly WantedTarget[]): void;
  orders(): Orders;
  /** In the place of what the agent told before. False: too many agents. */
  take(report: Report): boolean;
  /** By node, of one API; nodes whose agent is gone for long are forgotten. */
  of(api: string): NodeReach[];
  agents(): AgentState[];
}

export interface ReportsOptions {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Called when an agent sees something else than before. */
  readonly onChange?: () => void;
  readonly clock?: Clock;
  /** Unix milliseconds. */
  readonly wall?: Clock;
}

const MOST_AGENTS = 1000;
/** Reports that may be missed before an agent is silent. */
const MISSES = 3;
const FORGOTTEN_AFTER_MS = 15 * 60_000;

interface Heard {
  readonly node: string;
  readonly network: AgentNetwork;
  /** By the clock that nobody sets. */
  readonly at: number;
  readonly heardAt: number;
  readonly probes: ReadonlyMap<string, readonly NodeProbe[]>;
}

export function createAgentReports({ intervalMs, timeoutMs, onChange, clock = monotonic, wall = Date.now }: ReportsOptions): AgentReports {
  /** By node and network. */
  const heard = new Map<string, Heard>();
  let wanted: () => readonly WantedTarget[] = () => [];
  const silentAfterMs = MISSES * intervalMs + 2 * timeoutMs;
  const current = (): Heard[] => {
    for (const [key, { at }] of heard) if (clock() - at >= FORGOTTEN_AFTER_MS) heard.delete(key);
    return [...heard.values()].sort((a, b) => (`${a.node} ${a.network}` < `${b.node} ${b.network}` ? -1 : 1));
  };
  const stateOf = ({ node, network, at, heardAt }: Heard): AgentState => ({
    node,
    network,
    heardAt,
    ...(clock() - at >= silentAfterMs && { silent: true as const }),
  });

  return {
    provide(of) {
      wanted = of;
    },
    orders: () => ({
      intervalSeconds: intervalMs / 1000,
      timeoutSeconds: timeoutMs / 1000,
      targets: wanted()
        .slice(0, LARGEST.targets)
        .map(({ api: _, vantage: __, where: ___, ...target }) => target),
    }),
    take(report) {
      const key = `${report.node} ${report.network}`;
      const before = heard.get(key);
      if (!before && current().length >= MOST_AGENTS) return false;
      const probes = probesIn(report, wanted(), wall());
      heard.set(key, { node: report.node, network: report.network, at: clock(), heardAt: wall(), probes });
      if (outcomes(before?.probes) !== outcomes(probes)) onChange?.();
      return true;
    },
    of: (api) =>
      current().map((one) => {
        const state = stateOf(one);
        return { ...state, probes: state.silent ? [] : (one.probes.get(api) ?? []) };
      }),
    agents: () => current().map(stateOf),
  };
}

/** By API. What is not asked any more counts for nothing. */
function probesIn({ results }: Report, wanted: readonly WantedTarget[], now: number): Map<string, NodeProbe[]> {
  const byId = new Map(wanted.map((target) => [target.id, target]));
  const probes = new Map<string, NodeProbe[]>();
  for (const { id, age, seconds, failed } of results) {
    const target = byId.get(id);
    if (!target) continue;
    // Each counts once.
    byId.delete(id);
    const { api, vantage, where } = target;
    const probe = { vantage, target: where, at: Math.round(now - age * 1000), ok: !failed, ...failed, seconds };
    probes.set(api, [...(probes.get(api) ?? []), probe]);
  }
  return probes;
}

function outcomes(probes: Heard['probes'] = new Map()): string {
  return [...probes]
    .flatMap(([api, all]) => all.map(({ target, reason = '' }) => `${api} ${target} ${reason}`))
    .sort()
    .join('\n');
}
