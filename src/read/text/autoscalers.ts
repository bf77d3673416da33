import type { Claim } from './claims.ts';
import { headOf } from './lines.ts';

const RESOURCE_METRICS = 'v1beta1.metrics.k8s.io';
const CUSTOM_METRICS = 'v1beta1.custom.metrics.k8s.io';
const EXTERNAL_METRICS = 'v1beta1.external.metrics.k8s.io';

/** Lines without one of these words claim nothing: most of a long text. */
const TELLS =
  /replica count from|ValidMetricFound|find the metric|missing request|not receive metrics|type"?:|apiVersion"?:|Deployment\/|StatefulSet\/|ReplicaSet\/|Rollout\/| on pods/i;

/** What an autoscaler's `spec.metrics[].type` asks (autoscaling/v2). */
const API_OF_TYPE: ReadonlyMap<string, string> = new Map([
  ['Resource', RESOURCE_METRICS],
  ['ContainerResource', RESOURCE_METRICS],
  ['Pods', CUSTOM_METRICS],
  ['Object', CUSTOM_METRICS],
  ['External', EXTERNAL_METRICS],
]);
const TYPE = /^\s{1,40}(?:- )?"?type"?:\s"?(Resource|ContainerResource|Pods|Object|External)"?,?\s*$/;
/** An autoscaler begins with it in YAML and pretty-printed JSON, as kubectl sorts keys; what it scales has an apiVersion of its own. */
const OBJECT = /^\s{0,40}(?:- )?"?apiVersion"?:\s"?autoscaling\//;

/** `the HPA was able to successfully calculate a replica count from …`; YAML folds it near column 80. */
const FOUND = /successfully calculate a replica count from\b(.*)$/i;
const REASON_FOUND = /\bValidMetricFound\b/;
/** The controller has asked the metrics API before it looks at requests and readiness (replica_calculator.go). */
const ASKED_BEFORE = /missing request for (?:cpu|memory)|did not receive metrics for (?:any ready|targeted) pods/i;
/**
 * The status of who serves custom metrics (custom-metrics-apiserver v1.37.0 pkg/provider/errors.go: 404): nobody else has this sentence. It has answered; why it has
 * no such metric (no rule of it makes one, nobody has written one) is nothing that fails.
 */
const NOT_OFFERED = /\bthe server could not find the metric \S{1,253} for \S/;
const ITS_METRICS = 'a HorizontalPodAutoscaler gets its metrics';

const TARGETS = /(?:^|\s)((?:cpu|memory): )?(<unknown>|\d{1,9}%?)\s{0,2}(?:\(\S{1,40}\) )?\/\s{0,2}\d{1,9}m?(%)?/;
const SCALED = /\b(?:Deployment|StatefulSet|ReplicaSet|Rollout)\/\S{1,253}\s/;
const TARGETS_DESCRIBED = /^\s+resource \S{1,40}(?: of container .{1,80})? on pods\b.{0,60}:\s/;

/** HorizontalPodAutoscalers (kube-controller-manager 1.36 pkg/controller/podautoscaler): what their conditions, events and targets say of metrics APIs. */
export class AutoscalerReader {
  /** What the autoscaler asks whose object the text is in. */
  readonly #asked = new Set<string>();
  /** A message of one, up to where it was folded. */
  #folded: string | undefined;
  /** Its message has told which metric it is. */
  #told = false;

  read(line: string): Claim | undefined {
    if (this.#folded !== undefined) return this.#goneOn(line);
    if (!TELLS.test(line)) return undefined;
    const text = headOf(line);
    this.#object(text);
    return this.#found(text) ?? answered(text) ?? targets(text);
  }

  /** A command or another object begins. */
  end(): void {
    this.#asked.clear();
    this.#folded = undefined;
    this.#told = false;
  }

  #object(line: string): void {
    if (OBJECT.test(line)) this.end();
    const api = API_OF_TYPE.get(TYPE.exec(line)?.[1] ?? '');
    if (api !== undefined) this.#asked.add(api);
  }

  #found(line: string): Claim | undefined {
    const from = FOUND.exec(line)?.[1]?.trim();
    if (from !== undefined) return this.#from(from);
    if (!REASON_FOUND.test(line) || this.#told) return undefined;
    // Without the message the metric is one of those that its object asks for.
    const [api, ...others] = this.#asked;
    return api === undefined || others.length > 0 ? undefined : { api, answers: true, because: ITS_METRICS };
  }

  /** @param from what the metric is called: a resource, or one word of it where the line ends there. */
  #from(from: string): Claim | undefined {
    if (!/\s/.test(from)) {
      this.#folded = from;
      return undefined;
    }
    this.#told = true;
    return { api: apiOfMetric(from), answers: true, because: ITS_METRICS };
  }

  #goneOn(line: string): Claim | undefined {
    const from = `${this.#folded} ${line.trim()}`.trim();
    this.#folded = undefined;
    this.#told = true;
    return { api: apiOfMetric(from), answers: true, because: ITS_METRICS };
  }
}

/** `cpu resource utilization (percentage of request)`, `pods metric tide_level`, `Service metric tide_level`, `external metric tide_level(…)` (horizontal.go, 1.36). */
function apiOfMetric(from: string): string {
  if (/^external metric\b/i.test(from)) return EXTERNAL_METRICS;
  return /^\S{1,253} metric\b/i.test(from) ? CUSTOM_METRICS : RESOURCE_METRICS;
}

function answered(line: string): Claim | undefined {
  if (NOT_OFFERED.test(line))
    return {
      api: line.includes('external metrics API') ? EXTERNAL_METRICS : CUSTOM_METRICS,
      answers: true,
      because: 'its server answered that it has no such metric',
    };
  if (!ASKED_BEFORE.test(line)) return undefined;
  return { api: RESOURCE_METRICS, answers: true, because: 'a HorizontalPodAutoscaler got its answer, and stops at its own pods' };
}

/** Of what a HorizontalPodAutoscaler scales on, as a row of a table or `describe` shows it. */
function targets(line: string): Claim | undefined {
  const row = SCALED.exec(line);
  if (row) return targetClaim(line.slice(row.index + row[0].length - 1), false);
  return TARGETS_DESCRIBED.test(line) ? targetClaim(line, true) : undefined;
}

function targetClaim(rest: string, described: boolean): Claim | undefined {
  const found = TARGETS.exec(rest);
  if (!found) return undefined;
  // Of another metric that nobody has written (custom-metrics-apiserver's test adapter) it is shown, too, and of which API it is not.
  if (found[1] === undefined && found[3] === undefined && !described) return undefined;
  return rest.includes('<unknown>')
    ? { api: RESOURCE_METRICS, answers: false, because: 'a HorizontalPodAutoscaler shows <unknown> for what it scales on', weak: true }
    : { api: RESOURCE_METRICS, answers: true, because: 'a HorizontalPodAutoscaler shows a value for what it scales on' };
}
