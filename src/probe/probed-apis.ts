import type { ProbeTally } from '../domain/probe.ts';
import type { AddressRules } from '../net/addresses.ts';
import type { ApiTarget } from '../objects/targets.ts';
import type { Logger } from '../source/logger.ts';
import type { Apiserver } from './apiserver-requests.ts';
import type { Beliefs } from './belief.ts';
import { createListChoice, type ListChoice } from './list-choice.ts';
import type { ProberOptions } from './options.ts';
import { outdated, type Plans, type ProbePlan, plansFor, readyIn } from './plan.ts';
import type { JobOutcome, Schedule } from './schedule.ts';
import type { Silences } from './silences.ts';
import { createTallyBook, type TallyBook } from './tally-book.ts';

export interface ProbedApi {
  /** Of the APIService. */
  readonly name: string;
  readonly book: TallyBook;
  readonly list: ListChoice;
  plans: ReadonlyMap<string, ProbePlan>;
  /** The ready addresses, `host:port`; undefined before the first look. */
  ready?: ReadonlySet<string>;
  /** Addresses that were refused, so that each is logged once. */
  refused: ReadonlySet<string>;
}

export interface ProbedApisInput {
  readonly options: Required<ProberOptions>;
  readonly rules: AddressRules;
  readonly schedule: Schedule;
  readonly beliefs: Beliefs;
  readonly silences: Silences;
  readonly log: Logger;
  /** Makes one probe. Must not reject. */
  readonly run: (api: ProbedApi, plan: ProbePlan) => Promise<JobOutcome>;
}

/** What is probed of each API, kept as its objects are, and scheduled. */
export class ProbedApis {
  readonly #input: ProbedApisInput;
  readonly #apis = new Map<string, ProbedApi>();

  constructor(input: ProbedApisInput) {
    this.#input = input;
  }

  reconcile(target: ApiTarget, apiservers: readonly Apiserver[]): void {
    const { options, rules, schedule } = this.#input;
    const api = this.#apis.get(target.name) ?? newApi(target.name);
    this.#apis.set(target.name, api);
    const { plans, refused } = plansFor(target, { ...options, apiservers, rules });
    this.#follow(api, plans);
    const ready = readyIn(target);
    for (const key of api.ready ? outdated(plans, api.ready, ready) : []) schedule.hurry(key);
    api.ready = ready;
    this.#tellRefused(api, refused);
  }

  forget(name: string): void {
    for (const key of this.#apis.get(name)?.plans.keys() ?? []) this.#drop(key);
    this.#apis.delete(name);
  }

  /** Forgets the others. */
  keep(names: ReadonlySet<string>): void {
    for (const name of [...this.#apis.keys()]) if (!names.has(name)) this.forget(name);
  }

  /** What direct vantages saw is not observed any more. */
  skipDirect(): void {
    for (const { plans, book } of this.#apis.values()) for (const [key, { vantage }] of plans) if (vantage !== 'aggregator') book.skip(key);
  }

  /** The API is there, and this is still probed of it. */
  isCurrent(api: ProbedApi, plan: ProbePlan): boolean {
    return this.#apis.get(api.name) === api && api.plans.has(plan.key);
  }

  tallies(name: string): ProbeTally[] {
    return this.#apis.get(name)?.book.published() ?? [];
  }

  keysOf(name: string): Iterable<string> {
    return this.#apis.get(name)?.plans.keys() ?? [];
  }

  allKeys(): string[] {
    return [...this.#apis.values()].flatMap(({ plans }) => [...plans.keys()]);
  }

  /** Some probe of it has brought a result, or each target has had its turn; there may be none. */
  hadTurn(name: string): boolean {
    return this.#apis.get(name)?.book.begun() ?? false;
  }

  /** How many APIs there are, and of how many nothing has had its turn. */
  turns(): { readonly all: number; readonly waiting: number } {
    const names = [...this.#apis.keys()];
    return { all: names.length, waiting: names.filter((name) => !this.hadTurn(name)).length };
  }

  settled(): boolean {
    return [...this.#apis.values()].every(({ book }) => book.settled());
  }

  #follow(api: ProbedApi, plans: readonly ProbePlan[]): void {
    const { options, run, schedule } = this.#input;
    const wanted = new Map(plans.map((plan) => [plan.key, plan]));
    const added = plans.filter(({ key }) => !api.plans.has(key));
    for (const plan of added) api.book.open(plan.key, plan.vantage, plan.request, plan.target);
    for (const key of api.plans.keys())
      if (!wanted.has(key)) {
        this.#drop(key);
        api.book.close(key);
      }
    for (const plan of added) {
      const interval = () => options.intervalMs * (plan.request === 'list' ? api.list.pace : 1);
      schedule.add({ key: plan.key, interval, rest: () => this.#restMs(api, plan), run: () => run(api, plan) });
    }
    api.plans = wanted;
  }

  /** A direct target that times out rests only while the API is probed at the usual pace elsewhere. */
  #restMs(api: ProbedApi, { key, vantage }: ProbePlan): number | undefined {
    const { options, silences } = this.#input;
    if (vantage === 'aggregator' || !silences.isTired(key)) return undefined;
    const isProbedElsewhere = [...api.plans.keys()].some((other) => api.book.isObserved(other) && !silences.isTired(other));
    return isProbedElsewhere ? silences.restMs(key, options.intervalMs, options.discoveryTimeoutMs) : undefined;
  }

  #tellRefused(api: ProbedApi, refused: Plans['refused']): void {
    for (const { address, why } of refused)
      if (!api.refused.has(address)) this.#input.log.warn({ apiservice: api.name, address }, `not probed: ${address} is ${why}`);
    api.refused = new Set(refused.map(({ address }) => address));
  }

  #drop(key: string): void {
    this.#input.schedule.remove(key);
    this.#input.beliefs.forget(key);
    this.#input.silences.forget(key);
  }
}

const newApi = (name: string): ProbedApi => ({
  name,
  book: createTallyBook(),
  list: createListChoice(),
  plans: new Map(),
  refused: new Set(),
});
