import { describe, expect, it } from 'vitest';
import type { Utterance } from '../../src/domain/utterance.ts';
import { meaningOf } from '../../src/utterances/meaning.ts';
import { readUtterance } from '../../src/utterances/read.ts';

type Speaker = Utterance['speaker'];
/** Message, who prints it, and what it says: `role/step/reason`, and the causes, most likely first. */
type Row = readonly [message: string, speaker: Speaker, says: string, pointsTo: readonly string[]];

const API = 'https://10.96.7.7:443/apis/tides.example.com/v1';
const CHECK = `failing or missing response from ${API}: Get "${API}": `;

const THE_AGGREGATOR_OLD_AND_NEW: readonly Row[] = [
  [
    'E0105 09:00:13.100000       1 available_controller.go:311] v1.tides.example.com failed with: Get https://10.96.7.7:443: dial tcp 10.96.7.7:443: connect: no route to host',
    'unknown',
    'backend/dial/unreachable',
    ['host-unreachable'],
  ],
  [`${CHECK}dial tcp 10.96.7.7:443: connect: no route to host`, 'unknown', 'backend/dial/unreachable', ['host-unreachable']],
  [`${CHECK}dial tcp 10.96.7.7:443: connect: network is unreachable`, 'unknown', 'backend/dial/unreachable', ['host-unreachable']],
  [
    `${CHECK}dial tcp 10.96.7.7:443: connect: connection refused`,
    'unknown',
    'backend/dial/refused',
    ['connection-refused', 'pod-restarting'],
  ],
  [
    `${CHECK}dial tcp 10.96.7.7:443: connect: operation not permitted`,
    'unknown',
    'backend/dial/not-permitted',
    ['network-policy-blocking'],
  ],
  [
    `${CHECK}net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
    'unknown',
    'backend/dial/timed-out',
    ['connection-timed-out', 'network-policy-blocking', 'aggregator-path-blocked'],
  ],
  [`${CHECK}context deadline exceeded`, 'unknown', 'backend/request/deadline', ['connection-timed-out', 'backend-slow']],
  [
    `${CHECK}net/http: request canceled (Client.Timeout exceeded while awaiting headers)`,
    'unknown',
    'backend/headers/deadline',
    ['backend-slow', 'connection-timed-out'],
  ],
  // The dialer of an EgressSelectorConfiguration tells of its proxy as of any other address.
  [
    'failing or missing response from https://10.1.0.5:8443/apis/tides.example.com/v1: Get "https://10.1.0.5:8443/apis/tides.example.com/v1": dial tcp 192.0.2.40:8131: connect: connection refused',
    'unknown',
    'tunnel/dial/refused',
    ['tunnel-down'],
  ],
  [
    'failing or missing response from https://[fd00:10:245::a]:8443/apis/tides.example.com/v1: Get "https://[fd00:10:245::a]:8443/apis/tides.example.com/v1": dial tcp [fd00:10:245::a]:8443: connect: connection refused',
    'unknown',
    'backend/dial/refused',
    ['connection-refused', 'pod-restarting'],
  ],
  // rancher/remotedialer, through which k3s reaches the nodes.
  [`${CHECK}failed to find Session for client node-b`, 'unknown', 'backend/dial/no-agent', ['tunnel-down']],
  // A proxy that refuses CONNECT: the bare text of its status; who asks a server prints the number too.
  [`${CHECK}Forbidden`, 'unknown', 'http-proxy/status/forbidden', ['proxy-in-the-way']],
  [`${CHECK}Service Unavailable`, 'unknown', 'http-proxy/status/unavailable', ['proxy-in-the-way']],
  [
    `${CHECK}tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "harbour-ca")`,
    'unknown',
    'backend/tls/certificate-untrusted',
    ['ca-bundle-mismatch'],
  ],
  [`failing or missing response from ${API}: bad status from ${API}: 404`, 'unknown', 'backend/status/not-found', ['version-not-served']],
  [
    'error trying to reach service: dial timeout, backstop',
    'unknown',
    'backend/dial/timed-out',
    ['connection-timed-out', 'network-policy-blocking', 'aggregator-path-blocked'],
  ],
  [
    'error trying to reach service: http2: client connection lost',
    'unknown',
    'backend/headers/connection-lost',
    ['stuck-connections', 'packet-loss'],
  ],
  [
    'error trying to reach service: remote error: tls: internal error',
    'unknown',
    'backend/tls/handshake-failed',
    ['serving-certificate-unusable'],
  ],
  [
    'error trying to reach service: stream error: stream ID 3; INTERNAL_ERROR; received from peer',
    'unknown',
    'backend/headers/stream-error',
    ['panic', 'connection-reset'],
  ],
  [
    'error trying to reach service: read unix @->/tunnel-uds/proxysocket: read: connection reset by peer',
    'unknown',
    'tunnel/request/reset',
    ['tunnel-down'],
  ],
  [
    "I0105 09:00:13.100000   36 request.go:947] Response Body: Error: 'dial tcp 10.1.0.5:8080: i/o timeout' Trying to reach: 'http://10.1.0.5:8080/tides'",
    'client',
    'backend/dial/timed-out',
    ['connection-timed-out', 'network-policy-blocking', 'aggregator-path-blocked'],
  ],
];

const THE_WAY_TO_THE_NODES: readonly Row[] = [
  [
    'Error from server: error dialing backend: dial tcp 192.0.2.10:10250: connect: no route to host',
    'client',
    'kubelet/dial/unreachable',
    ['host-unreachable', 'tunnel-down'],
  ],
  [
    'Error from server: Get "https://192.0.2.10:10250/containerLogs/harbour/tide-gauge-0/tide": dial tcp 192.0.2.10:10250: i/o timeout',
    'client',
    'kubelet/dial/timed-out',
    ['connection-timed-out', 'tunnel-down'],
  ],
  [
    'Error from server: Get "https://192.0.2.10:10250/containerLogs/harbour/tide-gauge-0/tide": EOF',
    'client',
    'kubelet/request/closed',
    ['tunnel-down', 'connection-reset'],
  ],
  [
    'Error from server: Get "https://192.0.2.10:10250/containerLogs/harbour/tide-gauge-0/tide": x509: cannot validate certificate for 192.0.2.10 because it doesn\'t contain any IP SANs',
    'client',
    'kubelet/tls/certificate-name',
    [],
  ],
];

const WHAT_OTHERS_HAND_ON: readonly Row[] = [
  // CoreDNS: plugin/errors
  [
    '[ERROR] plugin/errors: 2 buoy.harbour.svc.cluster.local. A: read udp 10.244.0.5:51112->192.0.2.53:53: i/o timeout',
    'unknown',
    'name-server/resolve/name-server-failing',
    ['dns-failing'],
  ],
  // Envoy
  [
    'error trying to reach service: upstream connect error or disconnect/reset before headers. reset reason: connection failure, transport failure reason: delayed connect error: 111',
    'unknown',
    'backend/dial/refused',
    ['connection-refused', 'pod-restarting'],
  ],
  [
    'error trying to reach service: upstream connect error or disconnect/reset before headers. reset reason: connection failure, transport failure reason: delayed connect error: 113',
    'unknown',
    'backend/dial/unreachable',
    ['host-unreachable'],
  ],
  [
    'error trying to reach service: upstream connect error or disconnect/reset before headers. reset reason: connection timeout',
    'unknown',
    'backend/dial/timed-out',
    ['connection-timed-out', 'network-policy-blocking', 'aggregator-path-blocked'],
  ],
  [
    'error trying to reach service: upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    'unknown',
    'backend/request/reset',
    ['connection-reset', 'pod-restarting'],
  ],
];

const WHAT_A_SERVER_ASKS: readonly Row[] = [
  // What kubectl prints of a server whose review failed: the reviews of delegated authorization are the server's, whoever prints it.
  [
    String.raw`Error from server (InternalError): an error on the server ("Internal Server Error: \"/apis/tides.example.com/v1/tides\": Post \"https://10.96.0.1:443/apis/authorization.k8s.io/v1/subjectaccessreviews?timeout=10s\": dial tcp 10.96.0.1:443: connect: no route to host") has prevented the request from succeeding (get tides.tides.example.com)`,
    'client',
    'kube-apiserver/dial/unreachable',
    ['kube-apiserver-unreachable-from-backend', 'network-policy-blocking'],
  ],
  [
    String.raw`E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="Get \"https://192.0.2.10:10250/metrics/resource\": dial tcp 192.0.2.10:10250: i/o timeout" node="node-a"`,
    'aggregated-server',
    'kubelet/dial/timed-out',
    ['kubelet-unreachable'],
  ],
  [
    String.raw`E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="Get \"https://192.0.2.10:10250/metrics/resource\": dial tcp 192.0.2.10:10250: connect: connection refused" node="node-a"`,
    'aggregated-server',
    'kubelet/dial/refused',
    ['kubelet-scrape-failing'],
  ],
  [
    'Get "https://10.96.0.1:443/api/v1/namespaces": dial tcp 10.96.0.1:443: i/o timeout',
    'aggregated-server',
    'kube-apiserver/dial/timed-out',
    ['kube-apiserver-unreachable-from-backend', 'network-policy-blocking'],
  ],
  [
    'Post "https://10.96.0.1:443/apis/authorization.k8s.io/v1/subjectaccessreviews": context canceled',
    'aggregated-server',
    'kube-apiserver/request/canceled',
    ['stuck-connections', 'apiserver-slow'],
  ],
  [
    String.raw`E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="Get \"https://192.0.2.10:10250/metrics/resource\": x509: cannot validate certificate for 192.0.2.10 because it doesn't contain any IP SANs" node="node-a"`,
    'aggregated-server',
    'kubelet/tls/certificate-name',
    ['kubelet-certificate-untrusted'],
  ],
  [
    'unable to fetch metrics from Kubelet node-a (node-a): Get https://node-a:10250/stats/summary/: dial tcp: lookup node-a on 10.96.0.10:53: server misbehaving',
    'aggregated-server',
    'kubelet/resolve/name-server-failing',
    ['dns-failing'],
  ],
  [
    'unable to fetch metrics from Kubelet node-a (node-a): Get https://node-a:10250/stats/summary/: dial tcp: lookup node-a on 10.96.0.10:53: no such host',
    'aggregated-server',
    'kubelet/resolve/name-unknown',
    ['dns-failing', 'kubelet-scrape-failing'],
  ],
  [
    String.raw`"Failed to scrape node" err="Get \"https://192.0.2.10:10250/metrics/resource\": dial tcp 192.0.2.10:10250: connect: no route to host"`,
    'aggregated-server',
    'kubelet/dial/unreachable',
    ['kubelet-unreachable'],
  ],
  [
    'Failed to update status for pod "tide-0_harbour(83d5)": the server has received too many requests and has asked us to try again later (put pods tide-0)',
    'unknown',
    'kube-apiserver/status/too-many-requests',
    ['apiserver-overloaded'],
  ],
  [
    'the server has received too many requests and has asked us to try again later (get gauges.tides.example.com)',
    'unknown',
    'unknown/status/too-many-requests',
    ['rate-limited', 'apiserver-overloaded'],
  ],
  [
    'Error from server (InternalError): Internal error occurred: failed calling webhook "tides.example.com": failed to call webhook: Post "https://tide-gauge.harbour.svc:443/mutate?timeout=10s": context deadline exceeded',
    'client',
    'webhook/request/deadline',
    ['connection-timed-out', 'network-policy-blocking'],
  ],
  [
    'Get "http://prometheus.watch.svc:9090/api/v1/query?query=up": dial tcp 10.96.3.3:9090: connect: connection refused',
    'aggregated-server',
    'prometheus/dial/refused',
    ['backend-dependency-failing'],
  ],
  [
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.2.2.2:9666: connect: connection refused"',
    'aggregated-server',
    'dependency/dial/refused',
    ['backend-dependency-failing'],
  ],
  [
    'rpc error: code = DeadlineExceeded desc = latest balancer error: connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority", last {Addr: "keda-operator.harbour.svc:9666"}',
    'aggregated-server',
    'dependency/tls/certificate-untrusted',
    ['dependency-certificate-untrusted'],
  ],
  [
    'W0105 09:00:13.100000       1 logging.go:55] [core] [Channel #1 SubChannel #2]grpc: addrConn.createTransport failed to connect to {Addr: "127.0.0.1:2379", }. Err: connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"',
    'kube-apiserver',
    'etcd/dial/refused',
    ['etcd-slow', 'backend-storage-failing'],
  ],
  [
    'dial tcp: lookup tide-store.harbour.svc on 10.96.0.10:53: read udp 10.1.0.5:4321->10.96.0.10:53: i/o timeout',
    'aggregated-server',
    'name-server/resolve/name-server-failing',
    ['dns-failing'],
  ],
  [
    'dial tcp: lookup tide-store.harbour.svc on 10.96.0.10:53: no such host',
    'aggregated-server',
    'dependency/resolve/name-unknown',
    ['backend-dependency-failing', 'dns-failing'],
  ],
  [
    'Get "https://tide-gauge.harbour.svc:443/readyz": proxyconnect tcp: dial tcp 192.0.2.80:3128: i/o timeout',
    'aggregated-server',
    'http-proxy/dial/timed-out',
    ['proxy-in-the-way'],
  ],
  ['Error: connect ECONNREFUSED 10.1.2.3:5432', 'aggregated-server', 'dependency/dial/refused', ['backend-dependency-failing']],
  [
    "HTTPSConnectionPool(host='monitoring.googleapis.com', port=443): Read timed out. (read timeout=60)",
    'aggregated-server',
    'cloud-api/dial/deadline',
    ['backend-dependency-failing'],
  ],
  [
    String.raw`{"level":"warn","ts":"2026-01-05T09:00:13Z","logger":"etcd-client","msg":"retrying of unary invoker failed","error":"rpc error: code = DeadlineExceeded desc = context deadline exceeded"}`,
    'aggregated-server',
    'etcd/request/deadline',
    ['backend-storage-failing'],
  ],
  [
    'write tcp 10.1.0.5:38308->192.0.2.7:443: use of closed network connection',
    'aggregated-server',
    'unknown/request/closed',
    ['connection-reset', 'backend-dependency-failing'],
  ],
];

const WHAT_HAS_NO_URL: readonly Row[] = [
  [
    'I0105 09:00:24.661781    8158 trace.go:205] Trace[394984102]: "List etcd3" key:/tides,resourceVersion:,limit:10000,continue: (05-Jan-2026 09:00:13.013) (total time: 11648ms):',
    'kube-apiserver',
    'etcd/request/slow',
    ['etcd-slow', 'apiserver-slow'],
  ],
  [
    'Trace[911101607]:  ---"Txn call completed" 7177ms (09:00:19.985)]',
    'aggregated-server',
    'etcd/request/slow',
    ['backend-storage-failing'],
  ],
  [
    'E0105 09:00:13.100000       1 reflector.go:169] failed to list *v1.Pod: the server was unable to return a response in the time allotted, but may still be processing the request',
    'aggregated-server',
    'kube-apiserver/request/deadline',
    ['apiserver-slow', 'kube-apiserver-unreachable-from-backend'],
  ],
  ['[-]etcd failed: reason withheld', 'aggregated-server', 'etcd/request/failed', ['backend-storage-failing']],
  ['error getting tide level metric: no gauge answers', 'aggregated-server', 'dependency/request/failed', ['backend-dependency-failing']],
];

/** The kube-apiserver hands a request for an API on: what is late is behind it, what is not reached is it itself. */
const THROUGH_THE_KUBE_APISERVER: readonly Row[] = [
  [
    'Get "https://192.168.3.4/apis/tides.example.com/v1/gauges": context deadline exceeded',
    'controller',
    'backend/request/deadline',
    ['connection-timed-out', 'backend-slow'],
  ],
  [
    'Get "https://192.168.3.4/apis/tides.example.com/v1/gauges": dial tcp 192.168.3.4:443: connect: connection refused',
    'controller',
    'kube-apiserver/dial/refused',
    ['apiserver-unavailable', 'kube-apiserver-unreachable-from-backend'],
  ],
  [
    'Get "https://192.168.3.4/apis/apps/v1/deployments": context deadline exceeded',
    'controller',
    'kube-apiserver/request/deadline',
    ['apiserver-slow', 'kube-apiserver-unreachable-from-backend'],
  ],
  [
    'unable to fetch metrics from kubelet node-a: request failed, status: "403 Forbidden"',
    'aggregated-server',
    'kubelet/status/forbidden',
    ['backend-rights-missing'],
  ],
  [
    'unable to fetch metrics from kubelet node-a: request failed, status: "401 Unauthorized"',
    'aggregated-server',
    'kubelet/status/unauthorized',
    ['kubelet-scrape-failing', 'backend-rights-missing'],
  ],
];

/** Of these the error is about somebody else, or only a victim speaks: nothing may blame the server behind the API. */
const NOBODY_BEHIND_THE_API: readonly Row[] = [
  [
    'Internal error occurred: failed calling webhook "tides.example.com": failed to call webhook: Post "https://tide-hook.harbour.svc:443/validate?timeout=10s": dial tcp 10.96.8.8:443: connect: connection refused',
    'client',
    'webhook/dial/refused',
    [],
  ],
  ['http: TLS handshake error from 10.1.0.1:41000: EOF', 'aggregated-server', 'client/tls/closed', []],
  [
    'the server is currently unable to handle the request (get gauges.tides.example.com)',
    'aggregated-server',
    'unknown/status/unavailable',
    [],
  ],
  [
    'Failed to pull image "registry.example.com/tide:1": failed to do request: Head "https://registry.example.com/v2/tide/manifests/1": dial tcp 192.0.2.44:443: connect: connection refused',
    'kubelet',
    'registry/dial/refused',
    ['image-pull-failing'],
  ],
];

describe('an error read as it is built', () => {
  it.each([
    ...THE_AGGREGATOR_OLD_AND_NEW,
    ...WHAT_A_SERVER_ASKS,
    ...THE_WAY_TO_THE_NODES,
    ...WHAT_OTHERS_HAND_ON,
    ...WHAT_HAS_NO_URL,
    ...THROUGH_THE_KUBE_APISERVER,
    ...NOBODY_BEHIND_THE_API,
  ])('%s', (message, speaker, says, pointsTo) => {
    const utterance = readUtterance(message, speaker);
    expect(utterance && `${utterance.target.role}/${utterance.step}/${utterance.reason}`).toBe(says);
    expect(utterance && meaningOf(utterance)?.pointsTo).toEqual(pointsTo);
  });

  it.each([
    '{"level":"info","msg":"retrying succeeded after dial tcp 192.0.2.7:443: connect: connection refused"}',
    'lost the stream: read tcp 10.0.0.1:3->192.0.2.7:443: read: connection reset by peer; reconnected',
    'is it connection refused?',
    'no more connection refused since noon',
  ])('has no weight when it does not stand: %s', (message) => {
    const utterance = readUtterance(message, 'unknown');
    expect(utterance?.polarity).not.toBe('failed');
    expect(utterance && meaningOf(utterance)).toBeUndefined();
  });

  it.each(['dial tcp 192.0.2.7:443: connect: connection refused; not reconnected', 'connection refused, failed to be re-established'])(
    'stands when the better end is denied: %s',
    (message) => expect(readUtterance(message, 'unknown')?.polarity).toBe('failed'),
  );

  it('has no word for short traces, which servers print every day', () => {
    expect(readUtterance('Trace[1]: "List etcd3" key:/tides (total time: 1999ms):', 'kube-apiserver')).toBeUndefined();
    expect(readUtterance('Trace[1]: "List etcd3" key:/tides (total time: 2000ms):', 'kube-apiserver')).toMatchObject({ reason: 'slow' });
    expect(readUtterance('Trace[1]: "List" resource:tides (total time: 4999ms):', 'kube-apiserver')).toBeUndefined();
    expect(readUtterance('Trace[1]: "List" resource:tides (total time: 5000ms):', 'kube-apiserver')).toMatchObject({ reason: 'slow' });
  });

  it('lets a webhook that is out of reach speak of the way, and one that refuses of nobody', () => {
    const call = 'failed calling webhook "tides.example.com": failed to call webhook: Post "https://tide-hook.harbour.svc:443/validate": ';
    const says = (end: string) => {
      const utterance = readUtterance(call + end, 'kube-apiserver');
      return utterance && meaningOf(utterance)?.pointsTo;
    };
    expect(says('context deadline exceeded')).toEqual(['connection-timed-out', 'network-policy-blocking']);
    expect(says('dial tcp 10.96.8.8:443: connect: connection refused')).toEqual([]);
    expect(says('x509: certificate signed by unknown authority')).toEqual([]);
  });

  it.each(['', ' ', 'Serving securely on [::]:10250', 'GET /apis/tides.example.com/v1 200', 'Caches are synced', '🌊'.repeat(3000)])(
    'finds none in what tells of none: %s',
    (message) => expect(readUtterance(message, 'unknown')).toBeUndefined(),
  );
});
