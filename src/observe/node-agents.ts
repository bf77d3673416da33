import type { AddressRules } from '../net/addresses.ts';
import type { ApiTarget } from '../objects/targets.ts';
import { plansFor } from '../probe/plan.ts';
import { serverNameOf } from '../probe/serving-trust.ts';
import type { AgentReports, WantedTarget } from '../reach/reports.ts';
import type { Source } from '../source/source.ts';
import { statusOf } from '../source/status.ts';
import { defineSource, type Surroundings } from './define-source.ts';

/** Addresses of one API that each node asks, beside its ClusterIP: enough to tell a node from a backend. */
const MOST_ENDPOINTS = 3;
/** Silent agents that are named. */
const MOST_NAMED = 3;

/** What the agents on chosen nodes see; they come to us, so it takes no right of the observer's. */
export const NODE_AGENTS = defineSource({
  name: 'node-agents',
  rights: [],
  create: createNodeAgents,
  facts: {
    ofApi: ({ reports }, name) => (reports ? { reach: reports.of(name) } : {}),
  },
});

interface NodeAgents extends Source {
  readonly reports: AgentReports | undefined;
}

function createNodeAgents({ options, targets, addresses }: Surroundings): NodeAgents {
  const { agentReports: reports } = options;
  return {
    name: 'node-agents',
    reports,
    start(signal) {
      // Worked out again after each change, and not for each agent.
      let wanted: readonly WantedTarget[] | undefined;
      const unsubscribe = targets.subscribe(() => {
        wanted = undefined;
      });
      signal.addEventListener('abort', unsubscribe, { once: true });
      reports?.provide(() => {
        wanted ??= targets.all().flatMap((target) => wantedOf(target, addresses));
        return wanted;
      });
    },
    status(now) {
      if (!reports) return { source: 'node-agents', state: 'disabled' };
      const agents = reports.agents();
      if (agents.length === 0) return { source: 'node-agents', state: 'pending', message: 'no agent has reported yet' };
      const silent = agents.filter((agent) => agent.silent).map(({ node }) => node);
      const message = silentInWords(silent, agents.length);
      const lastSuccess = Math.max(...agents.map(({ heardAt }) => heardAt));
      // One that reports tells of its own node: of the others nothing is known, and the message says so.
      const outcome =
        silent.length < agents.length ? { state: 'ok' as const, message } : { state: 'failed' as const, message: message ?? '' };
      return statusOf(
        'node-agents',
        { outcome, lastSuccess, staleAfterMs: silent.length < agents.length ? Number.POSITIVE_INFINITY : 1 },
        now,
      );
    },
  };
}

function silentInWords(silent: readonly string[], all: number): string | undefined {
  if (silent.length === 0) return undefined;
  const named = silent.slice(0, MOST_NAMED).join(', ');
  return `${silent.length} of ${all} agents ${silent.length === 1 ? 'has' : 'have'} not reported in time: ${named}${silent.length > MOST_NAMED ? ', …' : ''}`;
}

function wantedOf(target: ApiTarget, rules: AddressRules): WantedTarget[] {
  const { plans } = plansFor(target, {
    apiservers: [],
    vantages: ['service', 'endpoint'],
    list: false,
    rules,
    maxEndpoints: MOST_ENDPOINTS,
  });
  return plans.flatMap((plan) =>
    plan.vantage === 'aggregator'
      ? []
      : {
          id: plan.key,
          address: plan.host,
          port: plan.port,
          serverName: serverNameOf(target),
          group: target.group,
          version: target.version,
          api: target.name,
          vantage: plan.vantage,
          where: plan.target,
        },
  );
}
