import { BUILT_IN_GROUP } from '../domain/built-in-groups.ts';
import type { Signature } from '../domain/signature.ts';

/** Victims: kubectl, Helm, autoscalers, garbage collection and namespace deletion when an aggregated API fails. They say which API, and rarely why. */
export const CLIENTS: readonly Signature[] = [
  {
    id: 'discovery-stale',
    speaker: 'client',
    pointsTo: ['orphaned-apiservice', 'discovery-stale'],
    pattern: String.raw`stale groupversion discovery`,
    literals: ['stale groupversion discovery'],
    says: 'Aggregated discovery marks the API as stale: its backend was down within the last minute or more.',
    matches: [
      'stale GroupVersion discovery: tides.example.com/v1',
      'unable to retrieve the complete list of server APIs: tides.example.com/v1: stale GroupVersion discovery: tides.example.com/v1',
    ],
    nearMisses: ['GroupVersion discovery is current', 'stale bread'],
  },
  {
    id: 'group-empty',
    speaker: 'client',
    pointsTo: [],
    role: 'harmless',
    // k8s.io/client-go discovery: emptyResponseError, a group that answers and has no resources.
    pattern: String.raw`got empty response for: `,
    literals: ['got empty response for'],
    says: 'The API answers and has no resources just now, as external.metrics.k8s.io has without a metric: kubectl only mentions it.',
    matches: [
      `E0105 09:00:13.100000   12345 memcache.go:255] couldn't get resource list for tides.example.com/v1: Got empty response for: tides.example.com/v1`,
      `couldn't get resource list for buoys.example.com/v1: Got empty response for: buoys.example.com/v1`,
    ],
    nearMisses: [`couldn't get resource list for tides.example.com/v1: Unauthorized`, 'empty response from the tide gauge'],
  },
  {
    id: 'login-refused',
    speaker: 'client',
    pointsTo: [],
    role: 'client-own',
    // kubectl prints the same for any 401, whoever answered it (k8s.io/kubectl: cmd/util/helpers.go).
    pattern: String.raw`you must be logged in to the server|the server has asked for the client to provide credentials|^\s*(?:error: )?unauthorized\s*$`,
    literals: ['you must be logged in to the server', 'asked for the client to provide credentials', 'unauthorized'],
    says: "A client got 401: its own login has expired or is not known; only when all else works with the same login did the API's server refuse it.",
    matches: [
      'error: You must be logged in to the server (Unauthorized)',
      'Error from server (Unauthorized): the server has asked for the client to provide credentials',
      'Unauthorized',
    ],
    nearMisses: ['You are logged in to the server', '"Unable to authenticate the request" err="Unauthorized"'],
  },
  {
    id: 'client-waited-in-vain',
    speaker: 'client',
    pointsTo: [],
    role: 'client-own',
    // kubectl wait, rollout status, delete and logs watch an object until it is so (k8s.io/kubectl 1.32: cmd/wait/wait.go, cmd/logs/logs.go);
    // seen of `kubectl logs deploy/NAME` for a Deployment of no pods, after 20 s.
    pattern: String.raw`^\s*error: timed out waiting for the condition(?: on \S+)?\s*$`,
    literals: ['timed out waiting for the condition'],
    says: 'kubectl waited for an object to become so, and it did not: nobody left a request without an answer.',
    matches: ['error: timed out waiting for the condition', 'error: timed out waiting for the condition on deployments/tide-gauge'],
    nearMisses: [
      'F0105 09:00:13.100000       1 hooks.go:203] PostStartHook "start-tide-informers" failed: timed out waiting for the condition',
      'error: timed out waiting for the tide',
    ],
  },
  {
    // apimachinery's StatusReasons of a server that looked at the object (pkg/apis/meta/v1/types.go), as kubectl prints them.
    id: 'client-answered-of-an-object',
    speaker: 'client',
    pointsTo: [],
    role: 'harmless',
    pattern: String.raw`error from server \((?:alreadyexists|conflict|invalid)\): |error from server \(notfound\): [a-z0-9.-]{1,253} ".{1,253}" not found`,
    literals: ['error from server ('],
    says: 'A server answered of one object: it is there already, has changed since, is not valid, or is not there.',
    matches: [
      'Error from server (AlreadyExists): error when creating "tide.yaml": gauges.tides.example.com "a" already exists',
      'Error from server (NotFound): pods "tide-gauge-0" not found',
    ],
    nearMisses: [
      'Error from server (NotFound): the server could not find the requested resource',
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request',
    ],
  },
  {
    // A group that the kube-apiserver serves itself has no server behind it that could lack a version: who lists it and who was asked differ.
    id: 'own-group-not-served',
    speaker: 'client',
    pointsTo: ['discovery-stale', 'version-not-served'],
    pattern: String.raw`(?:complete list of server apis|couldn't get resource list for|failed to discover).{0,300}\b(?:${BUILT_IN_GROUP})/v\d\w{0,12}: the server could not find the requested resource`,
    literals: ['could not find the requested resource'],
    says: 'The kube-apiserver lists a version of its own and does not serve it: two of them are of different versions, as in the middle of an upgrade.',
    matches: [
      'deletion of namespace harbour failed: unable to retrieve the complete list of server APIs: certificates.k8s.io/v1: the server could not find the requested resource',
      "couldn't get resource list for events.k8s.io/v1: the server could not find the requested resource",
    ],
    nearMisses: [
      'unable to retrieve the complete list of server APIs: tides.example.com/v2: the server could not find the requested resource',
      "couldn't get resource list for events.k8s.io/v1: the server is currently unable to handle the request",
    ],
  },
  {
    id: 'api-not-registered',
    speaker: 'client',
    pointsTo: ['version-not-served', 'discovery-stale'],
    pattern: String.raw`(?:unable to (?:fetch|get) metrics|complete list of server apis|couldn't get resource list for|failed to discover).{0,600}could not find the requested resource`,
    literals: ['could not find the requested resource'],
    says: 'A client needs a group and version that nobody serves: its APIService is missing, or its server does not know it.',
    matches: [
      'unable to get metrics for resource cpu: unable to fetch metrics from API: the server could not find the requested resource (get pods.metrics.k8s.io)',
      'error: unable to retrieve the complete list of server APIs: tides.example.com/v2: the server could not find the requested resource',
    ],
    nearMisses: [
      'Error from server (NotFound): the server could not find the requested resource (get gauges.tides.example.com)',
      'unable to fetch metrics from resource metrics API: the server is currently unable to handle the request',
    ],
  },
  {
    // Of who waits for it; kubectl's NotFound is what one wants to see after an uninstall.
    id: 'apiservice-absent',
    speaker: 'aggregated-server',
    pointsTo: ['version-not-served'],
    pattern: String.raw`\bapiservice \\?"?v\d[a-z0-9]{0,12}\.[a-z0-9.-]{1,253}\\?"? (?:is |was )?not found`,
    literals: ['apiservice '],
    says: 'A program waits for an APIService that nobody has registered.',
    matches: ['waiting for the tide table: APIService v1.tides.example.com is not found', 'APIService "v1.tides.example.com" not found'],
    nearMisses: ['apiservices.apiregistration.k8s.io "v1.tides.example.com" not found', 'APIService v1.tides.example.com is available'],
  },
  {
    id: 'version-not-found',
    speaker: 'client',
    pointsTo: ['version-not-served'],
    role: 'ordinary',
    pattern: String.raw`the server could not find the requested resource`,
    literals: ['could not find the requested resource'],
    says: 'The API does not serve the resource or version that the client asks for.',
    matches: [
      'Error from server (NotFound): the server could not find the requested resource (get gauges.tides.example.com)',
      'Error from server (NotFound): the server could not find the requested resource',
    ],
    nearMisses: ['gauges.tides.example.com "a" not found', 'the server could not handle the requested resource'],
  },
  {
    // No answer of the API: clients look a kind up in discovery (client-go restmapper; kubectl and Helm too), from which an API is missing as long
    // as it does not answer, whatever the reason. kubectl 1.32 to 1.37 say it of each of the ten faults of docs/real-world/clients.md.
    id: 'kind-not-discovered',
    speaker: 'client',
    pointsTo: [],
    pattern: String.raw`no matches for kind \\?"[^"]{1,120}\\?" in version|the server doesn't have a resource type`,
    literals: ['no matches for kind', "server doesn't have a resource type"],
    says: 'Discovery does not show the kind that a client asks for: nobody serves it, or who serves it does not answer.',
    matches: ['no matches for kind "Gauge" in version "tides.example.com/v2"', 'error: the server doesn\'t have a resource type "gauges"'],
    nearMisses: ['kind "Gauge" found', 'the server has a resource type "gauges"'],
  },
  {
    id: 'autoscaler-request-missing',
    speaker: 'controller',
    pointsTo: [],
    role: 'harmless',
    // pkg/controller/podautoscaler/replica_calculator.go asks the metrics API first and looks at the pods' requests afterwards.
    pattern: String.raw`missing request for (?:cpu|memory)|missing (?:pod-level )?request for \S{1,253} in (?:container|pod) `,
    literals: ['missing request for', 'missing pod-level request for'],
    says: 'The pods of a HorizontalPodAutoscaler have no request for what it scales on: the metrics API answered, the Deployment lacks resources.requests.',
    matches: [
      'failed to get cpu utilization: missing request for cpu in container ferry of Pod ferry-6d5f9c9b7d-x2x2p',
      'the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu',
    ],
    nearMisses: ['missing request header', 'failed to get cpu utilization: unable to get metrics for resource cpu'],
  },
  {
    id: 'autoscaler-target-unready',
    speaker: 'controller',
    pointsTo: [],
    role: 'harmless',
    pattern: String.raw`did not receive metrics for (?:any ready|targeted) pods|no metrics returned matched known pods`,
    literals: ['did not receive metrics for', 'no metrics returned matched known pods'],
    says: 'The metrics API answered and has no figures of the pods of a HorizontalPodAutoscaler yet: they are new or not ready.',
    matches: [
      'failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)',
      'did not receive metrics for any ready pods',
    ],
    nearMisses: ['metrics received for any ready pods', 'did not receive a tide'],
  },
  {
    id: 'autoscaler-without-metrics',
    speaker: 'controller',
    pointsTo: [],
    role: 'victim',
    pattern: String.raw`unable to (?:fetch|get) (?:metrics from (?:resource|custom|external) metrics api|(?:external |pods? |object )?metrics? for resource|external metric )|failed to get \S+ utilization|invalid metrics \(\d+ invalid out of|no metrics returned from (?:resource|custom|external) metrics api`,
    literals: [
      'unable to fetch metrics from',
      'unable to get metrics for resource',
      'unable to get external metric',
      'unable to fetch external metric',
      'metrics for resource',
      'metric for resource',
      'failed to get ',
      'invalid metrics (',
      'no metrics returned from',
      'unable to get metrics from',
    ],
    says: 'A HorizontalPodAutoscaler gets no metrics: a victim.',
    matches: [
      'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)',
      'unable to get external metric harbour/tides/&LabelSelector{}: unable to fetch metrics from external metrics API: the server is currently unable to handle the request',
      'invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value',
    ],
    nearMisses: [
      'the HPA was able to successfully calculate a replica count from cpu',
      'metrics received for any ready pods',
      // The reason of a condition, whose message tells whether the API or the autoscaler's own pods are why.
      '    reason: FailedGetResourceMetric',
    ],
  },
  {
    id: 'discovery-of-groups-failed',
    speaker: 'controller',
    pointsTo: [],
    role: 'victim',
    pattern: String.raw`failed to discover some groups|discovery failed for some groups|namespacedeletiondiscoveryfailure\\?"?\s+true`,
    literals: ['failed to discover some groups', 'discovery failed for some groups', 'namespacedeletiondiscoveryfailure'],
    says: 'Garbage collection or the deletion of a namespace waits for an aggregated API: a victim.',
    matches: [
      'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: tides.example.com/v1: the server is currently unable to handle the request',
      'I0105 09:00:13.100000       1 garbagecollector.go:802] "failed to discover some groups" groups="map[tides.example.com/v1]"',
    ],
    nearMisses: ['discovered all groups', 'some groups failed the tour'],
  },
  {
    // client-go 0.37 (tools/cache/shared_informer.go), controller-runtime 0.15 to 0.25 (pkg/internal/controller, source). Seen of each on a real
    // kube-apiserver 1.36 whatever the API that they watched suffered from, beside the line that says why.
    id: 'informer-not-in-sync',
    speaker: 'controller',
    pointsTo: [],
    pattern: String.raw`timed out waiting for (?:the )?caches? to (?:be )?sync|could not wait for cache to sync|unable to sync caches|failed to wait for .{0,253}caches? to sync|failed waiting for \S{1,253} informer to sync`,
    literals: ['failed waiting for', 'cache to be sync', 'cache to sync', 'caches to sync', 'caches to be sync', 'unable to sync caches'],
    says: 'A controller or an informer gave up waiting for its first list, which it may not get, whose kind there is not, or whose API errs: it says how long it waited, and no answer was late.',
    matches: [
      'E0105 09:00:13.100000       1 shared_informer.go:506] "Unable to sync caches" logger="UnhandledError" controller="gauges"',
      '2026-01-05T09:00:13Z\tERROR\tsetup\tFailed to run manager\t{"error": "failed to wait for gauge caches to sync kind source: *v1.Gauge: timed out waiting for cache to be synced for kind source: *v1.Gauge"}',
      '2026-01-05T09:00:13Z\tERROR\tcontroller-runtime.source.Kind\tfailed to get informer from cache\t{"error": "Timeout: failed waiting for *unstructured.Unstructured Informer to sync"}',
      '2026-01-05T09:00:13Z\tERROR\tCould not wait for Cache to sync\t{"controller": "gauge"}',
    ],
    nearMisses: [
      'I0105 09:00:13.100000       1 shared_informer.go:510] "Caches are synced" controller="gauges"',
      'timed out waiting for the condition',
    ],
  },
  {
    id: 'server-apis-incomplete',
    speaker: 'client',
    pointsTo: [],
    role: 'victim',
    pattern: String.raw`unable to retrieve the complete list of server apis|could not get apiversions from kubernetes|unable to retrieve the (?:available )?api (?:groups|resources)`,
    literals: ['complete list of server apis', 'could not get apiversions', 'unable to retrieve the'],
    says: 'Discovery of a group fails; Helm and kubectl stop, a victim.',
    matches: [
      'error: unable to retrieve the complete list of server APIs: tides.example.com/v1: the server is currently unable to handle the request',
      'Error: UPGRADE FAILED: could not get apiVersions from Kubernetes: unable to retrieve the complete list of server APIs: tides.example.com/v1: Unauthorized',
    ],
    nearMisses: ['the complete list of servers', 'retrieved the API groups'],
  },
  {
    id: 'group-resources-missing',
    speaker: 'client',
    pointsTo: [],
    role: 'victim',
    pattern: String.raw`couldn't get resource list for`,
    literals: ["couldn't get resource list for"],
    says: 'One group does not answer discovery: a victim.',
    matches: [
      `E0105 09:00:13.100000   12345 memcache.go:287] couldn't get resource list for tides.example.com/v1: the server is currently unable to handle the request`,
      `couldn't get resource list for buoys.example.com/v1: Unauthorized`,
    ],
    nearMisses: [`couldn't get current server API group list: EOF`, 'got resource list for tides.example.com/v1'],
  },
  {
    id: 'server-unavailable',
    speaker: 'client',
    pointsTo: [],
    role: 'victim',
    pattern: String.raw`the server is currently unable to handle the request`,
    literals: ['currently unable to handle the request'],
    says: 'A client got 503: from the aggregator, or from the backend itself.',
    matches: [
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get gauges.tides.example.com)',
      'the server is currently unable to handle the request',
    ],
    nearMisses: ['the server handles the request', 'unable to handle the pressure'],
  },
  {
    id: 'server-error',
    speaker: 'client',
    pointsTo: [],
    role: 'victim',
    pattern: String.raw`an error on the server \(.{0,400}\) has prevented the request from succeeding|internal error occurred: |error from server \(internalerror\)`,
    literals: ['has prevented the request from succeeding', 'internal error occurred: ', 'error from server (internalerror)'],
    says: 'A client got 500 from the aggregated server.',
    matches: [
      String.raw`an error on the server ("Internal Server Error: \"/apis/tides.example.com/v1/gauges\"") has prevented the request from succeeding`,
      'Error from server (InternalError): Internal error occurred: something broke',
    ],
    nearMisses: ['no error occurred', 'the request succeeded'],
  },
  {
    id: 'metrics-api-unavailable',
    speaker: 'client',
    pointsTo: [],
    role: 'victim',
    pattern: String.raw`metrics api not available|metrics not available yet`,
    literals: ['metrics api not available', 'metrics not available yet'],
    says: 'kubectl top finds no metrics API: a victim.',
    matches: ['error: Metrics API not available', 'error: metrics not available yet'],
    nearMisses: ['Metrics API available', 'metrics are not configured'],
  },
];

/** What stops a client before any API is asked: asked before the network error inside it, which is not about a backend. */
export const CLIENTS_THEMSELVES: readonly Signature[] = [
  {
    id: 'kube-apiserver-not-connected',
    speaker: 'client',
    pointsTo: ['apiserver-unavailable'],
    // What kubectl wraps around whatever happened: the name was not found, or the handshake took too long.
    tail: true,
    pattern: String.raw`couldn't get current server api group list: get |unable to connect to the server: `,
    literals: ["couldn't get current server api group list: get", 'unable to connect to the server: '],
    says: 'The kube-apiserver itself is not reached: not a fault of one aggregated API.',
    matches: [
      'Unable to connect to the server: dial tcp 192.0.2.2:6443: i/o timeout',
      `E0105 09:00:13.100000   12345 memcache.go:265] couldn't get current server API group list: Get "https://192.0.2.2:6443/api?timeout=32s": dial tcp 192.0.2.2:6443: connect: connection refused`,
    ],
    nearMisses: [
      `couldn't get resource list for tides.example.com/v1: Get "https://192.0.2.2:6443/apis": EOF`,
      'connected to the server 192.0.2.2:6443',
    ],
  },
  {
    id: 'kube-apiserver-unreachable',
    speaker: 'client',
    pointsTo: ['apiserver-unavailable'],
    pattern: String.raw`couldn't get current server api group list|the connection to the server \S+ was refused|unable to connect to the server`,
    literals: ["couldn't get current server api group list", 'the connection to the server', 'unable to connect to the server'],
    says: 'The kube-apiserver itself is not reached: not a fault of one aggregated API.',
    matches: [
      `E0105 09:00:13.100000   12345 memcache.go:265] couldn't get current server API group list: the server is down`,
      'The connection to the server 192.0.2.2:6443 was refused - did you specify the right host or port?',
    ],
    nearMisses: [`couldn't get resource list for tides.example.com/v1`, 'connected to the server 192.0.2.2:6443'],
  },
  {
    id: 'own-command-mistyped',
    speaker: 'client',
    pointsTo: [],
    pattern: String.raw`unknown (?:shorthand )?(?:command|flag).{0,200}(?:for \\?"?|see ')(?:kubectl|oc|helm)\b`,
    literals: ['unknown command', 'unknown flag', 'unknown shorthand'],
    says: 'The person mistyped a command.',
    matches: ['error: unknown command "tides" for "kubectl"', `error: unknown flag: --tide. See 'kubectl get --help' for usage.`],
    nearMisses: ['Error: unknown flag: --tide', 'unknown command "tide" for "tide-gauge"'],
  },
];
