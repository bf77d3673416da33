import type { Signature } from '../domain/signature.ts';

/**
 * How an aggregated server learns who calls: the front-proxy configuration in kube-system, TokenReview and
 * SubjectAccessReview (k8s.io/apiserver: server/options/authentication.go, plugin/pkg/authenticator, authorizer/webhook).
 */
const NETWORK = String.raw`(?:i/o timeout|connection refused|no route to host|network is unreachable|deadline exceeded|client\.timeout|request canceled|no such host|server misbehaving|tls handshake timeout|connection reset|\beof\b)`;
/** No connection is made, or the one that stood was lost. */
const NO_CONNECTION = String.raw`(?:i/o timeout|connection refused|no route to host|network is unreachable|waiting for connection|client connection lost|no such host|server misbehaving|tls handshake timeout)`;
/** A review that a server makes: what k8s.io/apiserver's webhook logs, and the error itself, as it answers and logs it once more. */
const REVIEW = String.raw`(?:failed to make webhook (?:authenticator|authorizer) request: |Post [\\]*"https?://[^"]{1,200}/(?:subjectaccess|token)reviews[^"]{0,100}": )`;
const REVIEW_LITERALS = ['failed to make webhook', 'subjectaccessreviews', 'tokenreviews'];

export const AUTHENTICATION: readonly Signature[] = [
  {
    id: 'request-header-config-forbidden',
    speaker: 'aggregated-server',
    pointsTo: ['request-header-config-unreadable'],
    pattern: String.raw`configmaps \\?"extension-apiserver-authentication\\?" is forbidden`,
    literals: ['extension-apiserver-authentication'],
    says: 'The ServiceAccount lacks the Role extension-apiserver-authentication-reader in kube-system.',
    matches: [
      'configmaps "extension-apiserver-authentication" is forbidden: User "system:serviceaccount:harbour:tide-gauge" cannot get resource "configmaps" in API group "" in the namespace "kube-system"',
      String.raw`Error: unable to load configmap based request-header-client-ca-file: configmaps \"extension-apiserver-authentication\" is forbidden: User \"system:serviceaccount:harbour:tide-gauge\" cannot get`,
    ],
    nearMisses: [
      'configmaps "tide-settings" is forbidden: User "system:serviceaccount:harbour:tide-gauge" cannot get',
      'configmap "extension-apiserver-authentication" was updated',
    ],
  },
  {
    id: 'request-header-config-unreachable',
    speaker: 'aggregated-server',
    pointsTo: ['kube-apiserver-unreachable-from-backend', 'network-policy-blocking'],
    pattern: String.raw`(?:unable to load configmap based request-header-client-ca-file|configmaps/extension-apiserver-authentication).*${NETWORK}`,
    literals: ['request-header-client-ca-file', 'configmaps/extension-apiserver-authentication'],
    says: 'The aggregated server cannot reach the kube-apiserver at its start: egress policy, kube-proxy or overlay, not RBAC.',
    matches: [
      'Error: unable to load configmap based request-header-client-ca-file: Get "https://10.96.0.1:443/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication": dial tcp 10.96.0.1:443: i/o timeout',
      'W0105 09:00:13.100000       1 authentication.go:368] Error looking up in-cluster authentication configuration: Get "https://10.96.0.1:443/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication": dial tcp 10.96.0.1:443: connect: connection refused',
    ],
    nearMisses: [
      'unable to load configmap based request-header-client-ca-file: configmap is empty',
      'Get "https://10.96.0.1:443/api/v1/namespaces/kube-system/configmaps/tides": dial tcp 10.96.0.1:443: i/o timeout',
    ],
  },
  {
    id: 'request-header-config-unreadable',
    speaker: 'aggregated-server',
    pointsTo: ['request-header-config-unreadable'],
    pattern: String.raw`(?:could not|unable to|failed to) (?:retrieve|get|find) (?:role )?\\?"?extension-apiserver-authentication-reader|roles?\.rbac\.authorization\.k8s\.io \\?"extension-apiserver-authentication-reader\\?" not found|unable to get configmap/extension-apiserver-authentication|unable to load configmap based request-header-client-ca-file`,
    literals: ['extension-apiserver-authentication', 'request-header-client-ca-file'],
    says: 'The aggregated server could not read the front-proxy configuration in kube-system.',
    matches: [
      `W0105 09:00:13.100000       1 requestheader_controller.go:204] Unable to get configmap/extension-apiserver-authentication in kube-system.  Usually fixed by 'kubectl create rolebinding -n kube-system ROLEBINDING_NAME --role=extension-apiserver-authentication-reader --serviceaccount=YOUR_NS:YOUR_SA'`,
      'Error: unable to load configmap based request-header-client-ca-file: configmap has no such key',
      'time="2026-01-05T09:00:13Z" level=warning msg="could not retrieve Role extension-apiserver-authentication-reader" apiservice=v1.tides.example.com',
    ],
    nearMisses: ['configmap/extension-apiserver-authentication unchanged', 'loaded configmap based request-header-client-ca-file'],
  },
  {
    id: 'request-header-config-skipped',
    speaker: 'aggregated-server',
    pointsTo: ['request-header-config-unreadable'],
    pattern: String.raw`error looking up in-cluster authentication configuration|continuing without authentication configuration`,
    literals: ['in-cluster authentication configuration', 'continuing without authentication'],
    says: 'The aggregated server goes on without the front-proxy configuration and takes everyone for anonymous.',
    matches: [
      'W0105 09:00:13.100000       1 authentication.go:369] Continuing without authentication configuration. This may treat all requests as anonymous.',
      'W0105 09:00:13.100000       1 authentication.go:368] Error looking up in-cluster authentication configuration: Unauthorized',
    ],
    nearMisses: ['in-cluster configuration found', 'continuing with authentication configuration'],
  },
  {
    id: 'aggregation-layer-unconfigured',
    speaker: 'aggregated-server',
    pointsTo: ['aggregation-layer-not-configured'],
    pattern: String.raw`cluster doesn't provide (?:requestheader-)?client-ca-file|missing content for ca bundle \\?"client-ca::kube-system::extension-apiserver-authentication`,
    literals: ["cluster doesn't provide", 'missing content for ca bundle'],
    says: 'The kube-apiserver runs without the flags of the aggregation layer: it publishes no front-proxy CA.',
    matches: [
      `F0105 09:00:13.100000       1 adapter.go:206] unable to install resource metrics API: cluster doesn't provide requestheader-client-ca-file`,
      'E0105 09:00:13.100000       1 configmap_cafile_content.go:242] key failed with : missing content for CA bundle "client-ca::kube-system::extension-apiserver-authentication::requestheader-client-ca-file"',
    ],
    nearMisses: ['cluster provides requestheader-client-ca-file', 'missing content for CA bundle "serving-ca"'],
  },
  {
    id: 'delegation-kubeconfig-missing',
    speaker: 'aggregated-server',
    // A warning at start (k8s.io/apiserver 0.36 pkg/server/options): the server goes on, and by this line nobody got an error yet.
    role: 'ordinary',
    pointsTo: ['bad-flag-or-config'],
    pattern: String.raw`no (?:authentication|authorization)-kubeconfig provided`,
    literals: ['authentication-kubeconfig provided', 'authorization-kubeconfig provided'],
    says: 'The server was started outside a cluster without a kubeconfig for delegated authentication or authorization.',
    matches: [
      `W0105 09:00:13.100000       1 authorization.go:193] No authorization-kubeconfig provided, so SubjectAccessReview of authorization tokens won't work.`,
      `W0105 09:00:13.100000       1 authentication.go:340] No authentication-kubeconfig provided in order to lookup client-ca-file in configmap/tides in kube-system, so client certificate authentication won't work.`,
    ],
    nearMisses: ['--authentication-kubeconfig=/etc/kubeconfig', 'authorization-kubeconfig loaded'],
  },
  {
    id: 'front-proxy-name-ordinary',
    speaker: 'kube-apiserver',
    pointsTo: [],
    pattern: String.raw`subject with cn=system:\S+ is not in the allowed list`,
    literals: ['is not in the allowed list'],
    says: 'A component with a client certificate of its own was tried as front proxy first: noise.',
    matches: [
      'W0105 09:00:13.100000       1 x509.go:172] x509: subject with cn=system:kube-scheduler is not in the allowed list: [front-proxy-client]',
      'W0105 09:00:13.100000       1 x509.go:172] x509: subject with cn=system:node:node-a is not in the allowed list: [front-proxy-client]',
    ],
    nearMisses: [
      'x509: subject with cn=aggregator is not in the allowed list: [front-proxy-client]',
      'cn=system:kube-scheduler is in the allowed list',
    ],
  },
  {
    id: 'front-proxy-name-not-allowed',
    speaker: 'aggregated-server',
    anyClient: true,
    pointsTo: ['front-proxy-name-not-allowed'],
    // Who checks it in the handshake itself (KubeVirt's CDI: pkg/apiserver) ends that with words of its own.
    pattern: String.raw`subject with cn=[^ ]{1,200} is not in the allowed list|http: tls handshake error from .{0,80}no valid subject specified`,
    literals: ['is not in the allowed list', 'no valid subject specified'],
    says: "The kube-apiserver's front-proxy certificate has a name that requestheader-allowed-names does not list.",
    matches: [
      'W0105 09:00:13.100000       1 x509.go:172] x509: subject with cn=aggregator is not in the allowed list: [front-proxy-client]',
      '"Unable to authenticate the request" err="[x509: subject with cn=tide-proxy is not in the allowed list: [front-proxy-client], Unauthorized]"',
      '2026/01/05 09:00:13 http: TLS handshake error from 10.0.0.2:41000: no valid subject specified',
    ],
    nearMisses: ['x509: subject with cn=aggregator is in the allowed list', 'user tide is not in the allowed list'],
  },
  {
    id: 'front-proxy-certificate-untrusted',
    speaker: 'aggregated-server',
    anyClient: true,
    pointsTo: ['request-header-ca-mismatch'],
    pattern: String.raw`(?:unable to authenticate the request|verifying certificate sn=|failed to verify client certificate).*certificate signed by unknown authority`,
    literals: ['unable to authenticate the request', 'verifying certificate sn=', 'failed to verify client certificate'],
    says: "The aggregated server does not know the CA of the kube-apiserver's front-proxy certificate: that CA was renewed.",
    matches: [
      'E0105 09:00:13.100000       1 authentication.go:73] "Unable to authenticate the request" err="verifying certificate SN=12, SKID=, AKID=AB:CD failed: x509: certificate signed by unknown authority"',
      '2026/01/05 09:00:13 http: TLS handshake error from 10.0.0.2:41000: tls: failed to verify client certificate: x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "front-proxy-ca")',
    ],
    nearMisses: [
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'Unable to authenticate the request: invalid bearer token',
    ],
  },
  {
    id: 'front-proxy-certificate-expired',
    speaker: 'aggregated-server',
    anyClient: true,
    pointsTo: ['front-proxy-certificate-rejected'],
    pattern: String.raw`(?:unable to authenticate the request|verifying certificate sn=|failed to verify client certificate).*certificate has expired or is not yet valid`,
    literals: ['unable to authenticate the request', 'verifying certificate sn=', 'failed to verify client certificate'],
    says: 'The client certificate that the kube-apiserver presents is out of its time.',
    matches: [
      'E0105 09:00:13.100000       1 authentication.go:62] Unable to authenticate the request due to an error: x509: certificate has expired or is not yet valid',
      '"Unable to authenticate the request" err="[x509: certificate has expired or is not yet valid: current time 2026-01-05T09:00:00Z is after 2026-01-04T00:00:00Z, verifying certificate SN=4 failed]"',
    ],
    nearMisses: ['x509: certificate has expired or is not yet valid', 'Unable to authenticate the request: token has expired'],
  },
  {
    // Any client's: its token is bound to a pod that is gone, or it has not read its file anew (client-go reads it each minute).
    id: 'caller-token-expired',
    speaker: 'aggregated-server',
    anyClient: true,
    role: 'ordinary',
    pointsTo: ['backend-rights-missing'],
    pattern: String.raw`unable to authenticate the request.*service account token has expired`,
    literals: ['unable to authenticate the request'],
    says: 'Somebody asks the server with a ServiceAccount token that has expired: that one gets 401, whoever it is.',
    matches: [
      'E0105 09:00:13.100000       1 authentication.go:73] "Unable to authenticate the request" err="[invalid bearer token, service account token has expired]"',
      'Unable to authenticate the request due to an error: service account token has expired',
    ],
    nearMisses: [
      'invalid bearer token, service account token has expired',
      'Unable to authenticate the request: token has been invalidated',
    ],
  },
  {
    id: 'service-account-token-rejected',
    speaker: 'aggregated-server',
    anyClient: true,
    pointsTo: ['backend-rights-missing'],
    pattern: String.raw`service account token (?:has expired|is not valid yet)|error in cryptographic primitive|token has been invalidated|service account (?:uid|token) .{0,40}does not match`,
    literals: ['service account token', 'error in cryptographic primitive', 'token has been invalidated', 'does not match'],
    says: 'A ServiceAccount token is expired, or was signed with a key that is no longer trusted.',
    matches: [
      'E0105 09:00:13.100000       1 authentication.go:73] "Unable to authenticate the request" err="[invalid bearer token, service account token is not valid yet]"',
      'invalid bearer token, square/go-jose: error in cryptographic primitive',
    ],
    nearMisses: ['service account token mounted', 'bearer token accepted'],
  },
  {
    id: 'bearer-token-invalid',
    speaker: 'aggregated-server',
    anyClient: true,
    pointsTo: [],
    pattern: String.raw`unable to authenticate the request.*(?:invalid bearer token|token (?:lookup|review) failed)`,
    literals: ['unable to authenticate the request'],
    says: 'A client that talks to the server directly has a bad token; scrapers do.',
    matches: [
      'E0105 09:00:13.100000       1 authentication.go:73] "Unable to authenticate the request" err="[invalid bearer token, unknown]"',
      'Unable to authenticate the request due to an error: invalid bearer token',
    ],
    nearMisses: ['invalid bearer token', 'Unable to authenticate the request: x509'],
  },
  {
    id: 'token-reviews-forbidden',
    speaker: 'aggregated-server',
    pointsTo: ['delegated-auth-failing'],
    pattern: String.raw`tokenreviews\.authentication\.k8s\.io is forbidden`,
    literals: ['tokenreviews.authentication.k8s.io is forbidden'],
    says: 'The ServiceAccount lacks the ClusterRole system:auth-delegator: it may not create TokenReviews.',
    matches: [
      'tokenreviews.authentication.k8s.io is forbidden: User "system:serviceaccount:harbour:tide-gauge" cannot create resource "tokenreviews" in API group "authentication.k8s.io" at the cluster scope',
      'E0105 09:00:13.100000       1 webhook.go:154] Failed to make webhook authenticator request: tokenreviews.authentication.k8s.io is forbidden: User "system:serviceaccount:harbour:tide-gauge"',
    ],
    nearMisses: ['tokenreviews.authentication.k8s.io created', 'tides.example.com is forbidden: User "tess"'],
  },
  {
    id: 'subject-access-reviews-forbidden',
    speaker: 'aggregated-server',
    pointsTo: ['delegated-auth-failing'],
    pattern: String.raw`subjectaccessreviews\.authorization\.k8s\.io is forbidden`,
    literals: ['subjectaccessreviews.authorization.k8s.io is forbidden'],
    says: 'The ServiceAccount lacks system:auth-delegator: ordinary users get 500, while the condition stays Passed.',
    matches: [
      'E0105 09:00:13.100000       1 webhook.go:266] Failed to make webhook authorizer request: subjectaccessreviews.authorization.k8s.io is forbidden: User "system:serviceaccount:harbour:tide-gauge" cannot create resource "subjectaccessreviews"',
      'Error from server (InternalError): Internal error occurred: subjectaccessreviews.authorization.k8s.io is forbidden',
    ],
    nearMisses: ['subjectaccessreviews.authorization.k8s.io created', 'localsubjectaccessreviews is allowed'],
  },
  {
    id: 'delegated-auth-canceled',
    speaker: 'aggregated-server',
    pointsTo: ['stuck-connections', 'apiserver-slow'],
    pattern: String.raw`failed to make webhook (?:authenticator|authorizer) request: .*context canceled`,
    literals: ['failed to make webhook'],
    says: 'The caller gave up before the delegated check was done: an effect of slowness, not a refusal.',
    matches: [
      'E0105 09:00:13.100000       1 webhook.go:199] Failed to make webhook authorizer request: Post "https://10.96.0.1:443/apis/authorization.k8s.io/v1/subjectaccessreviews": context canceled',
      'Failed to make webhook authenticator request: Post "https://10.96.0.1:443/apis/authentication.k8s.io/v1/tokenreviews": context canceled',
    ],
    nearMisses: ['Failed to make webhook authorizer request: context deadline exceeded', 'context canceled'],
  },
  {
    id: 'delegated-auth-unreachable',
    speaker: 'aggregated-server',
    pointsTo: ['kube-apiserver-unreachable-from-backend', 'apiserver-unavailable'],
    pattern: `${REVIEW}.*${NO_CONNECTION}`,
    literals: REVIEW_LITERALS,
    says: 'TokenReviews or SubjectAccessReviews do not reach the kube-apiserver: no connection is made, or it was lost.',
    matches: [
      'E0105 09:00:13.100000       1 webhook.go:266] Failed to make webhook authorizer request: Post "https://10.96.0.1:443/apis/authorization.k8s.io/v1/subjectaccessreviews": dial tcp 10.96.0.1:443: connect: connection refused',
      // custom-metrics-apiserver v1.37.0 (test/e2e/servers): what it answers, and what it logs.
      'Internal Server Error: "/apis/custom.metrics.k8s.io/v1beta2": Post "https://192.0.2.2:6443/apis/authorization.k8s.io/v1/subjectaccessreviews?timeout=10s": dial tcp 192.0.2.2:6443: connect: connection refused',
      'E1129 20:24:57.110930    8075 errors.go:86] "Unhandled Error" err="Post \\"https://192.0.2.2:6443/apis/authorization.k8s.io/v1/subjectaccessreviews?timeout=10s\\": dial tcp 192.0.2.2:6443: connect: connection refused"',
      'E1129 20:26:41.078164    9662 webhook.go:264] Failed to make webhook authorizer request: Post "https://192.0.2.2:6443/apis/authorization.k8s.io/v1/subjectaccessreviews?timeout=10s": http2: client connection lost',
      'Failed to make webhook authorizer request: Post "https://192.0.2.2:6443/apis/authorization.k8s.io/v1/subjectaccessreviews?timeout=10s": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    ],
    nearMisses: [
      'Failed to make webhook authorizer request: unknown',
      'Post "https://10.96.0.1:443/apis/authorization.k8s.io/v1/subjectaccessreviews": context deadline exceeded',
      'Post "https://10.96.0.1:443/apis/custom.example.com/v1/gauges": dial tcp 10.96.0.1:443: connect: connection refused',
    ],
  },
  {
    // A connection that stood, or nobody knows: a slow kube-apiserver and packets that vanish read the same.
    id: 'delegated-auth-unanswered',
    speaker: 'aggregated-server',
    pointsTo: ['apiserver-slow', 'kube-apiserver-unreachable-from-backend'],
    pattern: `${REVIEW}.*${NETWORK}`,
    literals: REVIEW_LITERALS,
    says: 'TokenReviews or SubjectAccessReviews are not answered in time.',
    matches: [
      'E0105 09:00:13.100000       1 webhook.go:154] Failed to make webhook authenticator request: Post "https://10.96.0.1:443/apis/authentication.k8s.io/v1/tokenreviews": context deadline exceeded',
      'E1129 20:26:08.714753    9662 errors.go:86] "Unhandled Error" err="Post \\"https://192.0.2.2:6443/apis/authorization.k8s.io/v1/subjectaccessreviews?timeout=10s\\": net/http: request canceled (Client.Timeout exceeded while awaiting headers)"',
    ],
    nearMisses: [
      'Failed to make webhook authorizer request: unknown',
      'Post "https://10.96.0.1:443/apis/authorization.k8s.io/v1/subjectaccessreviews": 201',
    ],
  },
  {
    // What forbids or does not answer has signatures of its own above; a kube-apiserver that turns requests away is left.
    id: 'delegated-auth-failed',
    speaker: 'aggregated-server',
    pointsTo: ['delegated-auth-failing', 'apiserver-overloaded'],
    pattern: String.raw`failed to make webhook (?:authenticator|authorizer) request`,
    literals: ['failed to make webhook'],
    says: 'TokenReview or SubjectAccessReview fails.',
    matches: [
      'E0105 09:00:13.100000       1 webhook.go:266] Failed to make webhook authorizer request: Unauthorized',
      'Failed to make webhook authenticator request: the server rejected our request for an unknown reason',
    ],
    nearMisses: ['made webhook authorizer request', 'failed calling webhook "tides.example.com"'],
  },
  {
    id: 'authentication-failed',
    speaker: 'aggregated-server',
    anyClient: true,
    pointsTo: ['request-header-ca-mismatch', 'delegated-auth-failing'],
    pattern: String.raw`unable to authenticate the request|authentication failed.{0,40}x509`,
    literals: ['unable to authenticate the request', 'authentication failed'],
    says: 'A request was refused because its sender is not known: 401.',
    matches: [
      'E0105 09:00:13.100000       1 authentication.go:65] Unable to authenticate the request due to an error: something',
      'authentication failed: x509: certificate signed by the harbour',
    ],
    nearMisses: ['authenticated the request', 'error: You must be logged in to the server (Unauthorized)'],
  },
  {
    id: 'anonymous-forbidden',
    speaker: 'aggregated-server',
    anyClient: true,
    pointsTo: ['discovery-forbidden', 'request-header-ca-mismatch'],
    pattern: String.raw`user \\?"system:(?:anonymous|unauthenticated)\\?" cannot`,
    literals: ['system:anonymous', 'system:unauthenticated'],
    says: 'The aggregated server takes its caller for anonymous: the front-proxy certificate was not accepted.',
    matches: [
      'forbidden: User "system:anonymous" cannot get path "/apis/tides.example.com/v1"',
      String.raw`{"message":"forbidden: User \"system:anonymous\" cannot get path \"/apis/tides.example.com/v1\"","code":403}`,
    ],
    nearMisses: ['User "system:admin" cannot get path "/apis"', 'system:anonymous may get path "/healthz"'],
  },
  {
    id: 'aggregator-user-forbidden',
    speaker: 'aggregated-server',
    pointsTo: ['discovery-forbidden'],
    pattern: String.raw`user \\?"system:kube-aggregator\\?" cannot`,
    literals: ['system:kube-aggregator'],
    says: 'RBAC forbids discovery to the kube-aggregator.',
    matches: [
      'forbidden: User "system:kube-aggregator" cannot get path "/apis/tides.example.com/v1"',
      String.raw`err="forbidden: User \"system:kube-aggregator\" cannot get path \"/openapi/v3\""`,
    ],
    nearMisses: ['User "system:kube-aggregator" got path "/apis"', 'User "system:kube-controller-manager" cannot get'],
  },
  {
    id: 'informer-forbidden',
    speaker: 'aggregated-server',
    pointsTo: ['backend-rights-missing'],
    pattern: String.raw`failed to (?:watch|list) .*is forbidden|failed to watch.{0,20}err=.*is forbidden`,
    literals: ['failed to watch', 'failed to list'],
    says: 'The ServiceAccount may not list or watch a resource; the server may stay unready, or never need it.',
    matches: [
      String.raw`E0105 09:00:13.100000       1 reflector.go:227] "Failed to watch" err="failed to list *v1.Node: nodes is forbidden: User \"system:serviceaccount:harbour:tide-gauge\" cannot list resource \"nodes\"" reflector="factory.go:160" type="*v1.Node"`,
      'E0105 09:00:13.100000       1 reflector.go:147] k8s.io/client-go/informers/factory.go:150: Failed to watch *v1.Pod: failed to list *v1.Pod: pods is forbidden: User "system:serviceaccount:harbour:tide-gauge" cannot list resource "pods"',
    ],
    nearMisses: ['failed to list *v1.Node: context deadline exceeded', 'listing nodes is allowed'],
  },
  {
    id: 'user-forbidden',
    speaker: 'client',
    anyClient: true,
    pointsTo: ['aggregated-request-forbidden', 'discovery-forbidden'],
    pattern: String.raw`is forbidden: user \\?".{1,253}\\?" cannot|forbidden: user \\?".{1,253}\\?" cannot get path`,
    literals: ['forbidden: user '],
    says: 'RBAC forbids the request of a user or ServiceAccount.',
    matches: [
      'tides.example.com is forbidden: User "system:serviceaccount:harbour:ferry" cannot create resource "tides" in API group "example.com" at the cluster scope',
      'Error from server (Forbidden): gauges.tides.example.com is forbidden: User "tess" cannot list resource "gauges" in API group "tides.example.com" in the namespace "harbour"',
    ],
    nearMisses: ['User "tess" can list resource "gauges"', 'writing is forbidden: read-only file system'],
  },
];
