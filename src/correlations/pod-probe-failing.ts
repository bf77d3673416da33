import { clause, defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, MINUTE } from '../domain/criterion.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { linesAllow, linesName, linesNameIt, linesPointTo } from './shared/lines.ts';
import { none, seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS, NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const podProbeFailing = defineCause({
  id: 'pod-probe-failing',
  category: 'pod-instability',
  part: 'backend',
  likeAStart: true,
  title: 'The backend runs, but its probes fail',
  summary:
    'The kubelet asks the aggregated API server whether it is ready and gets no good answer. Its address leaves the EndpointSlice, and the kube-apiserver has nowhere to send requests. A liveness probe that fails also restarts it.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'runs-but-not-ready',
      when: any(
        all(seen('containers-not-ready'), none('waiting-crash-loop'), NO_READY_ENDPOINTS),
        all(seen('events-probe-failed'), NO_READY_ENDPOINTS),
        linesName('pod-probe-failing'),
      ),
      weight: 'strong',
      says: [
        clause('a backend container runs but is not ready', seen('containers-not-ready')),
        clause('events of the last 10 min say that its probe fails', seen('events-probe-failed')),
        linesNameIt('pod-probe-failing'),
        NO_ADDRESS_READY,
      ],
      reproduce: 'kubectl get pods -n {namespace}',
    },
    {
      id: 'addresses-not-ready',
      when: all(seen('endpoints-not-ready'), NO_READY_ENDPOINTS),
      weight: 'circumstantial',
      says: '{value|address in the EndpointSlices is|addresses in the EndpointSlices are} not ready.',
      reproduce: 'kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service} -o yaml',
    },
    {
      id: 'killed-for-liveness',
      when: seen('events-liveness-kill'),
      weight: 'suggestive',
      says: 'Events of the last 10 min say that the kubelet restarted a container after its liveness or startup probe failed.',
      reproduce: 'kubectl get events -n {namespace} --field-selector reason=Killing',
    },
    {
      // The kubelet reports the probes of a pod that still starts as failed too.
      id: 'rolls-out',
      when: all(changedWithin('last-change-rollout', 3 * MINUTE), seen('rolling-out')),
      weight: 'against',
      says: [
        clause('the pod template changed in the last 3 min', changedWithin('last-change-rollout', 3 * MINUTE)),
        clause('a rollout of the backend goes on', seen('rolling-out')),
      ],
    },
    {
      id: 'endpoints-are-ready',
      // A probe that failed a moment ago and passes now takes the address out and back in.
      when: all(HAS_READY_ENDPOINTS, none('condition-missing-endpoints'), none('events-probe-failed')),
      weight: 'against',
      says: 'An endpoint is ready.',
    },
    {
      id: 'lines-suggest-it',
      when: linesPointTo('pod-probe-failing'),
      weight: 'suggestive',
      says: 'Events or lines of the kubelet say that a probe fails.',
      reproduce: 'kubectl get events -n {namespace} --field-selector reason=Unhealthy',
    },
    linesAllow('pod-probe-failing'),
  ],
  supersedes: ['no-ready-endpoints', 'connection-refused'],
  runbookCorrelation: 'pod-instability',
  remedy: [
    { says: 'See what the probe says', command: 'kubectl describe pod -n {namespace} {pod}' },
    {
      says: 'Ask the same by hand (needs the right to use pods/proxy)',
      command: "kubectl get --raw '/api/v1/namespaces/'{namespace}'/pods/https:'{pod}:{port}'/proxy/readyz?verbose'",
    },
    'When path, port or scheme of the probe are wrong, correct them.',
    'When the server is slow to start, give it a startupProbe or a longer timeout.',
  ],
  verify: {
    command: 'kubectl get pods -n {namespace} -l {selector} -o wide',
    expect: 'READY is complete, and no new Unhealthy events come',
  },
  confusedWith: [
    { cause: 'kubelet-probe-forbidden', tell: 'the probe fails with status 401 or 403' },
    { cause: 'backend-dependency-failing', tell: 'readyz names a check of something that the server depends on' },
    { cause: 'cpu-throttled', tell: 'the probe times out and the container is throttled' },
  ],
  references: ['https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/'],
});
