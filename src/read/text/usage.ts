import type { ResourceFacts } from '../../domain/snapshot.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type { Objects, TextObject } from './objects.ts';

/** A row of `kubectl top pods`; those of nodes have percentages. */
const TOP_ROW = /^(?:([a-z0-9-]{1,63})\s+)?([a-z0-9][a-z0-9.-]{2,252})\s+(\d{1,9}m?)\s+(\d{1,9}(?:Ki|Mi|Gi)?)\s*$/;
/** `--containers`: a pod and a container in place of a namespace and a pod. */
const OF_CONTAINERS = /^(?:NAMESPACE\s+)?POD\s+NAME\s+CPU/;
const CONTAINER_ROW =
  /^(?:([a-z0-9-]{1,63})\s+)?([a-z0-9][a-z0-9.-]{2,252})\s+([a-z0-9-]{1,63})\s+(\d{1,9}m?)\s+(\d{1,9}(?:Ki|Mi|Gi)?)\s*$/;
const HEADING = /^\s*(limits|requests):\s*$/i;
const AMOUNT = /^\s*(cpu|memory):\s+"?(\d[0-9.]{0,12}[a-zA-Z]{0,2})"?\s*$/;
const MOST_PODS = 100;
const MOST_REPLICAS = 5;

/** What pods use, of `kubectl top`, and what they may use, of `describe`: together they are shares of a limit. */
export class UsageReader {
  readonly #used = new Map<string, { object: TextObject; cpu: number; memory: number }>();
  readonly #objects: Objects;
  /** All that the text tells: `top` names no container that a limit could be told by, so of two that differ nobody knows which counts. */
  readonly #limits = { cpu: new Set<number>(), memory: new Set<number>() };
  #ofContainers = false;
  #heading = '';

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** True when the line is a figure. */
  read(line: string): boolean {
    if (line.length > 400) return false;
    const heading = HEADING.exec(line)?.[1];
    if (heading !== undefined) {
      this.#heading = heading.toLowerCase();
      return true;
    }
    if (this.#heading !== '' && this.#amount(line)) return true;
    this.#heading = '';
    return this.#row(line);
  }

  #amount(line: string): boolean {
    const [, resource, amount] = AMOUNT.exec(line) ?? [];
    const value = parseQuantity(amount);
    if (this.#heading === 'limits' && value !== undefined) this.#limits[resource === 'cpu' ? 'cpu' : 'memory'].add(value);
    return resource !== undefined;
  }

  #row(line: string): boolean {
    if (line.includes('CPU(')) this.#ofContainers = OF_CONTAINERS.test(line);
    const { namespace, pod, cpu, memory } = (this.#ofContainers ? containerRow(line) : undefined) ?? podRow(line);
    if (pod === undefined || cpu === undefined || memory === undefined || this.#used.size >= MOST_PODS) return false;
    const known = this.#used.get(pod);
    // Of its containers the one that uses most.
    if (!known || known.cpu < cpu) this.#used.set(pod, { object: known?.object ?? this.#objects.row('Pod', pod, namespace), cpu, memory });
    return true;
  }

  end(): void {
    this.#heading = '';
    this.#ofContainers = false;
  }

  /** Of the pods that `keep` keeps, where both sides are known. Of a long listing nobody knows whose the limit is. */
  facts(keep: (pod: TextObject) => boolean): ResourceFacts[] {
    const cpu = onlyOne(this.#limits.cpu);
    const memory = onlyOne(this.#limits.memory);
    const used = [...this.#used].filter(([, { object }]) => keep(object));
    if ((!cpu && !memory) || used.length > MOST_REPLICAS) return [];
    return used.map(([pod, figures]) => ({
      pod,
      container: 'server',
      ...(cpu ? { cpuUsageRatio: figures.cpu / cpu } : {}),
      ...(memory ? { memoryUsageRatio: figures.memory / memory } : {}),
    }));
  }
}

const onlyOne = (values: ReadonlySet<number>): number | undefined => (values.size === 1 ? [...values][0] : undefined);

interface Row {
  readonly namespace?: string | undefined;
  readonly pod?: string | undefined;
  /** Cores. */
  readonly cpu?: number | undefined;
  /** Bytes. */
  readonly memory?: number | undefined;
}

function podRow(line: string): Row {
  const [, namespace, pod, cpu, memory] = TOP_ROW.exec(line) ?? [];
  return { namespace, pod, cpu: parseQuantity(cpu), memory: parseQuantity(memory) };
}

function containerRow(line: string): Row | undefined {
  const [, namespace, pod, , cpu, memory] = CONTAINER_ROW.exec(line) ?? [];
  return pod === undefined ? undefined : { namespace, pod, cpu: parseQuantity(cpu), memory: parseQuantity(memory) };
}
