import { type AdapterLaid, beginAdapter, layAdapter, takeReader, writeMetric } from '../servers/custom-metrics.ts';
import { ask, makeScaled, NAMESPACE, questionsOf, removeNamespace, scaling, takeCaptures } from './autoscalers.ts';
import { faultsOf } from './backend-faults.ts';
import { type Faults, whileBroken } from './broken.ts';

/**
 * What two HorizontalPodAutoscalers show while custom.metrics.k8s.io and external.metrics.k8s.io of a real kube-apiserver are broken, written to
 * test/read/captures as {@link file://./autoscaler.test.ts} does. Both are served by custom-metrics-apiserver's test adapter. A part of `npm run e2e:clients`.
 */
const FERRY = 'ferry';
const BARGE = 'barge';
const IDLE = { image: 'e2e/idle' };
/** Of each pod of the Deployment: custom.metrics.k8s.io. */
const podsMetric = (name: string) => ({ type: 'Pods', pods: { metric: { name }, target: { type: 'AverageValue', averageValue: '300m' } } });
/** Of something outside of the cluster, which the adapter says is 42. */
const externalMetric = (name: string) => ({
  type: 'External',
  external: { metric: { name, selector: { matchLabels: { foo: 'bar' } } }, target: { type: 'AverageValue', averageValue: '21' } },
});

/**
 * State → what was expected before it ran. All break both APIs.
 * `stale`: of custom metrics, whose version kube-controller-manager chooses of those that answer, `no known available metric versions found`; of
 * external ones `the server is currently unable to handle the request (get my-external-metric.external.metrics.k8s.io)`.
 */
const GUESSES: Readonly<Record<string, string>> = {
  healthy: 'ValidMetricFound',
  'service-deleted': 'stale',
  'scaled-to-zero': 'stale',
  'packets-refused': 'stale',
  'packets-dropped': 'stale, once the condition has turned; a time-out before',
  'server-hung': 'stale, when its readiness probe has failed',
  'ca-bundle': 'stale',
  'certificate-expired': 'stale',
  'request-header-ca': 'stale: the discovery check gets 401 or 403',
  'version-not-served': 'ValidMetricFound: it uses another version, that is served',
  'auth-delegator-missing': '403 Forbidden with the reason of the adapter, once its cached reviews are over',
  'unknown-flag': 'stale',
  'resources-forbidden': 'custom: 500 or 403, "cannot list resource pods"; external: ValidMetricFound',
  'metric-unknown':
    'custom: 404 "the server could not find the metric", or an empty list; external: "no metrics returned from external metrics API"',
};

let laid: AdapterLaid;
const FAULTS: Faults = {
  ...faultsOf(() => laid),
  'resources-forbidden': (cluster) => takeReader(cluster, laid.server),
  'metric-unknown': async (cluster) => {
    await ask(cluster, FERRY, podsMetric('tide_speed'));
    await ask(cluster, BARGE, externalMetric('tide_speed'));
    return () => undefined;
  },
};

whileBroken({
  of: 'what autoscalers show of a broken adapter',
  states: Object.keys(GUESSES),
  lay: () => {
    laid = layAdapter({ nodeGraceSeconds: 120, controllersAsThemselves: true });
    const { cluster, server } = laid;
    return {
      cluster,
      begin: () => beginAdapter(cluster, server),
      apis: server.apiServices.map(({ group, version }) => `${version}.${group}`),
      faults: FAULTS,
    };
  },
  settledMs: 50_000,
  before: async (cluster) => {
    await makeScaled(cluster, { name: FERRY, container: IDLE, metric: podsMetric('tide_level') });
    await makeScaled(cluster, { name: BARGE, container: IDLE, metric: externalMetric('my-external-metric') });
    await scaling(cluster, FERRY, async () => {
      const { items } = await cluster.kube.get(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app=${FERRY}`);
      for (const { metadata } of items) await writeMetric(cluster, laid.server, `namespaces/${NAMESPACE}/pods/${metadata.name}/tide_level`);
    });
    await scaling(cluster, BARGE);
  },
  take: async (broken) => {
    const custom = `/apis/custom.metrics.k8s.io/v1beta2/namespaces/${NAMESPACE}/pods/*/tide_level`;
    const external = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${NAMESPACE}/my-external-metric`;
    const of = (name: string, path: string) => ({ ...questionsOf(name), 'get-raw': ['get', '--raw', path] });
    await takeCaptures(broken, 'custom-autoscaler 1.36', of(FERRY, custom), /custom.metrics|ferry/);
    await takeCaptures(broken, 'external-autoscaler 1.36', of(BARGE, external), /external.metrics|barge/);
  },
  after: removeNamespace,
});
