import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster, METRICS } from './harness/cluster.ts';
import { Exporter } from './harness/exporter.ts';
import type { KubeObject } from './harness/kube.ts';
import { until } from './harness/process.ts';
import { path } from './harness/workloads.ts';
import { operationsAMinuteAgo, pageText, TOLD } from './support/operations.ts';

const AUTOSCALER = '/apis/autoscaling/v2/namespaces/wardle/horizontalpodautoscalers/shrike';
const NAMESPACE = '/api/v1/namespaces/nest';
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/thorn';

const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'shrike', namespace: 'wardle' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'wardle' },
    minReplicas: 1,
    maxReplicas: 4,
    metrics: [{ type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '64Gi' } } }],
  },
};
/** Asks the Service of the metrics API for something that nobody makes here. */
const webhooks = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'thorn' },
  webhooks: [
    {
      name: 'thorn.example.com',
      clientConfig: { service: { namespace: 'kube-system', name: 'metrics-server' } },
      rules: [{ apiGroups: ['thorns.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['thorns'] }],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    },
  ],
};

/** What the real controllers say of themselves is what is told of them. */
describe('who is hurt while the metrics API is down', () => {
  let cluster: Cluster;
  let exporter: Exporter;

  beforeAll(async () => {
    cluster = new Cluster();
    await cluster.start();
    await cluster.kube.apply(AUTOSCALER, autoscaler);
    await cluster.kube.apply(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'nest' } });
    await cluster.kube.apply(WEBHOOKS, webhooks);
    await operationsAMinuteAgo(cluster);
    exporter = await Exporter.prepare(cluster, {
      apiserver_metrics: { interval: '5s' },
    });
    await exporter.start();
    // The metrics-server answers for a pod from its second scrape on.
    await until('the HPA to scale', 90, async () => (await condition(AUTOSCALER, 'ScalingActive'))?.status === 'True');
  });
  afterAll(async () => {
    await exporter?.daemon.stop();
    await cluster?.stop();
  });

  const condition = async (at: string, type: string): Promise<KubeObject> =>
    (await cluster.kube.get(at)).status?.conditions?.find((one: { type: string }) => one.type === type);
  const impact = (kind: string) => exporter.metric('aggregated_api_impact', { apiservice: METRICS, kind });

  it('is nobody while it answers, and no number is given', async () => {
    expect(await impact('autoscaler')).toBeUndefined();
    expect(await exporter.diagnosisOf(METRICS)).toBeUndefined();
  });

  it('and what goes on beside it is told: a backup, a request for its certificate, an election', async () => {
    await until('all of them to be on the page', 60, async () => {
      const text = await pageText(exporter.url);
      const missing = TOLD.filter((words) => !words.test(text));
      if (missing.length > 0) throw new Error(`not there: ${missing.join(', ')}`);
      return true;
    });
  });

  it('are an HPA that cannot scale, a namespace that cannot die, and a webhook, by name', async () => {
    await cluster.kube.patch(path.deployment('kube-system', 'metrics-server'), { spec: { replicas: 0 } });
    await until('the API to be unavailable', 60, async () => (await cluster.condition(METRICS))?.status === 'False');
    await cluster.kube.remove(NAMESPACE);
    await until('the HPA to say that it cannot scale', 60, async () => (await condition(AUTOSCALER, 'ScalingActive'))?.status === 'False');
    await until(
      'the namespace to say that it cannot die',
      60,
      async () => (await condition(NAMESPACE, 'NamespaceDeletionDiscoveryFailure'))?.status === 'True',
    );
    const [scaling, deletion] = [
      await condition(AUTOSCALER, 'ScalingActive'),
      await condition(NAMESPACE, 'NamespaceDeletionDiscoveryFailure'),
    ];
    expect([scaling.reason, deletion.reason]).toEqual(['FailedGetResourceMetric', 'DiscoveryFailed']);
    // Each kind is read by a source of its own, each half minute by its own clock.
    const found = await until('all of them to be told', 60, async () => {
      const { impact: told } = (await exporter.diagnosisOf(METRICS)) ?? {};
      const { autoscaler, namespace, webhook, client = 0 } = told?.counts ?? {};
      return autoscaler === 1 && namespace === 1 && webhook === 1 && client > 0 && told;
    });
    const since = (time: string) => Date.parse(time) / 1000;
    expect(found.told.filter(({ kind }) => kind !== 'client')).toEqual([
      {
        kind: 'autoscaler',
        name: 'shrike',
        namespace: 'wardle',
        since: since(scaling.lastTransitionTime),
        says: 'HPA wardle/shrike cannot scale, because it gets no metrics from metrics.k8s.io; it stays at 1, where 1 to 4 are allowed, its least',
        message: 'the server is currently unable to handle the request (get pods.metrics.k8s.io)',
      },
      {
        kind: 'namespace',
        name: 'nest',
        since: since(deletion.lastTransitionTime),
        says: expect.stringMatching(
          /^namespace nest hangs in its deletion, because its resources cannot be listed, and metrics\.k8s\.io\/v1beta1 is named as the reason; its deletion was asked for at /,
        ),
        message: deletion.message,
      },
      {
        kind: 'webhook',
        name: 'thorn',
        says: '1 webhook of ValidatingWebhookConfiguration thorn asks the same Service kube-system/metrics-server: what it matches is refused while no answer comes',
      },
    ]);
    // The controller of the HPAs and our own probe.
    expect(found.told).toContainEqual(
      expect.objectContaining({
        kind: 'client',
        name: 'LIST pods',
        says: expect.stringMatching(/^\d+ requests? to LIST pods\.metrics\.k8s\.io w/),
      }),
    );
    expect(found.notKnown.map(({ kind }) => kind)).toEqual(['controller']);
    expect([await impact('autoscaler'), await impact('namespace'), await impact('webhook')]).toEqual([1, 1, 1]);
    const pageOf = async (at: string) => (await fetch(`${exporter.url}${at}`)).text();
    expect(await pageOf('/')).toContain('1 HPA cannot scale, 1 namespace hangs in its deletion');
    const page = await pageOf(`/apis/${METRICS}`);
    expect(page).toContain('HPA wardle/shrike cannot scale');
    expect(page).toContain('namespace nest hangs in its deletion');
  });

  it('are nobody any more when it answers again', async () => {
    await cluster.kube.patch(path.deployment('kube-system', 'metrics-server'), { spec: { replicas: 1 } });
    await cluster.available(METRICS);
    await until('the namespace to be gone', 90, async () => (await cluster.kube.raw('GET', NAMESPACE)).status === 404);
    await until('the HPA to scale', 90, async () => (await condition(AUTOSCALER, 'ScalingActive'))?.status === 'True');
    await until('nobody to be counted', 150, async () => (await impact('autoscaler')) === undefined);
  });
});
