import { makeScaled, NAMESPACE, questionsOf, removeNamespace, scaling, takeCaptures } from './autoscalers.ts';
import { whileBroken } from './broken.ts';
import { layMetrics, METRICS_FAULTS } from './metrics-faults.ts';

/**
 * What a HorizontalPodAutoscaler and `kubectl top` show while metrics.k8s.io of a real kube-apiserver is broken, written to test/read/captures;
 * test/read/captures.test.ts then holds what is read out of each against docs/real-world/clients.md. A part of `npm run e2e:clients`.
 */
const QUESTIONS = {
  ...questionsOf('ferry'),
  'top-pods': ['top', 'pods', '-n', NAMESPACE],
  'top-nodes': ['top', 'nodes'],
  'get-raw': ['get', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes'],
};

whileBroken({
  of: 'what an autoscaler shows of a broken metrics API',
  states: ['healthy', ...Object.keys(METRICS_FAULTS)],
  lay: layMetrics,
  // The condition is looked at each half minute, an autoscaler each quarter.
  settledMs: 50_000,
  before: async (cluster) => {
    await makeScaled(cluster, {
      name: 'ferry',
      // metrics-server leaves out who uses nothing.
      container: { image: 'e2e/shell', args: ['while sleep 0.05; do :; done'], resources: { requests: { cpu: '100m' } } },
      metric: { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    });
    await scaling(cluster, 'ferry');
  },
  take: (broken) => takeCaptures(broken, 'autoscaler 1.36', QUESTIONS, /horizontal|metrics|autoscal/i),
  after: removeNamespace,
});
