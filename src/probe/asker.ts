import type { ProbeResult } from '../domain/probe.ts';
import { type Attempt, type AttemptRuntime, attempt } from '../net/attempt.ts';
import type { ApiTarget } from '../objects/targets.ts';
import { redacted } from '../redact/redact.ts';
import type { Clock } from '../source/clock.ts';
import type { Apiserver, ApiserverRequests, PrepareOptions } from './apiserver-requests.ts';
import { provesBackend } from './belief.ts';
import type { Control } from './control.ts';
import { type AggregatorContext, type Judgement, judgeAggregator, judgeControl, judgeDirect, NOT_MEASURABLE } from './judge.ts';
import type { Lane } from './lanes.ts';
import type { ListChoice } from './list-choice.ts';
import type { ProberOptions } from './options.ts';
import type { AggregatorPlan, DirectPlan } from './plan.ts';
import { createServingTrusts } from './serving-trust.ts';

/** Beyond it, a discovery body is judged by its first bytes. */
const DISCOVERY_BODY = 256 * 1024;
const LIST_BODY = 64 * 1024;
const CONTROL_BODY = 16 * 1024;
/** A control probe so recent says enough of a kube-apiserver that did not answer: many APIs ask at once then. */
const RECENT_MS = 1000;

/** Makes one probe: asks, and judges what came. */
export interface Asker {
  directly(target: ApiTarget, plan: DirectPlan, lane: Lane): Promise<DirectAnswer>;
  /** Undefined: it could not be measured, which is neither good nor bad. Rejects when the credentials can't be read. */
  viaAggregator(target: ApiTarget, plan: AggregatorPlan, list: ListChoice, control: Control): Promise<ProbeResult | undefined>;
  /** GET /readyz. Never rejects. */
  control(apiserver: Apiserver): Promise<ProbeResult>;
}

export interface DirectAnswer {
  readonly result: ProbeResult;
  /** Only the backend of this APIService can have answered so. */
  readonly isProven: boolean;
}

type Deadlines = Pick<Required<ProberOptions>, 'discoveryTimeoutMs' | 'listTimeoutMs' | 'aggregatorGraceMs'>;

export function createAsker(runtime: AttemptRuntime, requests: ApiserverRequests, clock: Clock, deadlines: Deadlines): Asker {
  return new NetworkAsker(runtime, requests, clock, deadlines);
}

class NetworkAsker implements Asker {
  readonly #runtime: AttemptRuntime;
  readonly #requests: ApiserverRequests;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #servingTrust = createServingTrusts();
  readonly #timesAsked = new WeakMap<AggregatorPlan, number>();

  constructor(runtime: AttemptRuntime, requests: ApiserverRequests, clock: Clock, deadlines: Deadlines) {
    this.#runtime = runtime;
    this.#requests = requests;
    this.#clock = clock;
    this.#deadlines = deadlines;
  }

  async directly(target: ApiTarget, plan: DirectPlan, lane: Lane): Promise<DirectAnswer> {
    const at = this.#clock();
    const serving = this.#servingTrust(target);
    const seen = await attempt({
      ...this.#runtime,
      lane,
      host: plan.host,
      port: plan.port,
      path: pathOf(target),
      headers: { Accept: 'application/json' },
      timeoutMs: this.#deadlines.discoveryTimeoutMs,
      maxBody: DISCOVERY_BODY,
      tls: { context: serving.context, servername: serving.trust.serverName, rejectUnauthorized: false },
    });
    const now = this.#clock();
    const certificate = seen.peer && serving.factsOf(seen.peer, now);
    const judged = judgeDirect(seen, {
      vantage: plan.vantage,
      groupVersion: groupVersionOf(target),
      trust: serving.trust,
      now: now / 1000,
      ...(certificate && { certificate }),
    });
    const isProven = provesBackend(seen, certificate, serving.trust, groupVersionOf(target));
    return { result: resultOf(plan, at, seen, judged), isProven };
  }

  async viaAggregator(target: ApiTarget, plan: AggregatorPlan, list: ListChoice, control: Control): Promise<ProbeResult | undefined> {
    const { apiserver, request } = plan;
    const at = this.#clock();
    const resource = request === 'list' ? list.resource : undefined;
    if (request === 'list' && resource === undefined) return undefined;
    const path = resource === undefined ? pathOf(target) : `${pathOf(target)}/${resource}?limit=1`;
    const prepared = await this.#requests.prepare(apiserver, path, this.#nextTime(plan));
    if ('refused' in prepared) return undefined;
    const seen = await attempt(prepared);
    const since = controlSince(seen, at, this.#clock());
    if (since !== undefined) await control.fresh(apiserver, since);
    const judged = judgeAggregator(seen, contextOf(target, plan, control));
    const counts = tellList(list, plan, seen, judged);
    return counts && judged !== NOT_MEASURABLE ? resultOf(plan, at, seen, judged) : undefined;
  }

  async control(apiserver: Apiserver): Promise<ProbeResult> {
    const at = this.#clock();
    const plan = { vantage: 'control', request: 'discovery', target: apiserver.instance } as const;
    try {
      const limits = { timeoutMs: this.#deadlines.discoveryTimeoutMs, maxBody: CONTROL_BODY, reuse: false };
      const prepared = await this.#requests.prepare(apiserver, '/readyz', limits);
      if ('refused' in prepared) return ourFailure(plan, at, `not asked: ${prepared.refused}`);
      const seen = await attempt(prepared);
      return resultOf(plan, at, seen, judgeControl(seen));
    } catch (error) {
      return ourFailure(plan, at, error);
    }
  }

  /** Discovery is asked over a fresh and a reused connection in turn: each shows what the other hides, and the result says which it was. */
  #nextTime(plan: AggregatorPlan): PrepareOptions {
    const { discoveryTimeoutMs, listTimeoutMs, aggregatorGraceMs } = this.#deadlines;
    const times = this.#timesAsked.get(plan) ?? 0;
    this.#timesAsked.set(plan, times + 1);
    if (plan.request === 'list') return { timeoutMs: listTimeoutMs + aggregatorGraceMs, maxBody: LIST_BODY, reuse: true };
    return { timeoutMs: discoveryTimeoutMs + aggregatorGraceMs, maxBody: DISCOVERY_BODY, reuse: times % 2 === 1 };
  }
}

/** What the list request learns from an answer: which resources there are, and whether it may list them. True: the answer counts. */
function tellList(list: ListChoice, plan: AggregatorPlan, seen: Attempt, judged: ReturnType<typeof judgeAggregator>): boolean {
  if (judged === NOT_MEASURABLE) {
    list.refused();
    return false;
  }
  if (judged.refusedBehind) return list.refusedBehind();
  if (plan.request === 'list') list.answered(seen.capped);
  if (judged.listable && plan.apiserver.own) list.offer(judged.listable);
  return true;
}

/**
 * "Is it me?", asked in the same moment: how new the control probe must be that tells a kube-apiserver's fault, or a refused
 * token, from the API's. Undefined: the answer tells by itself.
 */
function controlSince({ problem, head }: Attempt, at: number, now: number): number | undefined {
  if (head?.status === 401) return at;
  if (!problem) return undefined;
  const connected = problem.phase === 'response' || problem.phase === 'transfer';
  return connected ? Math.max(at, now - RECENT_MS) : now - RECENT_MS;
}

function contextOf(target: ApiTarget, plan: AggregatorPlan, control: Control): AggregatorContext {
  return {
    request: plan.request,
    groupVersion: groupVersionOf(target),
    readyEndpoints: target.service ? target.addresses.filter((address) => address.ready).length : undefined,
    control: control.last(plan.apiserver.instance),
  };
}

const pathOf = ({ group, version }: ApiTarget): string => (group === '' ? `/api/${version}` : `/apis/${group}/${version}`);
const groupVersionOf = ({ group, version }: ApiTarget): string => (group === '' ? version : `${group}/${version}`);

type Probed = Pick<ProbeResult, 'vantage' | 'request' | 'target'>;

function resultOf({ vantage, request, target }: Probed, at: number, seen: Attempt, judged: Judgement): ProbeResult {
  const { listable: _, refusedBehind: __, ...verdict } = judged;
  const { seconds, phases, connection, disturbed } = seen;
  return { vantage, request, target, at, ...verdict, seconds, phases, connection, ...(disturbed && { disturbed }) };
}

/** A probe that this process could not make: it says nothing about the other side. */
export function ourFailure({ vantage, request, target }: Probed, at: number, error: unknown): ProbeResult {
  const detail = redacted(error instanceof Error ? error.message : String(error)).slice(0, 512);
  return { vantage, request, target, at, ok: false, reason: 'other', hop: 'us', detail, seconds: 0, phases: {}, connection: 'fresh' };
}
