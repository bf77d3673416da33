import { isNodePressure, NODE_PRESSURE } from '../../domain/node-pressure.ts';
import type { NodeFacts } from '../../domain/snapshot.ts';
import type { TextObject } from './objects.ts';
import { type Placed, placeInObject } from './outline.ts';

/** A row of the conditions that `kubectl describe node` prints (kubectl 1.20 to 1.37 pkg/describe). */
const ROW = /^\s{2,8}(Ready|MemoryPressure|DiskPressure|PIDPressure|NetworkUnavailable)\s+(True|False|Unknown)\s/;
const STATUS = /^(?:True|False|Unknown)$/;
const IN_A_DOCUMENT = 'status.conditions.';
/**
 * What the kubelet's events say of its node (1.36 pkg/kubelet/nodestatus/setters.go: one when a condition turns, and one when it turns back), and the
 * controller of node lifecycle and the kubelet of Ready.
 */
const TURNS: ReadonlyMap<string, readonly [type: string, status: string]> = new Map(
  Object.entries<readonly [string, string]>({
    NodeHasInsufficientMemory: ['MemoryPressure', 'True'],
    NodeHasSufficientMemory: ['MemoryPressure', 'False'],
    NodeHasDiskPressure: ['DiskPressure', 'True'],
    NodeHasNoDiskPressure: ['DiskPressure', 'False'],
    NodeHasInsufficientPID: ['PIDPressure', 'True'],
    NodeHasSufficientPID: ['PIDPressure', 'False'],
    NodeNotReady: ['Ready', 'False'],
    NodeReady: ['Ready', 'True'],
  }),
);
const MOST_NODES = 1000;

/** An event of a node. */
export interface NodeEvent {
  readonly node: string;
  readonly reason: string;
  /** Seconds before the text; undefined where it does not tell. */
  readonly ago: number | undefined;
}

/** The events without those that a later one of the same node has ended. They stand in the order of the text; where ages are told, those count. */
export function standing<T extends NodeEvent>(events: readonly T[]): readonly T[] {
  const last = new Map<string, T>();
  for (const event of events) {
    const key = keyOf(event);
    if (key === undefined) continue;
    const known = last.get(key);
    if (!known || (event.ago ?? known.ago ?? 0) <= (known.ago ?? event.ago ?? 0)) last.set(key, event);
  }
  return events.filter((event) => {
    const newest = last.get(keyOf(event) ?? '');
    return !newest || TURNS.get(newest.reason)?.[1] === TURNS.get(event.reason)?.[1];
  });
}

function keyOf({ node, reason }: NodeEvent): string | undefined {
  const turn = TURNS.get(reason);
  return turn && `${node} ${turn[0]}`;
}

/** Conditions of nodes: of their descriptions, their documents and their events. */
export class NodeConditions {
  /** Node → type → status. */
  readonly #byNode = new Map<string, Map<string, string>>();
  #item: { type?: string; status?: string } = {};

  /** @param of the object in whose document or description the line stands. */
  read(line: string, placed: Placed | undefined, of: TextObject): void {
    if (of.kind !== 'Node' || of.name === '') return;
    const [, type, status] = line.length < 1000 ? (ROW.exec(line) ?? []) : [];
    if (type !== undefined && status !== undefined) this.#set(of.name, type, status);
    else if (placed) this.#document(placed, of.name);
  }

  /** One item after another, whose keys stand in any order. */
  #document(placed: Placed, node: string): void {
    const { value } = placed;
    const place = placeInObject(placed);
    if (place === `${IN_A_DOCUMENT}type`) this.#item.type = value;
    else if (place === `${IN_A_DOCUMENT}status` && STATUS.test(value)) this.#item.status = value;
    const { type, status } = this.#item;
    if (type === undefined || status === undefined) return;
    this.#set(node, type, status);
    this.#item = {};
  }

  #set(node: string, type: string, status: string): void {
    const known = this.#byNode.get(node) ?? new Map<string, string>();
    if (known.size === 0 && this.#byNode.size >= MOST_NODES) return;
    this.#byNode.set(node, known);
    if (type === 'Ready' || isNodePressure(type)) known.set(type, status);
  }

  /** A command or another text begins. */
  end(): void {
    this.#item = {};
  }

  /**
   * Nodes of the tables with what else the text says of them, and those of these hosts that no table shows. A description is of now, an event
   * of some time before it.
   */
  of(tables: readonly NodeFacts[], hosts: ReadonlySet<string>, events: readonly NodeEvent[]): readonly NodeFacts[] {
    const byEvents = new Map<string, Map<string, string>>();
    for (const { node, reason } of standing(events)) {
      const [type = '', status = ''] = TURNS.get(reason) ?? [];
      if (type !== '') byEvents.set(node, (byEvents.get(node) ?? new Map<string, string>()).set(type, status));
    }
    const told = (name: string) => new Map([...(byEvents.get(name) ?? []), ...(this.#byNode.get(name) ?? [])]);
    const shown = new Set(tables.map(({ name }) => name));
    const others = [...hosts].filter((name) => !shown.has(name) && told(name).size > 0);
    return [...tables, ...others.map(blank)].map((node) => withConditions(node, told(node.name)));
  }
}

const blank = (name: string): NodeFacts => ({ name, ready: undefined, pressure: [], unschedulable: false, addresses: [] });

function withConditions(node: NodeFacts, told: ReadonlyMap<string, string>): NodeFacts {
  const ready = told.get('Ready');
  return {
    ...node,
    // Unknown: the kubelet no longer reports (1.36 pkg/controller/nodelifecycle).
    ready: ready === undefined ? node.ready : ready === 'True',
    pressure: Object.entries(NODE_PRESSURE).flatMap(([type, pressure]) => (told.get(type) === 'True' ? [pressure] : [])),
  };
}
