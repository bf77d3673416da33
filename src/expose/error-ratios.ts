import type { ApiFacts, Snapshot } from '../domain/snapshot.ts';

/** Minutes that the ratio looks back: long enough for thirty probes, short enough to see a recovery. */
export const ERROR_RATIO_WINDOW_SECONDS = 300;
const STEPS = 30;
const STEP_MS = (ERROR_RATIO_WINDOW_SECONDS * 1000) / STEPS;

interface Step {
  readonly slot: number;
  attempts: number;
  failures: number;
}

interface Counts {
  attempts: number;
  failures: number;
}

/**
 * Share of the probes that failed in the last five minutes, per API and vantage. Counted per target, so that a replaced pod,
 * whose tally goes, takes nothing from the others. At most 31 steps per API and vantage are kept.
 */
export class ErrorRatios {
  readonly #apis = new Map<string, { targets: Map<string, Counts>; steps: Map<string, Step[]> }>();

  observe(snapshot: Snapshot): void {
    const present = new Set<string>();
    for (const api of snapshot.apis) {
      present.add(api.name);
      this.#observeApi(api, Math.floor(snapshot.time / STEP_MS));
    }
    for (const name of this.#apis.keys()) if (!present.has(name)) this.#apis.delete(name);
  }

  /** Undefined when nothing was probed from there in the window. */
  of(api: string, vantage: string): number | undefined {
    const steps = this.#apis.get(api)?.steps.get(vantage);
    if (!steps) return undefined;
    let attempts = 0;
    let failures = 0;
    for (const step of steps) {
      attempts += step.attempts;
      failures += step.failures;
    }
    return attempts > 0 ? failures / attempts : undefined;
  }

  #observeApi(api: ApiFacts, slot: number): void {
    const known = this.#apis.get(api.name) ?? { targets: new Map<string, Counts>(), steps: new Map<string, Step[]>() };
    this.#apis.set(api.name, known);
    const targets = new Map<string, Counts>();
    for (const tally of api.probes) {
      let failures = 0;
      for (const n of Object.values(tally.failures)) failures += n;
      const key = `${tally.vantage} ${tally.request} ${tally.target}`;
      const before = known.targets.get(key);
      targets.set(key, { attempts: tally.attempts, failures });
      const restarted = before !== undefined && before.attempts > tally.attempts;
      const from = before && !restarted ? before : { attempts: 0, failures: 0 };
      const list = known.steps.get(tally.vantage) ?? [];
      known.steps.set(tally.vantage, list);
      addStep(list, { slot, attempts: tally.attempts - from.attempts, failures: failures - from.failures });
    }
    known.targets = targets;
    for (const steps of known.steps.values()) while (steps[0] && steps[0].slot <= slot - STEPS) steps.shift();
  }
}

function addStep(steps: Step[], step: Step): void {
  const last = steps.at(-1);
  if (last?.slot === step.slot) {
    last.attempts += step.attempts;
    last.failures += step.failures;
  } else steps.push(step);
}
