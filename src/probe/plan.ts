import { DIRECT_VANTAGES, type DirectVantage, type ProbeRequest, type Vantage } from '../domain/probe.ts';
import { type AddressRules, hostPort, splitHostPort } from '../net/addresses.ts';
import type { ApiTarget } from '../objects/targets.ts';
import type { Apiserver } from './apiserver-requests.ts';

/** One thing that is probed again and again. */
export type ProbePlan = AggregatorPlan | DirectPlan;

export interface AggregatorPlan {
  readonly key: string;
  readonly vantage: 'aggregator';
  readonly request: ProbeRequest;
  readonly apiserver: Apiserver;
  /** `host:port` */
  readonly target: string;
}

export interface DirectPlan {
  readonly key: string;
  readonly vantage: DirectVantage;
  readonly request: 'discovery';
  readonly host: string;
  readonly port: number;
  readonly target: string;
}

/** Of the plan that probes that endpoint of the API. */
export const endpointKey = (api: string, target: string): string => keyOf(api, 'endpoint', 'discovery', target);

/** Of the control probe of that kube-apiserver. */
export const controlKey = (instance: string): string => `control ${instance}`;

const keyOf = (api: string, vantage: Vantage, request: ProbeRequest, where: string): string => `${api} ${vantage} ${request} ${where}`;

export interface PlanOptions {
  readonly apiservers: readonly Apiserver[];
  readonly vantages: readonly Vantage[];
  /** Make a real list request too, through the kube client's own server. */
  readonly list: boolean;
  readonly rules: AddressRules;
  /** Endpoint addresses of one API that are probed; the rest is not. */
  readonly maxEndpoints: number;
}

export interface Plans {
  readonly plans: readonly ProbePlan[];
  readonly refused: readonly { readonly address: string; readonly why: string }[];
}

/** What is probed of one APIService, given its objects as they are now. */
export function plansFor(target: ApiTarget, { apiservers, vantages, list, rules, maxEndpoints }: PlanOptions): Plans {
  const plans: ProbePlan[] = [];
  const refused: { address: string; why: string }[] = [];
  const key = (vantage: Vantage, request: ProbeRequest, where: string): string => keyOf(target.name, vantage, request, where);

  if (vantages.includes('aggregator'))
    for (const apiserver of apiservers) {
      const where = apiserver.instance;
      plans.push({ key: key('aggregator', 'discovery', where), vantage: 'aggregator', request: 'discovery', apiserver, target: where });
      if (list && apiserver.own)
        plans.push({ key: key('aggregator', 'list', where), vantage: 'aggregator', request: 'list', apiserver, target: where });
    }

  for (const vantage of DIRECT_VANTAGES.filter((one) => vantages.includes(one)))
    for (const { host, port } of ADDRESSES[vantage](target, maxEndpoints)) {
      const where = hostPort(host, port);
      const why = rules.refusal(host);
      if (why) refused.push({ address: where, why });
      else plans.push({ key: key(vantage, 'discovery', where), vantage, request: 'discovery', host, port, target: where });
    }
  return { plans, refused };
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where each direct vantage goes; `most` = endpoint addresses of one API that are probed. */
const ADDRESSES: Readonly<Record<DirectVantage, (target: ApiTarget, most: number) => readonly Address[]>> = {
  service: clusterIpOf,
  endpoint: (target, most) => endpointsOf(target).slice(0, most),
};

/** The virtual address; none for headless Services and for ExternalName, whose name nobody but the aggregator should follow. */
function clusterIpOf({ service, backend }: ApiTarget): Address[] {
  if (!service || service.type === 'ExternalName' || !service.clusterIP || service.clusterIP === 'None') return [];
  return [{ host: service.clusterIP, port: backend.port }];
}

/** What the aggregator would use: ready addresses; all of them while none is ready, because then they are the patients. */
function endpointsOf({ addresses }: ApiTarget): Address[] {
  const ready = addresses.filter((address) => address.ready);
  const unique = new Map((ready.length > 0 ? ready : addresses).map(({ ip, port }) => [hostPort(ip, port), { host: ip, port }]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address);
}

/** The ready addresses, `host:port`. */
export function readyIn({ addresses }: ApiTarget): ReadonlySet<string> {
  return new Set(addresses.flatMap(({ ip, port, ready }) => (ready ? hostPort(ip, port) : [])));
}

/**
 * The keys of what was last probed when requests went elsewhere: it says nothing of the addresses that are ready now, and would
 * stand for an interval. Of the addresses only those that became ready, so that one of many that comes and goes costs little.
 */
export function outdated(plans: readonly ProbePlan[], before: ReadonlySet<string>, now: ReadonlySet<string>): string[] {
  if (before.size === now.size && [...now].every((where) => before.has(where))) return [];
  return plans.filter(({ vantage, target }) => vantage !== 'endpoint' || (now.has(target) && !before.has(target))).map(({ key }) => key);
}

/** The kube client's own server, and each instance that may be addressed. */
export function apiserversOf(own: Apiserver, instances: readonly string[], isRefused: (host: string) => boolean): Apiserver[] {
  const found = new Map([[own.instance, own]]);
  for (const instance of instances) {
    const parts = splitHostPort(instance);
    if (parts && !found.has(instance) && !isRefused(parts.host)) found.set(instance, { instance, ...parts, own: false });
  }
  return [...found.values()];
}
