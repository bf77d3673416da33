import type { UnbelievedTarget } from '../domain/probe.ts';
import { type AddressRules, isIp } from '../net/addresses.ts';
import type { Apiserver, ApiserverRequests } from './apiserver-requests.ts';
import type { Beliefs } from './belief.ts';
import type { Control } from './control.ts';
import type { ProberOptions } from './options.ts';
import { apiserversOf, controlKey } from './plan.ts';
import type { ProbeHealth } from './probe-health.ts';
import type { JobOutcome, Schedule } from './schedule.ts';

export interface ProbedApiserversInput {
  readonly options: Pick<Required<ProberOptions>, 'apiservers' | 'intervalMs'>;
  readonly rules: AddressRules;
  readonly requests: ApiserverRequests;
  readonly control: Control;
  readonly schedule: Schedule;
  readonly beliefs: Beliefs;
  readonly health: ProbeHealth;
}

/** The kube-apiservers through which APIs are probed, each with its control probe on the schedule. */
export class ProbedApiservers {
  readonly #input: ProbedApiserversInput;
  #known: readonly Apiserver[] = [];

  constructor(input: ProbedApiserversInput) {
    this.#input = input;
  }

  get known(): readonly Apiserver[] {
    return this.#known;
  }

  reconcile(): void {
    const { options, rules, requests, control, schedule, beliefs } = this.#input;
    const now = apiserversOf(requests.own, options.apiservers(), (host) => !isIp(host) || rules.refusal(host) !== undefined);
    control.keep(now);
    const before = new Set(this.#known.map(({ instance }) => instance));
    for (const apiserver of now)
      if (!before.delete(apiserver.instance))
        schedule.add({ key: controlKey(apiserver.instance), interval: () => options.intervalMs, run: () => this.#run(apiserver) });
    for (const instance of before) {
      schedule.remove(controlKey(instance));
      beliefs.forget(controlKey(instance));
      requests.drop(instance);
    }
    this.#known = now;
  }

  unbelieved(): UnbelievedTarget[] {
    return this.#input.beliefs.unbelieved(this.#known.map(({ instance }) => controlKey(instance)));
  }

  async #run(apiserver: Apiserver): Promise<JobOutcome> {
    const result = await this.#input.control.probe(apiserver);
    this.#input.health.note(result, apiserver.own);
    return result.ok ? 'ok' : 'failed';
  }
}
