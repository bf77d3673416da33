import { clause, defineCause } from '../domain/cause.ts';
import { above, all, any, avg, HOUR, MINUTE, tracks } from '../domain/criterion.ts';
import { linesPointTo, linesSay } from './shared/lines.ts';
import { atLeast, lessThan } from './shared/seen.ts';
import { FAILING, SLOW_ANSWERS } from './shared/vantages.ts';

const LATE = any(linesPointTo('backend-slow'), linesPointTo('connection-timed-out'));

export const cpuThrottled = defineCause({
  id: 'cpu-throttled',
  category: 'resource-pressure',
  part: 'backend',
  title: 'The backend is throttled by its CPU limit',
  summary:
    'The container uses up its CPU limit and is stopped for the rest of each period. TLS handshakes and answers take seconds. The discovery check allows five seconds, so real requests suffer first.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'throttled-and-failing',
      when: all(atLeast('cpu-throttled', 0.5), FAILING),
      weight: 'strong',
      says: 'A backend container was throttled in {value} of its CPU periods.',
      reproduce: 'kubectl top pods -n {namespace} --containers',
    },
    {
      id: 'throttled-and-slow',
      when: all(atLeast('cpu-throttled', 0.25), SLOW_ANSWERS),
      weight: 'strong',
      says: [
        clause('a backend container was throttled in {value} of its CPU periods', atLeast('cpu-throttled', 0.25)),
        clause('answers are slow', SLOW_ANSWERS),
      ],
      reproduce: 'kubectl top pods -n {namespace} --containers',
    },
    {
      id: 'throttled-for-minutes',
      when: above(avg('cpu-throttled', 5 * MINUTE), 0.25),
      weight: 'circumstantial',
      says: 'By the readings of the last 5 min, {value} of the CPU periods were throttled.',
    },
    {
      id: 'at-the-limit',
      when: any(all(atLeast('cpu-usage', 0.9), SLOW_ANSWERS), all(atLeast('cpu-usage', 0.97), FAILING)),
      weight: 'suggestive',
      says: [
        clause('a backend container uses {value} of its CPU limit', atLeast('cpu-usage', 0.9)),
        clause('answers are slow', SLOW_ANSWERS),
        clause('the API fails', FAILING),
      ],
      reproduce: 'kubectl top pods -n {namespace} --containers',
    },
    {
      // At its quota the kernel stops it until the next period (CFS bandwidth control): what it owes then comes late, and only then.
      id: 'at-the-limit-and-late',
      when: all(atLeast('cpu-usage', 0.97), LATE, FAILING),
      weight: 'suggestive',
      says: [
        clause('a backend container uses {value} of its CPU limit', atLeast('cpu-usage', 0.97)),
        clause('error lines point to answers or connections that take too long', LATE),
      ],
      reproduce: 'kubectl top pods -n {namespace} --containers',
    },
    {
      id: 'errors-track-throttling',
      when: tracks('cpu-throttled', 'error-ratio', { over: HOUR, atLeast: 0.7 }),
      weight: 'suggestive',
      says: 'Since {from}, failures rise and fall with CPU throttling (correlation {r}).',
    },
    {
      id: 'not-throttled',
      when: lessThan('cpu-throttled', 0.05),
      weight: 'stronglyAgainst',
      says: 'Backend containers are throttled in at most {value} of their CPU periods.',
    },
    ...linesSay('cpu-throttled'),
  ],
  supersedes: [
    'backend-slow',
    'pod-probe-failing',
    'pod-restarting',
    'packet-loss',
    'connection-timed-out',
    'no-ready-endpoints',
    'backend-storage-failing',
    'aggregator-path-blocked',
  ],
  runbookCorrelation: 'resource-pressure',
  remedy: [
    { says: 'See the CPU limit of the container', command: 'kubectl get {workload} -n {namespace} -o yaml' },
    'Raise or remove the CPU limit.',
    'Or run more replicas, or find what sends it so many requests.',
  ],
  verify: { command: 'kubectl top pods -n {namespace} --containers', expect: 'CPU(cores) of the container is well below its limit' },
  confusedWith: [{ cause: 'backend-slow', tell: 'its CPU is idle: it waits for something else' }],
  references: ['https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/'],
});
