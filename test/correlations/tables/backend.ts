import { observed } from '../../../src/domain/observed.ts';
import type { ResourceFacts } from '../../../src/domain/snapshot.ts';
import { ALL, dying, klog, NO_ENDPOINTS, notReady, type Situation } from '../../support/situation.ts';
import type { Row } from './row.ts';

const SLOW = { probes: ALL('response_timeout', 'gateway_timeout') } as const;
const using = (usage: Partial<ResourceFacts>): Situation => ({
  ...SLOW,
  facts: () => ({
    api: {
      resources: observed([
        {
          pod: 'tide-gauge-7c9f8d6b5-abcde',
          container: 'server',
          cpuThrottledRatio: 0,
          cpuUsageRatio: 0.2,
          memoryUsageRatio: 0.3,
          ...usage,
        },
      ]),
    },
  }),
});
const listHangs: Situation = { probes: { list: 'response_timeout' } };
const asks = (line: string): Situation => ({ probes: { list: 'server_error' }, lines: [klog(line)] });

/** The backend itself, what it uses up and what it asks. */
export const BACKEND_ROWS: readonly Row[] = [
  {
    cause: 'cpu-throttled',
    match: using({ cpuThrottledRatio: 0.9, cpuUsageRatio: 1 }),
    miss: using({ cpuThrottledRatio: 0.02 }),
    because: 'it is hardly throttled',
    instead: 'backend-slow',
  },
  {
    cause: 'memory-near-limit',
    match: using({ memoryUsageRatio: 0.97 }),
    miss: {
      ...NO_ENDPOINTS,
      facts: (moment) => ({
        api: {
          ...dying(moment, 'OOMKilled', 137),
          resources: observed([{ pod: 'tide-gauge-7c9f8d6b5-abcde', container: 'server', memoryUsageRatio: 0.97 }]),
        },
      }),
    },
    because: 'it was killed already',
    instead: 'out-of-memory-killed',
  },
  {
    cause: 'backend-slow',
    match: SLOW,
    miss: { probes: ALL('connection_timeout', 'connection_timeout') },
    because: 'the connection itself does not stand',
    instead: 'connection-timed-out',
  },
  { cause: 'backend-storage-failing', match: listHangs, miss: SLOW, because: 'discovery hangs too', instead: 'backend-slow' },
  {
    cause: 'backend-server-error',
    match: { probes: ALL('server_error', 'server_error') },
    miss: { ...NO_ENDPOINTS, facts: () => ({ api: notReady }) },
    because: 'the 503 comes from the aggregator: no endpoint is ready',
  },
  {
    cause: 'backend-dependency-failing',
    match: asks(
      'unable to fetch metrics from prometheus: Get "http://prometheus.harbour.svc:9090/api/v1/query": dial tcp 10.96.3.3:9090: connect: connection refused',
    ),
    miss: asks(
      '"Unhandled Error" err="subjectaccessreviews.authorization.k8s.io is forbidden: User \\"system:serviceaccount:harbour:tide-gauge\\" cannot create resource \\"subjectaccessreviews\\""',
    ),
    because: 'the kube-apiserver answers, and forbids',
    instead: 'delegated-auth-failing',
  },
];
