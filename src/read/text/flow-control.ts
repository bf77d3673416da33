import { apiOfPath } from './apis.ts';
import { headOf } from './lines.ts';
import type { Message } from './messages.ts';

/** What a kube-apiserver prints of its priority levels: /debug/api_priority_and_fairness/dump_priority_levels, from 1.20 to 1.37. */
const HEAD = /^PriorityLevelName, {1,40}ActiveQueues,/;
/** A refusal, as codes and clients word it (RFC 6585, 4). */
const REFUSED = /\b429\b|too ?many ?requests/i;
const MOST_LEVELS = 100;

/**
 * Priority levels that refused requests, out of such a dump. It counts from the kube-apiserver's start and names no API: it tells who refused
 * only beside somebody who was refused.
 */
export class FlowControlReader {
  #columns: readonly string[] | undefined;
  #refused = false;
  readonly #apis = new Set<string>();
  readonly #sentences = new Map<string, string>();

  /** True where the line is of such a dump. */
  read(line: string): boolean {
    if (HEAD.test(line)) {
      this.#columns = cells(line);
      return true;
    }
    const row = this.#columns && line.length < 2000 ? cells(line) : [];
    if (!this.#columns || row.length !== this.#columns.length) {
      this.#columns = undefined;
      this.#other(headOf(line));
      return false;
    }
    this.#level(this.#columns, row);
    return true;
  }

  /** Which levels refused requests, where the text shows a refusal: the last that is told of each, and about whom it refused. */
  get messages(): readonly Message[] {
    if (!this.#refused) return [];
    return [...this.#sentences.values()].map((text) => ({ text, voice: 'unknown', about: [...this.#apis] }));
  }

  #other(line: string): void {
    if (!REFUSED.test(line)) return;
    this.#refused = true;
    const api = apiOfPath(line);
    if (api !== undefined && this.#apis.size < MOST_LEVELS) this.#apis.add(api);
  }

  #level(columns: readonly string[], row: readonly string[]): void {
    const count = (column: string): number => Number(row[columns.indexOf(column)]) || 0;
    const [name = ''] = row;
    const refused = count('RejectedRequests') + count('TimedoutRequests');
    if (refused === 0 || (this.#sentences.size >= MOST_LEVELS && !this.#sentences.has(name))) return;
    const waiting = count('WaitingRequests');
    this.#sentences.set(
      name,
      `priority level "${name}" of the kube-apiserver rejected ${refused} of ${refused + count('DispatchedRequests')} requests since its start${waiting > 0 ? `, and ${waiting} wait in its queues` : ''}`,
    );
  }
}

const cells = (line: string): readonly string[] => line.split(',').map((cell) => cell.trim());
