import { observed } from '../../domain/observed.ts';
import type { ApiFacts, NodeFacts } from '../../domain/snapshot.ts';
import { isOfServer } from './servers.ts';

const ENDPOINTS_HEAD = /^(?:NAMESPACE\s+)?NAME\s+ENDPOINTS\s+AGE/;
const SLICES_HEAD = /^(?:NAMESPACE\s+)?NAME\s+ADDRESSTYPE\s+PORTS\s+ENDPOINTS/;
const NODES_HEAD = /^NAME\s+STATUS\s+ROLES\s+AGE\s+VERSION/;
const DEPLOYMENTS_HEAD = /^(?:NAMESPACE\s+)?NAME\s+(?:READY\s+UP-TO-DATE\s+AVAILABLE|DESIRED\s+CURRENT)/;
const POLICIES_HEAD = /^(?:NAMESPACE\s+)?NAME\s+POD-SELECTOR\s+AGE/;
const NODE_ROW = /^(\S{1,253})\s+((?:Not)?Ready(?:,SchedulingDisabled)?)\s+\S+\s+\d\S*\s+v\d/;
const SERVICE_MISSING = /services? "([a-z0-9.-]{1,253})" not found|service\/\S+ in \S+ is not present/i;
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
  serviceMissing = false;

  read(line: string): boolean {
    if (line.trim() === '') {
      this.end();
      return false;
    }
    if (line.includes('not found') || line.includes('is not present')) this.serviceMissing ||= SERVICE_MISSING.test(line.slice(0, 2000));
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
    return this.serviceMissing || this.endpoints.size > 0;
  }

  /** Why the backend cannot be reached, by the tables. Of a long listing only the rows of its own Service count. */
  trouble(service: string | undefined, stems: readonly string[]): string | undefined {
    if (this.serviceMissing) return 'its Service is said not to exist';
    const names = service === undefined ? stems : [service];
    const own = [...this.endpoints].filter(([name]) => isOfServer(name, names));
    const rows = own.length > 0 || this.endpoints.size > 1 ? own : [...this.endpoints];
    return rows.some(([, has]) => !has) ? 'a Service of it has no endpoints' : undefined;
  }

  /** What the tables say of the backend with this Service, or of the only one there is. */
  facts(service: string | undefined): Partial<ApiFacts> {
    const { endpoints, workloads, policies, serviceMissing } = this;
    const [, has] = [...endpoints].find(([name]) => service === undefined || name.startsWith(service)) ?? [];
    const [name, replicas] = [...workloads].find(([workload]) => service === undefined || workload.startsWith(service)) ?? [];
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
