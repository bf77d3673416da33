import type { Speaker } from '../domain/snapshot.ts';
import type { TargetRole } from '../domain/utterance.ts';

/** What a program was doing when it failed: the outer links of an error, which say whom it asked. */
export interface Operation {
  /** kebab-case. */
  readonly id: string;
  readonly words: RegExp;
  /** Whom the operation asks, whatever its address. Absent: its address tells. */
  readonly role?: TargetRole;
  /** The one program that does this. */
  readonly speaker?: Speaker;
}

/**
 * The more special first. Sources: kube-aggregator 1.13 to 1.37 (pkg/apiserver, pkg/controllers), k8s.io/apiserver (pkg/admission/plugin/webhook,
 * plugin/pkg/authenticator and authorizer), client-go 0.36 (tools/cache, tools/leaderelection), metrics-server 0.9 (pkg/scraper),
 * prometheus-adapter 0.12 (pkg/provider), KEDA 2.18 (pkg/scaling, pkg/provider), net/http 1.26 (server.go), kubelet 1.36 (pkg/kubelet/prober, images).
 */
export const OPERATIONS: readonly Operation[] = [
  // upgradeaware.go, kubelet client: whom the kube-apiserver asks for logs, exec and port-forward, or hands a stream on to
  {
    id: 'dial-for-client',
    words: /error dialing backend: |"?https:\/\/[^\s/"]{1,260}\/(?:containerlogs|exec|attach|portforward)\//i,
    speaker: 'kube-apiserver',
  },
  // A server speaks of who calls it.
  { id: 'serve', words: /http: tls handshake error from|error reading preface from client/i, role: 'client' },
  // available_controller.go; the form with `failed with: Get` is of ≤ 1.13 and comes from 1.12's log too
  {
    id: 'check-availability',
    words:
      /failing or missing response from|no response from https?:|bad status from|(?:remote_|local_)?available_controller\.go:\d|\bv\d\w{0,12}\.[\w.-]{1,200} failed with: get /i,
    role: 'backend',
    speaker: 'kube-apiserver',
  },
  // proxyHandler; handler_proxy.go
  {
    id: 'proxy-request',
    words: /error trying to reach service|error while proxying request|error: '.{1,300}'\s{1,4}trying to reach: |handler_proxy\.go:\d/i,
    role: 'backend',
    speaker: 'kube-apiserver',
  },
  {
    id: 'load-openapi',
    words:
      /loading openapi spec for|failed to download v\d|failed to retrieve openapi ?v?[23]? ?spec|openapi aggregation controller|handler_discovery\.go:\d/i,
    role: 'backend',
    speaker: 'kube-apiserver',
  },
  { id: 'call-webhook', words: /(?:calling|call) webhook|conversion webhook for|admission webhook/i, role: 'webhook' },
  {
    id: 'review-delegated',
    words:
      /failed to make webhook (?:authenticator|authorizer) request|(?:tokenreviews|subjectaccessreviews)\.auth\w{1,12}\.k8s\.io|\/apis\/auth\w{1,12}\.k8s\.io\/v\d\w{0,9}\/(?:tokenreviews|subjectaccessreviews)\b/i,
    role: 'kube-apiserver',
    speaker: 'aggregated-server',
  },
  {
    id: 'scrape-kubelet',
    words:
      /failed to scrape node|unable to (?:fully )?(?:scrape|collect) metrics|unable to fetch metrics from kubelet|unable to fully scrape/i,
    role: 'kubelet',
  },
  {
    id: 'query-prometheus',
    words: /unable to (?:fetch metrics (?:from prometheus|for query)|execute query|update list of all metrics)|prometheus query/i,
    role: 'prometheus',
  },
  {
    id: 'run-scaler',
    words:
      /error (?:when )?getting (?:\w{1,30} ){0,4}(?:metric|scaler)|error inspecting |scale_?handler|"scaler":|\bquery failed\b|error while executing metric query/i,
    role: 'dependency',
  },
  {
    id: 'pull-image',
    words: /failed to pull (?:and unpack )?image|errimagepull|imagepullbackoff|failed to resolve reference/i,
    role: 'registry',
  },
  { id: 'probe-pod', words: /(?:readiness|liveness|startup) probe (?:failed|errored)/i, role: 'backend', speaker: 'kubelet' },
  {
    id: 'hold-lease',
    words:
      /error (?:retrieving|initially creating|creating) (?:resource lock|lease lock|leader election record)|failed to (?:update|renew) (?:lock|lease)|leaderelection/i,
    role: 'kube-apiserver',
  },
  { id: 'list-and-watch', words: /failed to (?:watch|list) \*|reflector\.go:\d|\bfailed to watch\b/i, role: 'kube-apiserver' },
  {
    id: 'reach-kube-apiserver',
    words: /the connection to the server \S{1,260} was refused|unable to connect to the server|couldn't get current server api group list/i,
    role: 'kube-apiserver',
    speaker: 'client',
  },
  // grpc-go: no API server is asked by gRPC, but what API servers ask is
  {
    id: 'dial-grpc',
    words: /createtransport failed to connect|transport: (?:error while dialing|authentication handshake failed)/i,
    role: 'dependency',
  },
  // k8s.io/apiserver: server/healthz, as /readyz?verbose prints it
  { id: 'check-storage', words: /\[-\]etcd(?:-readiness|-override-\d{1,3})? failed/i, role: 'etcd' },
  { id: 'write-storage', words: /"etcd-client"|etcdserver: |error building rest storage|storage backend/i, role: 'etcd' },
];
