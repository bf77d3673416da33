import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentNetwork } from '../domain/node-reach.ts';
import { createSlots } from '../net/slots.ts';
import { type Clock, monotonic } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import { type Asker, keyOf, type Seen } from './ask.ts';
import type { Exporter } from './exporters.ts';
import type { AgentResult, AgentTarget, Orders, Report } from './protocol.ts';

export interface AgentOptions {
  readonly node: string;
  readonly network: AgentNetwork;
  readonly asker: Asker;
  readonly exporters: { find(): Promise<readonly string[]>; all(): readonly Exporter[]; close(): void };
  readonly log: Logger;
  /** Milliseconds of a clock that nobody sets. */
  readonly clock?: Clock;
  /** Resolves after so long, or when the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 to 1. */
  readonly random?: () => number;
}

/** Probes that are open at once. */
const MOST_OPEN = 32;
/** While no exporter says anything else. */
const UNTOLD: Orders = { intervalSeconds: 10, timeoutSeconds: 5, targets: [] };
/** From one round to the next where a target is new. */
const SOON_MS = 1000;

const abortable = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => {});

/** Asks what the exporters want to know, and tells each; until the signal aborts. Rejects only with what is a bug. */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const { asker, exporters, wait = abortable, random = Math.random } = options;
  const agent = new NodeAgent(options);
  signal.addEventListener('abort', () => asker.close(), { once: true });
  while (!signal.aborted) {
    const restMs = await agent.round(signal);
    // So that the agents of many nodes do not come in step.
    if (!signal.aborted) await wait(restMs * (0.95 + random() * 0.1), signal);
  }
  exporters.close();
}

class NodeAgent {
  readonly #options: Required<Pick<AgentOptions, 'clock'>> & AgentOptions;
  readonly #places = createSlots(() => MOST_OPEN);
  /** Undefined: it was asked, and nothing was learned. */
  readonly #seen = new Map<string, (Seen & { readonly at: number }) | undefined>();
  #orders = new Map<Exporter, Orders>();
  /** What each exporter, and each name, is said to lack: one line when that changes. */
  readonly #problems = new Map<string, string>();

  constructor(options: AgentOptions) {
    this.#options = { clock: monotonic, ...options };
  }

  /** Returns for how long to rest, milliseconds. */
  async round(signal: AbortSignal): Promise<number> {
    const { clock, exporters } = this.#options;
    const begun = clock();
    const unresolved = await exporters.find();
    this.#note('names', unresolved.join('; '));
    await this.#askAll();
    if (signal.aborted) return 0;
    const all = exporters.all();
    this.#orders = new Map(all.map((one) => [one, this.#orders.get(one) ?? UNTOLD]));
    await Promise.all(all.map((one) => this.#report(one)));
    const orders = [...this.#orders.values()];
    const intervalMs =
      Math.min(...[...orders, ...(orders.length === 0 ? [UNTOLD] : [])].map(({ intervalSeconds }) => intervalSeconds)) * 1000;
    const isNew = [...this.#wanted().keys()].some((key) => !this.#seen.has(key));
    return isNew ? Math.min(SOON_MS, intervalMs) : Math.max(0, intervalMs - (clock() - begun));
  }

  /** By what is asked: two exporters, or two APIs of one server, ask once. */
  #wanted(): Map<string, { readonly target: AgentTarget; readonly timeoutMs: number }> {
    const wanted = new Map<string, { readonly target: AgentTarget; readonly timeoutMs: number }>();
    for (const { targets, timeoutSeconds } of this.#orders.values())
      for (const target of targets) wanted.set(keyOf(target), { target, timeoutMs: timeoutSeconds * 1000 });
    return wanted;
  }

  async #askAll(): Promise<void> {
    const wanted = this.#wanted();
    for (const key of [...this.#seen.keys()]) if (!wanted.has(key)) this.#seen.delete(key);
    await Promise.all([...wanted].map(([key, { target, timeoutMs }]) => this.#ask(key, target, timeoutMs)));
  }

  async #ask(key: string, target: AgentTarget, timeoutMs: number): Promise<void> {
    const { asker, clock, log } = this.#options;
    const leave = await this.#places.take('');
    try {
      const at = clock();
      const seen = await asker.ask(target, timeoutMs);
      this.#seen.set(key, seen && { ...seen, at });
    } catch (error) {
      this.#seen.set(key, undefined);
      log.error({ target: target.id, error: wordsOf(error) }, 'could not be asked, which is a bug');
    } finally {
      leave();
    }
  }

  async #report(exporter: Exporter): Promise<void> {
    const { node, network } = this.#options;
    const report: Report = { node, network, results: this.#resultsFor(exporter) };
    try {
      this.#orders.set(exporter, await exporter.report(report));
      this.#note(exporter.name, '');
    } catch (error) {
      // It may be away for a moment: what it wants to know is still asked, and told when it is there again.
      this.#note(exporter.name, wordsOf(error));
    }
  }

  #resultsFor(exporter: Exporter): AgentResult[] {
    const now = this.#options.clock();
    return (this.#orders.get(exporter)?.targets ?? []).flatMap((target) => {
      const seen = this.#seen.get(keyOf(target));
      if (!seen) return [];
      const { at, ...result } = seen;
      return [{ id: target.id, age: Math.max(0, now - at) / 1000, ...result }];
    });
  }

  #note(whom: string, problem: string): void {
    const { log } = this.#options;
    const before = this.#problems.get(whom);
    if (before === problem) return;
    this.#problems.set(whom, problem);
    if (problem !== '') log.warn({ exporter: whom, error: problem }, 'cannot report');
    else if (whom !== 'names' || before !== undefined) log.info({ exporter: whom }, 'reports');
    // Of exporters that are gone nothing is kept.
    const names = new Set(['names', ...this.#options.exporters.all().map(({ name }) => name)]);
    for (const name of this.#problems.keys()) if (!names.has(name)) this.#problems.delete(name);
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
