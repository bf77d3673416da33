import { observed } from '../../../src/domain/observed.ts';
import type { EgressPeer, PolicyVerdict } from '../../../src/domain/snapshot.ts';
import { klog, type Situation } from '../../support/situation.ts';
import type { Row } from './row.ts';

/** Lists fail with what the server says, while policies say this of what it needs. */
const wayOut = (peer: EgressPeer, verdict: PolicyVerdict, line: string): Situation => ({
  probes: { list: 'server_error' },
  lines: [klog(line)],
  facts: () => ({
    api: {
      policy: observed({
        verdict: 'admits',
        why: 'no NetworkPolicy selects a backend pod',
        selecting: [],
        egress: [{ peer, name: '', verdict, why: 'NetworkPolicy harbour/stay-home' }],
        notEvaluated: [],
      }),
    },
  }),
});
const CUT_OFF =
  'Failed to make webhook authorizer request: Post "https://10.96.0.1:443/apis/authorization.k8s.io/v1/subjectaccessreviews": dial tcp 10.96.0.1:443: i/o timeout';
const NO_PROMETHEUS =
  'unable to fetch metrics from prometheus: Get "http://prometheus.harbour.svc:9090/api/v1/query": dial tcp 10.96.3.3:9090: i/o timeout';
const NO_NAME =
  'query failed: Get "http://timeseries.harbour.svc:9090/api/v1/query": dial tcp: lookup timeseries.harbour.svc on 10.96.0.10:53: server misbehaving';

/** Policies on the way out: rows beside the one that each cause has. */
export const EGRESS_ROWS: readonly Row[] = [
  {
    cause: 'network-policy-blocking',
    match: wayOut('kube-apiserver', 'blocks', CUT_OFF),
    miss: wayOut('kube-apiserver', 'undetermined', CUT_OFF),
    because: 'no policy is known to keep it from the kube-apiserver',
    instead: 'kube-apiserver-unreachable-from-backend',
  },
  {
    cause: 'network-policy-blocking',
    match: wayOut('dependency', 'blocks', NO_PROMETHEUS),
    miss: wayOut('dns', 'blocks', NO_PROMETHEUS),
    because: 'the policy is about DNS, and the server has an address that refuses',
    instead: 'backend-dependency-failing',
  },
  {
    cause: 'network-policy-blocking',
    match: wayOut('dns', 'blocks', NO_NAME),
    miss: wayOut('dns', 'admits', NO_NAME),
    because: 'no policy is in the way to DNS',
    instead: 'dns-failing',
  },
];
