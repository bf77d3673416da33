import type { CauseId } from '../domain/ids.ts';

interface Topic {
  /** As a signature's id, so that the evidence can name it. */
  readonly id: string;
  readonly words: RegExp;
  /** What such words are about, most likely first. Two at least: words alone never point to one cause only. */
  readonly pointsTo: readonly [CauseId, CauseId, ...CauseId[]];
}

/**
 * What an error line is about when no signature knows it: by its words, the more special first. A line that speaks of a
 * certificate and of a time-out is about the certificate, one that names a proxy and a certificate about the proxy.
 */
export const TOPICS: readonly Topic[] = [
  {
    id: 'words-of-a-tunnel',
    words: /konnectivity|network-proxy|egress[- ]selector|\btunnel/i,
    pointsTo: ['tunnel-down', 'aggregator-path-blocked'],
  },
  {
    id: 'words-of-a-proxy',
    words: /\b(?:https?|no)_proxy\b|\bproxy (?:error|refused|denied|server)/i,
    pointsTo: ['proxy-in-the-way', 'aggregator-path-blocked'],
  },
  {
    id: 'words-of-a-policy',
    words: /network ?polic|policy (?:denied|drop)/i,
    pointsTo: ['network-policy-blocking', 'network-policy-changed'],
  },
  {
    id: 'words-of-certificates',
    words: /\bx509\b|certificate|\btls\b|\bssl\b|ca ?bundle/i,
    pointsTo: ['ca-bundle-mismatch', 'serving-certificate-unusable'],
  },
  {
    id: 'words-of-a-limit',
    words: /too many requests|\b429\b|rate.?limit|throttl|\bquota\b/i,
    pointsTo: ['rate-limited', 'client-side-throttled'],
  },
  {
    id: 'words-of-rights',
    words: /forbidden|unauthori[sz]ed|\b40[13]\b|access denied|permission denied|credentials|\brbac\b|not authorized/i,
    pointsTo: ['backend-rights-missing', 'delegated-auth-failing'],
  },
  {
    id: 'words-of-a-crash',
    words: /\bpanic|nil pointer|segmentation fault|sigsegv|out of range|assertion failed/i,
    pointsTo: ['panic', 'pod-crash-looping'],
  },
  {
    id: 'words-of-memory',
    words: /out of memory|\boom|memory (?:limit|pressure)|disk pressure|evict/i,
    pointsTo: ['out-of-memory-killed', 'memory-near-limit'],
  },
  { id: 'words-of-names', words: /\bdns\b|lookup |resolv(?:e|ing) host|coredns/i, pointsTo: ['dns-failing', 'backend-dependency-failing'] },
  {
    id: 'words-of-a-dependency',
    words:
      /prometheus|kafka|redis|postgres|mysql|mongo|rabbitmq|cloudwatch|stackdriver|azure ?monitor|\bgrpc\b|upstream|\b50[234]\b|bad gateway|database|query/i,
    pointsTo: ['backend-dependency-failing', 'backend-storage-failing'],
  },
  { id: 'words-of-storage', words: /\betcd/i, pointsTo: ['backend-storage-failing', 'etcd-slow'] },
  {
    id: 'words-of-a-path',
    words: /time[d-]? ?out|deadline|unreachable|refused|no route|reset by peer|broken pipe|dial |handshake/i,
    pointsTo: ['connection-timed-out', 'backend-slow'],
  },
  {
    id: 'words-of-configuration',
    words: /\bflag\b|invalid|unsupported|unmarshal|\bparse|yaml|config|must be (?:set|specified)|is required|not recogni[sz]ed/i,
    pointsTo: ['bad-flag-or-config', 'software-defect'],
  },
];
