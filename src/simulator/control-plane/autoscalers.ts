import type { Cluster } from '../cluster.ts';
import { type AutoscalerObject, type Condition, timestamp } from '../objects.ts';
import type { Requests } from '../requests.ts';
import { keyOf } from '../store.ts';
import type { Cancel } from '../timers.ts';

export interface AutoscalerPlan {
  readonly namespace: string;
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly replicas: number;
  /** Name of the APIService that it takes its metric from. */
  readonly api: string;
}

/** `--horizontal-pod-autoscaler-sync-period` */
const SYNC_MS = 15_000;
const AUTHOR = { manager: 'kube-controller-manager', subresource: 'status' } as const;

/** What the controller says of each metrics API (pkg/controller/podautoscaler, 1.36). */
export const METRICS_APIS: ReadonlyMap<string, { readonly type: string; readonly reason: string; readonly asks: string }> = new Map([
  [
    'metrics.k8s.io',
    {
      type: 'Resource',
      reason: 'FailedGetResourceMetric',
      asks: 'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API',
    },
  ],
  [
    'custom.metrics.k8s.io',
    {
      type: 'Pods',
      reason: 'FailedGetPodsMetric',
      asks: 'unable to get metric waiting_ships: unable to fetch metrics from custom metrics API',
    },
  ],
  [
    'external.metrics.k8s.io',
    {
      type: 'External',
      reason: 'FailedGetExternalMetric',
      asks: 'unable to get external metric waiting_ships/nil: unable to fetch metrics from external metrics API',
    },
  ],
]);

/** The HPA and its controller, which asks the metrics API really. Returns the stop function. */
export function runAutoscaler(cluster: Cluster, requests: Requests, plan: AutoscalerPlan): Cancel {
  const { store, timers } = cluster;
  const { key } = createAutoscaler(cluster, plan);
  const cancel = timers.every(timers.scaled(SYNC_MS), () => void sync());
  let asking = false;

  async function sync(): Promise<void> {
    const api = cluster.apis.get(plan.api);
    if (asking || !api) return;
    asking = true;
    const status = await requests.get(`/apis/${api.plan.group}/${api.plan.version}/${api.plan.resource}?limit=1`);
    asking = false;
    store.horizontalpodautoscalers.update(key, (copy) => note(copy, conditionOf(plan, api.plan, status)), AUTHOR);
  }

  return () => {
    cancel();
    store.horizontalpodautoscalers.delete(key);
  };
}

function createAutoscaler({ store }: Cluster, { namespace, name, min, max, replicas, api }: AutoscalerPlan): { readonly key: string } {
  const metric = METRICS_APIS.get(api.slice(api.indexOf('.') + 1));
  if (!metric) throw new Error(`HPA ${namespace}/${name}: ${api} gives no metrics; allowed are ${[...METRICS_APIS.keys()].join(', ')}`);
  const { metadata } = store.horizontalpodautoscalers.create(
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { namespace, name },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: min,
        maxReplicas: max,
        metrics: [{ type: metric.type }],
      },
      status: { currentReplicas: replicas, desiredReplicas: replicas },
    },
    { manager: 'helm' },
  );
  return { key: keyOf(metadata) };
}

interface AskedFor {
  readonly group: string;
  readonly resource: string;
}

function conditionOf({ api }: AutoscalerPlan, { group, resource }: AskedFor, status: number | undefined): Condition {
  const metric = METRICS_APIS.get(group);
  if (status === 200 || !metric)
    return {
      type: 'ScalingActive',
      status: 'True',
      reason: 'ValidMetricFound',
      message: `the HPA was able to successfully calculate a replica count from ${api}`,
    };
  return {
    type: 'ScalingActive',
    status: 'False',
    reason: metric.reason,
    message: `the HPA was unable to compute the replica count: ${metric.asks}: ${wordsOf(status)} (get ${resource}.${group})`,
  };
}

/** As client-go says it. */
function wordsOf(status: number | undefined): string {
  switch (status) {
    case undefined:
      return 'context deadline exceeded';
    case 503:
      return 'the server is currently unable to handle the request';
    case 504:
      return 'the server was unable to return a response in the time allotted, but may still be processing the request';
    default:
      return `an error on the server (${status}) has prevented the request from succeeding`;
  }
}

/** Its time is that of the last change of its status, whatever the reason was since then. */
function note(copy: AutoscalerObject, condition: Condition): void {
  const before = copy.status.conditions?.find(({ type }) => type === condition.type);
  const at = before?.status === condition.status ? before.lastTransitionTime : timestamp();
  const able: Condition = {
    type: 'AbleToScale',
    status: 'True',
    reason: 'SucceededGetScale',
    message: "the HPA controller was able to get the target's current scale",
  };
  copy.status.conditions = [able, { ...condition, ...(at !== undefined && { lastTransitionTime: at }) }];
}
