import { observed } from '../../domain/observed.ts';
import type { ApiFacts, NodeFacts } from '../../domain/snapshot.ts';
import type { Tie } from './ties.ts';

const ENDPOINTS_HEAD = /^(?:NAMESPACE\s+)?NAME\s+ENDPOINTS\s+AGE/;
const SLICES_HEAD = /^(?:NAMESPACE\s+)?NAME\s+ADDRESSTYPE\s+PORTS\s+ENDPOINTS/;
const NODES_HEAD = /^NAME\s+STATUS\s+ROLES\s+AGE\s+VERSION/;
const DEPLOYMENTS_HEAD = /^(?:NAMESPACE\s+)?NAME\s+(?:READY\s+UP-TO-DATE\s+AVAILABLE|DESIRED\s+CURRENT)/;
const POLICIES_HEAD = /^(?:NAMESPACE\s+)?NAME\s+POD-SELECTOR\s+AGE/;
const NODE_ROW = /^(\S{1,253})\s+((?:Not)?Ready(?:,SchedulingDisabled)?)\s+\S+\s+\d\S*\s+v\d/;
const SERVICE_MISSING = /services? "([a-z0-9.-]{1,253})" not found|service\/([a-z0-9.-]{1,253}) in \S{1,260} is not present/i;
const MOST_ROWS = 1000;

type Table = 'endpoints' | 'slices' | 'nodes' | 'deployments' | 'policies' | undefined;

/** Other tables of kubectl that say something of a backend. A table ends with an empty line or a command. */
export class TableReader {
  #table: Table;
  #rows = 0;
  #namespaced = false;
  readonly nodes: NodeFacts[] = [];
  /** Service → it has addresses. */
  readonly endpoints = new Map<string, boolean>();
  /** Workload → replicas that are wanted and ready. */
  readonly workloads = new Map<string, { wanted: number; ready: number }>();
  readonly policies: string[] = [];
  /** Services that are said not to exist. */
  readonly missing = new Set<string>();

  read(line: string): boolean {
    if (line.trim() === '') {
      this.end();
      return false;
    }
    this.#missing(line);
    const head = headOf(line);
    if (head) {
      this.#table = head;
      this.#namespaced = line.startsWith('NAMESPACE');
      return true;
    }
    if (this.#node(line)) return true;
    if (!this.#table || this.#rows++ > MOST_ROWS) return false;
    const cells = line.trim().split(/\s{2,}|\t/);
    if (this.#namespaced) cells.shift();
    return this.#row(cells);
  }

  #missing(line: string): void {
    if (!line.includes('not found') && !line.includes('is not present')) return;
    const [, found, named] = SERVICE_MISSING.exec(line.slice(0, 2000)) ?? [];
    const service = found ?? named;
    if (service !== undefined && this.missing.size < MOST_ROWS) this.missing.add(service);
  }

  #node(line: string): boolean {
    const [, name, state = ''] = line.length < 1000 ? (NODE_ROW.exec(line) ?? []) : [];
    if (name === undefined || this.nodes.length >= MOST_ROWS) return false;
    this.nodes.push({ name, ready: state.startsWith('Ready'), pressure: [], unschedulable: state.includes('Disabled'), addresses: [] });
    return true;
  }

  end(): void {
    this.#table = undefined;
  }

  get any(): boolean {
    return this.missing.size > 0 || this.endpoints.size > 0;
  }

  /** Why the backend cannot be reached, by the tables. */
  trouble(tie: Tie): string | undefined {
    if (tie.among([...this.missing]).size > 0) return 'its Service is said not to exist';
    const own = tie.among([...this.endpoints.keys()]);
    return [...own].some((name) => this.endpoints.get(name) === false) ? 'a Service of it has no endpoints' : undefined;
  }

  /** Nodes that a pod of the API is on; every one, where none of several is ready: it is on one of them. */
  nodesOf(ties: Iterable<Tie>): NodeFacts[] {
    if (this.nodes.length > 1 && this.nodes.every(({ ready }) => ready === false)) return [...this.nodes];
    const hosts = new Set([...ties].flatMap(({ nodes }) => [...nodes]));
    return this.nodes.filter(({ name }) => hosts.has(name));
  }

  /** What the tables say of the backend that this ties to the API. */
  facts(tie: Tie): Partial<ApiFacts> {
    const { endpoints, workloads, policies } = this;
    const [service] = tie.among([...endpoints.keys()]);
    const has = service === undefined ? undefined : endpoints.get(service);
    const [name] = tie.among([...workloads.keys()]);
    const replicas = name === undefined ? undefined : workloads.get(name);
    const serviceMissing = tie.among([...this.missing]).size > 0;
    return {
      ...(has === undefined
        ? {}
        : { endpoints: observed({ ready: has ? 1 : 0, notReady: 0, terminating: 0, slices: 1, portServed: true, addresses: [] }) }),
      ...(replicas && name !== undefined
        ? {
            workload: observed({
              kind: 'Deployment',
              name,
              replicas: replicas.wanted,
              updated: replicas.wanted,
              available: replicas.ready,
              unavailable: replicas.wanted - replicas.ready,
              rollingOut: false,
              stuck: false,
            }),
          }
        : {}),
      ...(policies.length > 0
        ? {
            policy: observed({
              verdict: 'undetermined' as const,
              why: 'the text lists NetworkPolicies and not their rules',
              selecting: policies,
              notEvaluated: [],
            }),
          }
        : {}),
      ...(serviceMissing ? { service: { state: 'absent' as const } } : {}),
    };
  }

  #row([name, first, second, third]: string[]): boolean {
    if (!name || first === undefined) return false;
    switch (this.#table) {
      case 'endpoints':
        this.endpoints.set(name, /\d/.test(first));
        return true;
      case 'slices':
        this.endpoints.set(name, /\d/.test(third ?? ''));
        return true;
      case 'deployments': {
        const counts = /^(\d{1,6})\/(\d{1,6})$/.exec(first);
        if (counts) this.workloads.set(name, { ready: Number(counts[1]), wanted: Number(counts[2]) });
        return counts !== null && second !== undefined;
      }
      case 'policies':
        this.policies.push(name);
        return true;
      case 'nodes':
      case undefined:
        return false;
    }
  }
}

function headOf(line: string): Table {
  if (!line.startsWith('NAME')) return undefined;
  if (ENDPOINTS_HEAD.test(line)) return 'endpoints';
  if (SLICES_HEAD.test(line)) return 'slices';
  if (NODES_HEAD.test(line)) return 'nodes';
  if (DEPLOYMENTS_HEAD.test(line)) return 'deployments';
  return POLICIES_HEAD.test(line) ? 'policies' : undefined;
}
