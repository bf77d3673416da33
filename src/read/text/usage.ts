import type { ResourceFacts } from '../../domain/snapshot.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type { Objects, TextObject } from './objects.ts';

/** A row of `kubectl top pods`; those of nodes have percentages. */
const TOP_ROW = /^(?:([a-z0-9-]{1,63})\s+)?([a-z0-9][a-z0-9.-]{2,252})\s+(\d{1,9}m?)\s+(\d{1,9}(?:Ki|Mi|Gi)?)\s*$/;
const HEADING = /^\s*(limits|requests):\s*$/i;
const AMOUNT = /^\s*(cpu|memory):\s+"?(\d[0-9.]{0,12}[a-zA-Z]{0,2})"?\s*$/;
const MOST_PODS = 100;
const MOST_REPLICAS = 5;

/** What pods use, of `kubectl top`, and what they may use, of `describe`: together they are shares of a limit. */
export class UsageReader {
  readonly #used = new Map<string, { object: TextObject; cpu: number; memory: number }>();
  readonly #objects: Objects;
  readonly #limits: { cpu?: number; memory?: number } = {};
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
    if (this.#heading === 'limits' && value !== undefined) this.#limits[resource === 'cpu' ? 'cpu' : 'memory'] ??= value;
    return resource !== undefined;
  }

  #row(line: string): boolean {
    const [, namespace, pod, ...figures] = TOP_ROW.exec(line) ?? [];
    const [cpu, memory] = figures.map(parseQuantity);
    if (pod === undefined || cpu === undefined || memory === undefined || this.#used.size >= MOST_PODS) return false;
    this.#used.set(pod, { object: this.#objects.row('Pod', pod, namespace), cpu, memory });
    return true;
  }

  end(): void {
    this.#heading = '';
  }

  /** Of the pods that `keep` keeps, where both sides are known. The text tells one limit: of a long listing nobody knows whose it is. */
  facts(keep: (pod: TextObject) => boolean): ResourceFacts[] {
    const { cpu, memory } = this.#limits;
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
