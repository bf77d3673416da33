import type { ProbeResult } from '../domain/probe.ts';
import type { Slots } from '../net/slots.ts';
import type { ApiTarget, Targets } from '../objects/targets.ts';
import type { Clock } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import { type Asker, type DirectAnswer, ourFailure } from './asker.ts';
import type { Beliefs } from './belief.ts';
import type { Control } from './control.ts';
import { laneOf, openPlaces } from './lanes.ts';
import type { DirectPlan, ProbePlan } from './plan.ts';
import type { ProbeHealth } from './probe-health.ts';
import type { ProbedApi } from './probed-apis.ts';
import type { JobOutcome } from './schedule.ts';
import type { Silences } from './silences.ts';

export interface ProbeRunnerInput {
  readonly targets: Targets;
  readonly asker: Asker;
  readonly control: Control;
  readonly beliefs: Beliefs;
  readonly silences: Silences;
  readonly health: ProbeHealth;
  readonly clock: Clock;
  readonly log: Logger;
  readonly maxOpen: number;
  /** The API is there, and this is still probed of it. */
  readonly isCurrent: (api: ProbedApi, plan: ProbePlan) => boolean;
  /** Probes soon. */
  readonly hurry: (key: string) => void;
  readonly onResult: ((api: string, result: ProbeResult) => void) | undefined;
  readonly onChange: (() => void) | undefined;
}

/** Makes one probe after the other, and says what follows from each. */
export class ProbeRunner {
  readonly #input: ProbeRunnerInput;
  readonly #places: Slots;
  #stopped = false;

  constructor(input: ProbeRunnerInput) {
    this.#input = input;
    this.#places = openPlaces(input.maxOpen);
  }

  /** What ends from now on is nobody's. */
  stop(): void {
    this.#stopped = true;
  }

  /** Never rejects: what fails is a result. */
  async run(api: ProbedApi, plan: ProbePlan): Promise<JobOutcome> {
    const { silences } = this.#input;
    const leave = await this.#places.take(laneOf(plan.vantage, silences.isSilent(plan.key)));
    try {
      return await this.#runNow(api, plan);
    } finally {
      leave();
    }
  }

  async #runNow(api: ProbedApi, plan: ProbePlan): Promise<JobOutcome> {
    const { targets, clock, isCurrent, log } = this.#input;
    const target = targets.get(api.name);
    // It may have gone while others had the places.
    if (this.#stopped || !target || !isCurrent(api, plan)) return 'skipped';
    const at = clock();
    try {
      return this.#conclude(api, plan, await this.#ask(target, plan, api));
    } catch (error) {
      log.debug({ apiservice: api.name, vantage: plan.vantage, error: messageOf(error) }, 'probe could not be made');
      return this.#settle(api, plan, ourFailure(plan, at, error));
    }
  }

  /** Undefined: it could not be measured. */
  async #ask(target: ApiTarget, plan: ProbePlan, { list }: ProbedApi): Promise<DirectAnswer | undefined> {
    const { asker, control } = this.#input;
    if (plan.vantage !== 'aggregator') return this.#askDirectly(target, plan);
    // An instance that does not even answer /readyz is not addressable from here.
    if (!plan.apiserver.own && !control.answers(plan.apiserver.instance)) return undefined;
    const result = await asker.viaAggregator(target, plan, list, control);
    return result && { result, isProven: true };
  }

  async #askDirectly(target: ApiTarget, plan: DirectPlan): Promise<DirectAnswer> {
    const { asker, silences } = this.#input;
    const answer = await asker.directly(target, plan, laneOf(plan.vantage, silences.isSilent(plan.key)));
    // Whoever is at that address: its silence costs a place.
    silences.note(plan.key, answer.result);
    return answer;
  }

  #conclude(api: ProbedApi, plan: ProbePlan, answer: DirectAnswer | undefined): JobOutcome {
    const { beliefs, isCurrent } = this.#input;
    if (!answer || !isCurrent(api, plan)) return skip(api, plan);
    const { result, isProven } = answer;
    const counts = plan.vantage === 'aggregator' || beliefs.counts(plan.key, result, isProven);
    return counts ? this.#settle(api, plan, result) : skip(api, plan);
  }

  #settle(api: ProbedApi, plan: ProbePlan, result: ProbeResult): JobOutcome {
    const { health, isCurrent } = this.#input;
    if (this.#stopped || !isCurrent(api, plan)) return 'skipped';
    const before = api.book.record(plan.key, result);
    health.note(result, plan.vantage === 'aggregator' && plan.apiserver.own);
    this.#hurryOthers(api, before, result);
    this.#tell(api.name, before, result);
    return result.ok ? 'ok' : 'failed';
  }

  /** What the other vantages saw before the outage says nothing about it, and what rests has seen nothing of what changed since. */
  #hurryOthers({ plans }: ProbedApi, before: ProbeResult | undefined, result: ProbeResult): void {
    const { hurry, silences } = this.#input;
    const begins = !result.ok && before?.ok !== false;
    if (begins || differs(before, result)) for (const key of plans.keys()) if (begins || silences.isTired(key)) hurry(key);
  }

  #tell(name: string, before: ProbeResult | undefined, result: ProbeResult): void {
    const { onResult, onChange, log } = this.#input;
    try {
      onResult?.(name, result);
      if (differs(before, result)) onChange?.();
    } catch (error) {
      log.error({ apiservice: name, error: messageOf(error) }, 'a listener of probe results failed');
    }
  }
}

function skip(api: ProbedApi, plan: ProbePlan): JobOutcome {
  api.book.skip(plan.key);
  return 'skipped';
}

const differs = (before: ProbeResult | undefined, now: ProbeResult): boolean => before?.ok !== now.ok || before.reason !== now.reason;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
