import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { diagnoseSnapshots } from '../../../src/diagnose/diagnostician.ts';
import { observedValue } from '../../../src/domain/observed.ts';
import type { ApiFacts } from '../../../src/domain/snapshot.ts';
import { WAITING_REASONS } from '../../../src/domain/waiting.ts';
import { readText } from '../../../src/read/text/read-text.ts';
import { SAMPLE } from './sample.ts';

const apisOf = (text: string | Uint8Array): readonly ApiFacts[] => readText(text).at(-1)?.apis ?? [];
const verdictOn = (text: string) => {
  const snapshots = readText(text);
  return diagnoseSnapshots(snapshots, catalogueOptions()).diagnoses[0];
};

/** As `kubectl get apiservices -o json` lists it. */
const apiService = (name: string, reason = 'FailedDiscoveryCheck', status = 'False') => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name },
  status: { conditions: [{ type: 'Available', status, reason, message: '' }] },
});

const USAGE = `    Limits:
      cpu:     100m
      memory:  200Mi
$ kubectl top pods -n harbour
NAME                          CPU(cores)   MEMORY(bytes)
tide-gauge-7c9f8d6b5-abcde    20m          197Mi
$ kubectl get tides
Error from server (ServiceUnavailable): the server is currently unable to handle the request (get tides.tides.example.com)`;

describe('pasted text', () => {
  it('becomes a snapshot before and one with what it says; what it does not mention is not observed', () => {
    const [before, after] = readText(SAMPLE);
    expect(before!.time).toBeLessThan(after!.time);
    expect(before!.apis[0]).toMatchObject({ condition: { state: 'unobserved' }, textMatches: [] });
    const [api] = after!.apis;
    expect(api).toMatchObject({ name: 'v1.tides.example.com', group: 'tides.example.com', version: 'v1', reported: { state: 'failing' } });
    expect(observedValue(api!.condition)).toMatchObject({ status: 'False', reason: 'MissingEndpoints' });
    expect(observedValue(api!.pods)?.[0]).toMatchObject({
      ready: false,
      containers: [{ waiting: { reason: 'CrashLoopBackOff' }, restarts: 7 }],
    });
    expect(observedValue(api!.events)?.recent[0]).toMatchObject({ reason: 'BackOff', type: 'Warning' });
    expect(api).toMatchObject({ policy: { state: 'unobserved' }, rights: { state: 'unobserved' }, probes: [] });
  });

  it.each(Object.values(WAITING_REASONS).flat())('knows %s of a row of pods as what a container waits for', (reason) => {
    const [api] = apisOf(`v1.tides.example.com\nNAME READY STATUS RESTARTS AGE\ntide-gauge-7c9f8d6b5-abcde   0/1   ${reason}   0   3m`);
    expect(observedValue(api!.pods)?.[0]).toMatchObject({ ready: false, containers: [{ waiting: { reason } }] });
  });

  it.each([
    [
      'kube-system   5m    Warning   BackOff   pod/coredns-6d94bc8694-q5tdq   Back-off restarting failed container',
      ['Pod/coredns-6d94bc8694-q5tdq'],
    ],
    ['5m    Warning   BackOff   pod/coredns-6d94bc8694-q5tdq   Back-off restarting failed container', ['Pod/coredns-6d94bc8694-q5tdq']],
    ['harbour   5m    Warning   BackOff   pod/coredns-6d94bc8694-q5tdq   Back-off restarting failed container', undefined],
    ['kube-system   5m    Normal    Pulled    pod/coredns-6d94bc8694-q5tdq   Successfully pulled image', undefined],
    ['kube-system   5m    Warning   BackOff   pod/tide-gauge-6d94bc8694-q5tdq   Back-off restarting failed container', undefined],
  ])('knows warnings about the system: %s', (row, objects) => {
    const events = readText(`v1.tides.example.com\n${row}`).at(-1)?.cluster.systemEvents;
    expect(events && observedValue(events)?.map(({ object }) => object.toLowerCase())).toEqual(objects?.map((one) => one.toLowerCase()));
  });

  it.each([
    ['9s', false],
    ['10s', true],
    ['3d', true],
  ])('calls a Pending pod of %s unschedulable: %s', (age, unschedulable) => {
    const [api] = apisOf(`v1.tides.example.com\nharbour   tide-gauge-6d94bc8694-q5tdq   0/1   Pending   0   ${age}`);
    const [pod] = observedValue(api!.pods)!;
    expect(pod?.unschedulable !== undefined).toBe(unschedulable);
  });

  it('is diagnosed by all of its parts', () => {
    expect(verdictOn(SAMPLE)).toMatchObject({
      apiservice: 'v1.tides.example.com',
      cause: 'bad-flag-or-config',
      category: 'misconfiguration',
    });
  });

  it.each<[what: string, text: string, status: string, reason: string]>([
    ['a row of a table', 'v1.tides.example.com   harbour/tide-gauge   False (FailedDiscoveryCheck)   12h', 'False', 'FailedDiscoveryCheck'],
    [
      'JSON',
      '{\n "kind": "APIService",\n "metadata": {\n  "name": "v1.tides.example.com"\n },\n "status": {\n  "conditions": [\n   {\n    "type": "Available",\n    "status": "False",\n    "reason": "ServiceNotFound",\n    "message": "service/tide-gauge in \\"harbour\\" is not present"\n   }\n  ]\n }\n}',
      'False',
      'ServiceNotFound',
    ],
    [
      'describe',
      'Name:         v1.tides.example.com\nKind:         APIService\nStatus:\n  Conditions:\n    Last Transition Time:  2026-01-05T09:00:00Z\n    Message:               service/tide-gauge in "harbour" is not present\n    Reason:                ServiceNotFound\n    Status:                False\n    Type:                  Available',
      'False',
      'ServiceNotFound',
    ],
    ['a row that is well', 'v1.tides.example.com   harbour/tide-gauge   True   30d', 'True', 'Passed'],
  ])('reads a condition from %s', (_, text, status, reason) => {
    expect(observedValue(apisOf(text)[0]!.condition)).toMatchObject({ status, reason });
  });

  it.each<[what: string, text: string, name: string]>([
    ['a path', 'Get "https://10.96.7.7:443/apis/tides.example.com/v1": dial tcp 10.96.7.7:443: i/o timeout', 'v1.tides.example.com'],
    [
      'the resource that a client asked for',
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get tides.tides.example.com)',
      'v1.tides.example.com',
    ],
    [
      'the name of a known server',
      '$ kubectl logs deploy/metrics-server\nE0105 09:00:00.000000       1 scraper.go:149] "Failed to scrape node" err="context deadline exceeded"',
      'v1beta1.metrics.k8s.io',
    ],
    [
      'the group that is aggregated, not the one that migrates what is stored',
      'Get "https://10.96.0.1:443/apis/storagemigration.k8s.io/v1beta1": dial tcp 10.96.0.1:443: i/o timeout\nGet "https://10.96.7.7:443/apis/tides.example.com/v1": dial tcp 10.96.7.7:443: i/o timeout',
      'v1.tides.example.com',
    ],
    [
      'the group that is aggregated, not from one of the kube-apiserver',
      'Get "https://10.96.0.1:443/apis/resource.k8s.io/v1/devices": dial tcp 10.96.0.1:443: i/o timeout\nGet "https://10.96.7.7:443/apis/tides.example.com/v1": dial tcp 10.96.7.7:443: i/o timeout',
      'v1.tides.example.com',
    ],
    ['nothing', 'panic: runtime error: index out of range [3] with length 3', 'unknown'],
  ])('takes the name of the API from %s', (_, text, name) => {
    expect(apisOf(text).map((api) => api.name)).toEqual([name]);
  });

  const TIDES = 'v1.tides.example.com';
  const QUAYS = 'v1.quays.example.com';
  const UNABLE = 'the server is currently unable to handle the request';
  it.each<[what: string, text: string, names: readonly string[]]>([
    [
      'a line of discovery',
      'unable to retrieve the complete list of server APIs: quays.example.com/v1: stale GroupVersion discovery: quays.example.com/v1, tides.example.com/v1: the server is currently unable to handle the request',
      [QUAYS, TIDES],
    ],
    [
      'an operator of OpenShift',
      'APIServicesAvailable: "quays.example.com.v1" is not ready: 503 (the server is currently unable to handle the request)\\nAPIServicesAvailable: "tides.example.com.v1" is not ready: 503',
      [QUAYS, TIDES],
    ],
    [
      'an operator of OpenShift that asks for the object',
      'APIServicesAvailable: apiservices.apiregistration.k8s.io/v1.quays.example.com: not available: endpoints for service/quay in "pier" have no addresses',
      [QUAYS],
    ],
    [
      'an autoscaler',
      'invalid metrics (2 invalid out of 2), first error is: unable to fetch metrics from custom metrics API: Internal error occurred; unable to fetch metrics from external metrics API: Internal error occurred',
      ['v1beta1.custom.metrics.k8s.io', 'v1beta1.external.metrics.k8s.io'],
    ],
    [
      'a client',
      'Error: the server is currently unable to handle the request (get quays.quays.example.com), the server is currently unable to handle the request (get tides.tides.example.com)',
      [QUAYS, TIDES],
    ],
    [
      'an informer of any kind',
      `E0105 09:00:13.100000       1 reflector.go:227] "Failed to watch" err="failed to list tides.example.com/v2beta1, Resource=gauges: ${UNABLE}" reflector="reflector.go:343" type="tides.example.com/v2beta1, Resource=gauges"`,
      ['v2beta1.tides.example.com'],
    ],
    [
      'an informer whose watch ended, and not from those whose list came',
      `I0105 09:00:13.100000       1 reflector.go:507] "Caches populated" type="quays.example.com/v1, Resource=quays"\nI0105 09:00:14.100000       1 reflector.go:664] "Warning: watch ended with error" type="tides.example.com/v1, Kind=Gauge" err="${UNABLE}"`,
      [TIDES],
    ],
    [
      'an informer of a generated client, whose package is its version',
      `E0105 09:00:13.100000       1 reflector.go:227] "Failed to watch" err="failed to list *v1alpha1.Gauge: ${UNABLE} (get gauges.tides.example.com)" type="*v1alpha1.Gauge"`,
      ['v1alpha1.tides.example.com'],
    ],
    [
      'a framework that finds no versions of the group',
      '2026-01-05T09:00:13Z\tERROR\tcontroller-runtime.source.Kind\tfailed to get informer from cache\t{"error": "unable to retrieve the complete list of server APIs: tides.example.com/v2: no matches for tides.example.com/v2, Resource="}',
      ['v2.tides.example.com'],
    ],
    [
      'a command',
      '$ curl -k https://10.1.2.3:6443/apis/tides.example.com/v1\ncurl: (7) Failed to connect to 10.1.2.3 port 6443: No route to host',
      [TIDES],
    ],
    [
      'what was printed before what somebody says',
      `Is it like ${QUAYS}, as ${QUAYS} had it?\n"GET" "/apis/tides.example.com/v1" 503`,
      [TIDES],
    ],
    [
      'a list of objects, and not those that the kube-apiserver serves itself',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [...['v1.', 'v1.apps', 'v1.moorings.example.com'].map((name) => apiService(name, 'Local', 'True')), apiService(TIDES)],
      }),
      [TIDES],
    ],
    [
      'a table, whatever a client says of an API that the kube-apiserver serves itself',
      `NAME   SERVICE   AVAILABLE   AGE\nv1.moorings.example.com   Local   True   9d\n${TIDES}   harbour/tide-gauge   True   9d\n\nError from server (ServiceUnavailable): the server is currently unable to handle the request (get moorings.moorings.example.com)`,
      [TIDES],
    ],
    [
      'the condition of a namespace that is wrapped',
      `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: pier\nstatus:\n  conditions:\n  - lastTransitionTime: "2026-01-05T09:00:00Z"\n    message: 'Discovery failed for some groups, 2 failing: unable to retrieve the\n      complete list of server APIs: quays.example.com/v1: stale GroupVersion\n      discovery: quays.example.com/v1, tides.example.com/v1: stale GroupVersion\n      discovery: tides.example.com/v1'\n    reason: DiscoveryFailed\n    status: "True"\n    type: NamespaceDeletionDiscoveryFailure`,
      [QUAYS, TIDES],
    ],
    [
      'the table, where a client says the group alone',
      `Error from server (ServiceUnavailable): the server is currently unable to handle the request (get tides.tides.example.com)\nv1alpha1.tides.example.com   harbour/tide-gauge   True   9d\nv1beta1.tides.example.com   harbour/tide-gauge   False (MissingEndpoints)   9d`,
      ['v1alpha1.tides.example.com', 'v1beta1.tides.example.com'],
    ],
  ])('takes the names of APIs from %s', (_, text, names) => {
    expect(apisOf(text).map((api) => api.name)).toEqual(names);
  });

  const watched = (...rows: readonly string[]) =>
    `$ kubectl get apiservice ${TIDES} -w\nNAME   SERVICE   AVAILABLE   AGE\n${rows.map((row, at) => `${TIDES}   harbour/tide-gauge   ${row}   ${at}m\n`).join('')}`;
  const FAILED = 'False (FailedDiscoveryCheck)';
  it.each<[what: string, text: string, state: string, because: string, turns: Partial<ApiFacts['transitions']>]>([
    ['stays available', watched('True', 'True'), 'healthy', 'the condition Available is True', { False: 0 }],
    ['becomes available', watched(FAILED, 'True'), 'healthy', 'the condition Available is True', { True: 1, False: 0 }],
    ['comes and goes', watched('True', FAILED, 'True', FAILED, 'True'), 'failing', 'turned from True 2 times', { True: 2, False: 2 }],
    ['goes', watched('True', FAILED, 'Unknown'), 'failing', 'turned from True once', { False: 1, Unknown: 1 }],
    [
      'differs between two tables, of which nobody knows which is newer',
      `${watched('True')}\n${watched(FAILED)}`,
      'failing',
      `the condition Available is ${FAILED}`,
      { False: 0 },
    ],
  ])('reads of a watched table that an API %s', (_, text, state, because, turns) => {
    const [api] = apisOf(text);
    expect(api?.reported).toEqual({ state, because: expect.stringContaining(because) as string });
    expect(api?.transitions).toMatchObject(turns);
  });

  it('takes a Service that the aggregator can not resolve for that of the API it is behind', () => {
    const of = (service: string) =>
      `E0105 09:00:00.000000       1 handler_proxy.go:144] error resolving ${service}: service "depth" not found`;
    const both = `"GET" "/apis/tides.example.com/v1" 503\nunable to retrieve the complete list of server APIs: quays.example.com/v1: stale GroupVersion discovery: quays.example.com/v1, tides.example.com/v1: stale GroupVersion discovery: tides.example.com/v1\n`;
    const table = `${QUAYS}   pier/mooring   False (MissingEndpoints)   9d\n${TIDES}   harbour/depth   False (MissingEndpoints)   9d\n\n`;
    const blamed = (text: string) =>
      apisOf(text).flatMap(({ name, textMatches }) => (textMatches.some(({ signature }) => signature === 'service-missing') ? [name] : []));
    expect(blamed(`${both}${of('harbour/tide-gauge')}`)).toEqual([TIDES]);
    expect(blamed(`${table}${of('pier/mooring')}`)).toEqual([QUAYS]);
    // Of a name that tells nothing it may be either's.
    expect(blamed(`${both}${of('harbour/depth')}`)).toEqual([QUAYS, TIDES]);
  });

  it.each<[what: string, alpha: string, beta: string, failing: readonly string[]]>([
    ['the one that is not available', 'True', 'False (MissingEndpoints)', ['v1beta1.tides.example.com']],
    ['both, where both are available', 'True', 'True', ['v1alpha1.tides.example.com', 'v1beta1.tides.example.com']],
  ])('takes the error of a client that says the group alone for that of %s', (_, alpha, beta, failing) => {
    const table = `v1alpha1.tides.example.com   harbour/tide-gauge   ${alpha}   9d\nv1beta1.tides.example.com   harbour/tide-gauge   ${beta}   9d`;
    const error =
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get tides.tides.example.com)';
    expect(apisOf(`${table}\n\n${error}`).flatMap(({ name, reported }) => (reported?.state === 'failing' ? [name] : []))).toEqual(failing);
  });

  it('reads the same of a text whatever was read before', () => {
    const text = 'lookup of /apis/tides.example.com/v1 failed';
    const alone = apisOf(text);
    apisOf(`${'.'.repeat(99)} GET /apis/quays.example.com/v1: (7.9ms) 200 [[Go-http-client/2.0] 192.0.2.1:4680]`);
    expect(apisOf(text)).toEqual(alone);
  });

  it('takes a line for that of the API that it names, where the text is about two', () => {
    const rows = `${TIDES}   harbour/tide   False (FailedDiscoveryCheck)   1d\n${QUAYS}   pier/quay   False (FailedDiscoveryCheck)   1d\n`;
    const refused = (path: string) => `Get "https://10.1.2.3:6443${path}": dial tcp 10.1.2.3:6443: connect: connection refused`;
    const matched = (text: string) => apisOf(text).map(({ name, textMatches }) => [name, textMatches.length > 0]);
    expect(matched(rows + refused('/apis/tides.example.com/v1'))).toEqual([
      [QUAYS, false],
      [TIDES, true],
    ]);
    expect(matched(rows + refused('/apis/riptides.example.com/v1'))).toEqual([
      [QUAYS, true],
      [TIDES, true],
    ]);
  });

  it.each<[what: string, text: string, cause: string]>([
    [
      'a pod killed for memory',
      'NAME           READY   STATUS      RESTARTS     AGE\ntide-gauge-0   0/1     OOMKilled   3 (9s ago)   5m',
      'out-of-memory-killed',
    ],
    ['a status alone', 'ImagePullBackOff', 'image-pull-failing'],
    ['an event', 'Warning\tUnhealthy\tPod\tReadiness probe failed: HTTP probe failed with statuscode: 403', 'kubelet-probe-forbidden'],
    [
      'a certificate',
      'error trying to reach service: tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'ca-bundle-mismatch',
    ],
    [
      'a proxy',
      'Get "https://tide-gauge.harbour.svc/readyz": proxyconnect tcp: dial tcp 192.0.2.80:3128: i/o timeout\nerror: failed',
      'proxy-in-the-way',
    ],
    [
      'words that no signature knows',
      '$ kubectl logs tide-gauge-0\nERROR the tide table at postgres://tides is locked',
      'backend-dependency-failing',
    ],
    ['a limit and what is used of it', USAGE, 'memory-near-limit'],
    ['the check of the aggregator alone', 'v1.tides.example.com   harbour/tide-gauge   False (FailedDiscoveryCheck)   12h', 'unknown'],
    [
      'a victim alone',
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get tides.tides.example.com)',
      'unknown',
    ],
  ])('diagnoses %s', (_, text, cause) => {
    expect(verdictOn(text)).toMatchObject({ cause });
  });

  it.each<[what: string, text: string]>([
    ['an empty text', ''],
    ['blanks', ' \n\t\n'],
    [
      'an available API',
      'NAME                   SERVICE              AVAILABLE   AGE\nv1.tides.example.com   harbour/tide-gauge   True        30d',
    ],
    ['ready pods', 'NAME           READY   STATUS    RESTARTS   AGE\ntide-gauge-0   1/1     Running   0          12d'],
    [
      'log lines that every server prints',
      '$ kubectl logs tide-gauge-0\nW0105 09:00:00.000000       1 reflector.go:561] watch of *v1.ConfigMap ended with: very short watch\n2026/01/05 09:00:00 http: TLS handshake error from 10.0.0.1:41234: EOF',
    ],
    ['figures', 'NAME     CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%\nnode-a   167m         2%     1623Mi          38%'],
  ])('names nothing on %s', (_, text) => {
    const snapshots = readText(text);
    expect(snapshots.length === 0 ? [] : diagnoseSnapshots(snapshots, catalogueOptions()).diagnoses).toEqual([]);
  });

  it('takes what Alertmanager marks for its own below a question of a form', () => {
    const alert = `[RESOLVED] KubeAggregatedAPIDown (${TIDES} prod)\nKubernetes aggregated API ${TIDES}/default has been only 71.2% available over the last 10m.\n${TIDES}   harbour/tide-gauge   True   3d`;
    const [api] = apisOf(`**What you expected to happen**:\nThat it works.\n\n${alert}`);
    expect(api?.reported?.state).toBe('healthy');
  });

  it('keeps an available API apart from one that is not', () => {
    const apis = apisOf(
      'v1.tides.example.com   harbour/tide-gauge   False (MissingEndpoints)   1d\nv1.quays.example.com   harbour/quay   True   1d',
    );
    expect(apis.map(({ name, reported }) => [name, reported?.state])).toEqual([
      ['v1.quays.example.com', 'healthy'],
      ['v1.tides.example.com', 'failing'],
    ]);
  });
});
