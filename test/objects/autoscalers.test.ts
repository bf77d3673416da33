import { describe, expect, it } from 'vitest';
import { AUTOSCALERS, autoscalerHurtBy } from '../../src/objects/autoscalers.ts';

const UNAVAILABLE = 'the server is currently unable to handle the request';
const COMPUTE = 'the HPA was unable to compute the replica count: ';
/** As the controller of Kubernetes 1.36 says it. */
const NO_CPU = `${COMPUTE}failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: ${UNAVAILABLE} (get pods.metrics.k8s.io)`;
const NO_PODS_METRIC = `${COMPUTE}unable to get metric tide_height: unable to fetch metrics from custom metrics API: ${UNAVAILABLE} (get pods.custom.metrics.k8s.io *)`;
const NO_EXTERNAL = `${COMPUTE}unable to get external metric harbour/ships/nil: unable to fetch metrics from external metrics API: ${UNAVAILABLE} (get ships.external.metrics.k8s.io)`;

interface Differs {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly min?: unknown;
  readonly max?: unknown;
  readonly current?: unknown;
  readonly target?: string;
}

function autoscaler({ min = 2, max = 10, current = 3, target = 'apps/v1', ...condition }: Differs) {
  return {
    metadata: { name: 'web', namespace: 'harbour' },
    spec: { scaleTargetRef: { apiVersion: target, kind: 'Deployment', name: 'web' }, minReplicas: min, maxReplicas: max },
    status: {
      currentReplicas: current,
      conditions: [
        { type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale', message: "it was able to get the target's current scale" },
        { type: 'ScalingActive', status: 'False', lastTransitionTime: '2026-01-05T08:59:00Z', ...condition },
      ],
    },
  };
}

const hurt = (differs: Differs, group: string) => {
  const record = AUTOSCALERS.project(autoscaler(differs));
  return record && autoscalerHurtBy(record, { group });
};

describe('an HPA is hurt by the metrics API that failed it', () => {
  it('with its name, since when, and how far it is from its bounds', () => {
    expect(hurt({ reason: 'FailedGetResourceMetric', message: NO_CPU }, 'metrics.k8s.io')).toEqual({
      kind: 'autoscaler',
      name: 'web',
      namespace: 'harbour',
      since: Date.UTC(2026, 0, 5, 8, 59) / 1000,
      says: 'HPA harbour/web cannot scale, because it gets no metrics from metrics.k8s.io; it stays at 3, where 2 to 10 are allowed',
      message: `${UNAVAILABLE} (get pods.metrics.k8s.io)`,
    });
  });

  it.each([
    ['FailedGetResourceMetric', NO_CPU, 'metrics.k8s.io'],
    ['FailedGetContainerResourceMetric', NO_CPU, 'metrics.k8s.io'],
    ['FailedGetPodsMetric', NO_PODS_METRIC, 'custom.metrics.k8s.io'],
    ['FailedGetObjectMetric', NO_PODS_METRIC, 'custom.metrics.k8s.io'],
    ['FailedGetExternalMetric', NO_EXTERNAL, 'external.metrics.k8s.io'],
  ])('%s of its own API only', (reason, message, group) => {
    for (const other of ['metrics.k8s.io', 'custom.metrics.k8s.io', 'external.metrics.k8s.io', 'tides.example.com'])
      expect([other, hurt({ reason, message }, other) !== undefined]).toEqual([other, other === group]);
  });

  it('and by an API that serves what it scales', () => {
    const differs = {
      type: 'AbleToScale',
      reason: 'FailedGetScale',
      message: `the HPA controller was unable to get the target's current scale: ${UNAVAILABLE}`,
    };
    expect(hurt({ ...differs, target: 'tides.example.com/v1' }, 'tides.example.com')).toMatchObject({
      says: 'HPA harbour/web cannot scale, because the scale of its target, which tides.example.com serves, cannot be read; it stays at 3, where 2 to 10 are allowed',
      message: UNAVAILABLE,
    });
    expect(hurt({ ...differs, target: 'apps/v1' }, 'tides.example.com')).toBeUndefined();
  });

  it.each([
    [3, 2, 3, 'it stays at 3, where 2 to 3 are allowed, its most'],
    [2, 2, 10, 'it stays at 2, where 2 to 10 are allowed, its least'],
    [4, null, 10, 'it stays at 4, where 1 to 10 are allowed'],
  ])('at %s of %s to %s', (current, min, max, words) => {
    expect(hurt({ reason: 'FailedGetResourceMetric', message: NO_CPU, current, min, max }, 'metrics.k8s.io')?.says).toMatch(
      new RegExp(`; ${words}$`),
    );
  });

  it('whose bounds cannot be read is hurt all the same', () => {
    const { says } = hurt({ reason: 'FailedGetResourceMetric', message: NO_CPU, max: 'many' }, 'metrics.k8s.io')!;
    expect(says).toBe('HPA harbour/web cannot scale, because it gets no metrics from metrics.k8s.io');
  });
});

describe('an HPA is not hurt by an API', () => {
  it.each<[string, Differs, string]>([
    ['when it scales', { status: 'True', reason: 'ValidMetricFound', message: 'from cpu resource utilization' }, 'metrics.k8s.io'],
    [
      'when a request of its own pods is missing',
      {
        reason: 'FailedGetResourceMetric',
        message: `${COMPUTE}failed to get cpu utilization: missing request for cpu in container web of Pod web-1`,
      },
      'metrics.k8s.io',
    ],
    [
      'that answered without a metric',
      {
        reason: 'FailedGetResourceMetric',
        message: `${COMPUTE}unable to get metrics for resource cpu: no metrics returned from resource metrics API`,
      },
      'metrics.k8s.io',
    ],
    [
      'that does not know the metric',
      {
        reason: 'FailedGetPodsMetric',
        message: `${COMPUTE}unable to get metric tides: unable to fetch metrics from custom metrics API: the server could not find the metric tides for pods`,
      },
      'custom.metrics.k8s.io',
    ],
    ['when it has nothing to scale', { reason: 'ScalingDisabled', message: 'the replica count of the target is zero' }, 'metrics.k8s.io'],
  ])('%s', (_, differs, group) => {
    expect(hurt(differs, group)).toBeUndefined();
  });
});
