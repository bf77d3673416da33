import type { ProbeResult } from '../domain/probe.ts';
import type { ApiTarget, Targets } from '../objects/targets.ts';
import type { Clock } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import { type Asker, type DirectAnswer, ourFailure } from './asker.ts';
import type { Beliefs } from './belief.ts';
import type { Control } from './control.ts';
import { OpenProbes } from './open-probes.ts';
import type { ProbePlan } from './plan.ts';
import type { ProbeHealth } from './probe-health.ts';
import type { ProbedApi } from './probed-apis.ts';
import type { JobOutcome } from './schedule.ts';

export interface ProbeRunnerInput {
  readonly targets: Targets;
  readonly asker: Asker;
  readonly control: Control;
  readonly beliefs: Beliefs;
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
  readonly #open: OpenProbes;
  #stopped = false;

  constructor(input: ProbeRunnerInput) {
    this.#input = input;
    this.#open = new OpenProbes(input.maxOpen);
  }

  /** What ends from now on is nobody's. */
  stop(): void {
    this.#stopped = true;
  }

  /** Never rejects: what fails is a result. */
  async run(api: ProbedApi, plan: ProbePlan): Promise<JobOutcome> {
    const { targets, clock, log } = this.#input;
    const target = targets.get(api.name);
    if (!target) return 'skipped';
    const urgency = plan.vantage === 'aggregator' ? 'first' : 'later';
    if (!this.#open.enter(urgency)) {
      log.debug({ apiservice: api.name, ...this.#open.counts }, 'probe put off: too many are open');
      return 'skipped';
    }
    const at = clock();
    try {
      return this.#conclude(api, plan, await this.#ask(target, plan, api));
    } catch (error) {
      log.debug({ apiservice: api.name, vantage: plan.vantage, error: messageOf(error) }, 'probe could not be made');
      return this.#settle(api, plan, ourFailure(plan, at, error));
    } finally {
      this.#open.leave(urgency);
    }
  }

  /** Undefined: it could not be measured. */
  async #ask(target: ApiTarget, plan: ProbePlan, { list }: ProbedApi): Promise<DirectAnswer | undefined> {
    const { asker, control } = this.#input;
    if (plan.vantage !== 'aggregator') return asker.directly(target, plan);
    // An instance that does not even answer /readyz is not addressable from here.
    if (!plan.apiserver.own && !control.answers(plan.apiserver.instance)) return undefined;
    const result = await asker.viaAggregator(target, plan, list, control);
    return result && { result, isProven: true };
  }

  #conclude(api: ProbedApi, plan: ProbePlan, answer: DirectAnswer | undefined): JobOutcome {
    const { beliefs, isCurrent } = this.#input;
    if (!answer || !isCurrent(api, plan)) return skip(api, plan);
    const { result, isProven } = answer;
    const counts = plan.vantage === 'aggregator' || beliefs.counts(plan.key, result, isProven);
    return counts ? this.#settle(api, plan, result) : skip(api, plan);
  }

  #settle(api: ProbedApi, plan: ProbePlan, result: ProbeResult): JobOutcome {
    const { health, hurry, isCurrent } = this.#input;
    if (this.#stopped || !isCurrent(api, plan)) return 'skipped';
    const before = api.book.record(plan.key, result);
    health.note(result, plan.vantage === 'aggregator' && plan.apiserver.own);
    // What the other vantages saw before the outage says nothing about it.
    if (!result.ok && before?.ok !== false) for (const key of api.plans.keys()) hurry(key);
    this.#tell(api.name, before, result);
    return result.ok ? 'ok' : 'failed';
  }

  #tell(name: string, before: ProbeResult | undefined, result: ProbeResult): void {
    const { onResult, onChange, log } = this.#input;
    try {
      onResult?.(name, result);
      if (before?.ok !== result.ok || before.reason !== result.reason) onChange?.();
    } catch (error) {
      log.error({ apiservice: name, error: messageOf(error) }, 'a listener of probe results failed');
    }
  }
}

function skip(api: ProbedApi, plan: ProbePlan): JobOutcome {
  api.book.skip(plan.key);
  return 'skipped';
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
