import { defineCause } from '../domain/cause.ts';
import { all, any, HOUR, tracks } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { atLeast, lessThan } from './shared/seen.ts';
import { FAILING, SLOW_ANSWERS } from './shared/vantages.ts';

export const memoryNearLimit = defineCause({
  id: 'memory-near-limit',
  category: 'resource-pressure',
  part: 'backend',
  title: 'The backend is close to its memory limit',
  summary:
    'The container uses nearly all the memory that its limit allows. The kernel and the garbage collector of the server free memory all the time. Soon the kernel may kill it.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'near-limit-and-failing',
      when: all(atLeast('memory-usage', 0.9), any(FAILING, SLOW_ANSWERS)),
      weight: 'strong',
      says: 'A backend container uses {value} of its memory limit.',
      reproduce: 'kubectl top pods -n {namespace} --containers',
    },
    {
      id: 'errors-track-memory',
      when: tracks('memory-usage', 'error-ratio', { over: HOUR, atLeast: 0.8 }),
      weight: 'circumstantial',
      says: 'Since {from}, failures rise and fall with the memory of the backend (correlation {r}).',
    },
    {
      id: 'memory-is-free',
      when: lessThan('memory-usage', 0.7),
      weight: 'stronglyAgainst',
      says: 'The backend container that uses most memory uses {value} of its limit.',
    },
    ...linesSay('memory-near-limit'),
  ],
  supersedes: ['backend-slow', 'pod-probe-failing', 'aggregator-path-blocked', 'connection-timed-out', 'packet-loss', 'stuck-connections'],
  runbookCorrelation: 'resource-pressure',
  remedy: [
    'Raise the memory limit of the container, or make it keep less in memory.',
    'When its use grows without end, it leaks: try a newer version.',
  ],
  verify: {
    command: 'kubectl top pods -n {namespace} --containers',
    expect: 'MEMORY(bytes) of the container stays below 80 % of its limit',
  },
  confusedWith: [{ cause: 'out-of-memory-killed', tell: 'it was killed already' }],
  references: ['https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/'],
});
