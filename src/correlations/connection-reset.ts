import { defineCause } from '../domain/cause.ts';
import { any } from '../domain/criterion.ts';
import { SHOW_ANSWER } from '../domain/placeholders.ts';
import { linesSay } from './shared/lines.ts';
import { none, reasonSeen, seen } from './shared/seen.ts';

export const connectionReset = defineCause({
  id: 'connection-reset',
  category: 'network-connectivity',
  part: 'anywhere',
  title: 'Connections to the backend are cut',
  summary:
    'Connections are made, and then reset or closed without an answer. Something between cuts them (a load balancer, a connection table, a mesh), or the server dies while it answers.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'reset-directly',
      when: reasonSeen('direct', 'connection-reset'),
      weight: 'strong',
      says: 'Our own connections to the backend are reset.',
    },
    {
      id: 'reset-through-the-aggregator',
      when: any(reasonSeen('aggregator', 'connection-reset'), reasonSeen('list', 'connection-reset')),
      weight: 'suggestive',
      says: 'Connections of the kube-apiserver to the backend are reset.',
      reproduce: SHOW_ANSWER,
    },
    { id: 'just-restarted', when: seen('restarting'), weight: 'against', says: 'The backend restarted and has not worked for 10 s since.' },
    { id: 'no-endpoints', when: none('endpoints-ready'), weight: 'against', says: 'No endpoint is ready.' },
    ...linesSay('connection-reset'),
  ],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    {
      says: 'Look whether the server crashed at that time',
      command: 'kubectl logs -n {namespace} {pod} -c {container} --previous --tail=200',
    },
    'Look for a service mesh side-car, a load balancer or a full connection table (nf_conntrack) on the way.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList ten times in a row' },
  confusedWith: [
    { cause: 'panic', tell: 'the server logs a panic at the same moment' },
    { cause: 'stuck-connections', tell: 'only connections that are reused fail' },
  ],
  references: ['https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/'],
});
