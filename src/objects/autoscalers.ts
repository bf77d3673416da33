import type { Hurt } from '../domain/impact.ts';
import type { ResourceSpec } from '../kube/api.ts';
import {
  countOf,
  identityOf,
  listOf,
  nameOf,
  objectOf,
  proseOf,
  type Refuse,
  textOf,
  timeOf,
  unheard,
  unreadable,
} from '../kube/fields.ts';
import type { Raw } from '../kube/raw.ts';

/** A HorizontalPodAutoscaler of autoscaling/v2 that says that it cannot scale. */
export interface AutoscalerRecord {
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
  readonly message: string;
  /** Unix milliseconds since the condition is False, whatever its reasons were since then. */
  readonly falseSince: number | undefined;
  readonly min: number;
  readonly max: number | undefined;
  readonly current: number | undefined;
  /** API group of what it scales; empty for the core group. */
  readonly targetGroup: string;
}

export const AUTOSCALERS: ResourceSpec<AutoscalerRecord> = {
  source: 'autoscalers',
  path: '/apis/autoscaling/v2/horizontalpodautoscalers',
  fields: {
    spec: { minReplicas: true, maxReplicas: true, scaleTargetRef: { apiVersion: true } },
    status: { currentReplicas: true, conditions: true },
  },
  project(raw, refuse = unheard) {
    const { name, namespace } = identityOf(raw);
    const { spec, status } = objectOf(raw, 'the object', unreadable);
    const { conditions, currentReplicas } = objectOf(status, 'status', unreadable);
    const condition = stopping(listOf(conditions, 'status.conditions', unreadable));
    if (!condition) return undefined;
    const { minReplicas, maxReplicas, scaleTargetRef } = objectOf(spec, 'spec', refuse);
    const { apiVersion } = objectOf(scaleTargetRef, 'spec.scaleTargetRef', refuse);
    const version = textOf(apiVersion, 'spec.scaleTargetRef.apiVersion', refuse) ?? '';
    return {
      namespace,
      name,
      ...conditionOf(condition, refuse),
      min: countOf(minReplicas, 'spec.minReplicas', refuse) ?? 1,
      max: countOf(maxReplicas, 'spec.maxReplicas', refuse),
      current: countOf(currentReplicas, 'status.currentReplicas', refuse),
      targetGroup: version.includes('/') ? version.slice(0, version.indexOf('/')) : '',
    };
  },
};

/** The condition that keeps it from scaling. AbleToScale comes first: without the target's scale no metric is asked for (1.36). */
function stopping(conditions: readonly unknown[]): Raw | undefined {
  const isFalse = conditions.map((entry) => objectOf(entry, 'status.conditions', unreadable)).filter(({ status }) => status === 'False');
  return isFalse.find(({ type }) => type === 'AbleToScale') ?? isFalse.find(({ type }) => type === 'ScalingActive');
}

function conditionOf({ reason, message, lastTransitionTime }: Raw, refuse: Refuse) {
  return {
    reason: nameOf(reason, 'status.conditions.reason', refuse) ?? '',
    message: proseOf(message, 'status.conditions.message', refuse, 1024) ?? '',
    falseSince: timeOf(lastTransitionTime, 'status.conditions.lastTransitionTime', refuse),
  };
}

interface MetricsApi {
  readonly group: string;
  readonly reasons: readonly string[];
  /** What the controller says when its request failed (podautoscaler/metrics/client.go, 1.36). */
  readonly fetchFailed: string;
}

/** What the reasons of ScalingActive ask for. Each also stands for faults of the HPA's own, such as a request that is missing. */
const METRICS_APIS: readonly MetricsApi[] = [
  {
    group: 'metrics.k8s.io',
    reasons: ['FailedGetResourceMetric', 'FailedGetContainerResourceMetric'],
    fetchFailed: 'unable to fetch metrics from resource metrics API: ',
  },
  {
    group: 'custom.metrics.k8s.io',
    reasons: ['FailedGetPodsMetric', 'FailedGetObjectMetric'],
    fetchFailed: 'unable to fetch metrics from custom metrics API: ',
  },
  {
    group: 'external.metrics.k8s.io',
    reasons: ['FailedGetExternalMetric'],
    fetchFailed: 'unable to fetch metrics from external metrics API: ',
  },
];
/** An answer of the metrics API, and no fault of it: what is asked for is not there. */
const NO_SUCH_METRIC = /\bcould not find the metric\b/;
const SCALE_FAILED = "unable to get the target's current scale: ";

/** Undefined when what it says does not show that this group failed it. */
export function autoscalerHurtBy(record: AutoscalerRecord, { group }: { readonly group: string }): Hurt | undefined {
  const trouble = troubleWith(record, group);
  if (trouble === undefined) return undefined;
  const { namespace, name, falseSince } = record;
  return {
    kind: 'autoscaler',
    name,
    namespace,
    ...(falseSince !== undefined && { since: falseSince / 1000 }),
    says: `HPA ${namespace}/${name} ${trouble.says}${boundsOf(record)}`,
    message: trouble.message,
  };
}

function troubleWith({ reason, message, targetGroup }: AutoscalerRecord, group: string): { says: string; message: string } | undefined {
  if (reason === 'FailedGetScale') {
    const says = `cannot scale, because the scale of its target, which ${group} serves, cannot be read`;
    return targetGroup === group ? { says, message: after(message, SCALE_FAILED) } : undefined;
  }
  const asked = METRICS_APIS.find((api) => api.group === group && api.reasons.includes(reason));
  if (!asked || !message.includes(asked.fetchFailed) || NO_SUCH_METRIC.test(message)) return undefined;
  return { says: `cannot scale, because it gets no metrics from ${group}`, message: after(message, asked.fetchFailed) };
}

/** What stands behind these words, on one line and without a full stop; the whole where they do not occur. */
function after(message: string, words: string): string {
  const at = message.lastIndexOf(words);
  const rest = (at < 0 ? message : message.slice(at + words.length)).replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return rest.length > LONGEST_QUOTE ? `${rest.slice(0, LONGEST_QUOTE - 1)}…` : rest;
}

const LONGEST_QUOTE = 200;

function boundsOf({ min, max, current }: AutoscalerRecord): string {
  if (current === undefined || max === undefined) return '';
  const bounds = `; it stays at ${current}, where ${min} to ${max} are allowed`;
  return current >= max ? `${bounds}, its most` : current <= min ? `${bounds}, its least` : bounds;
}
