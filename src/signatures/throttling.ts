import type { Signature } from '../domain/signature.ts';

/** Five seconds or more, as Go prints a duration: kube-aggregator gives a discovery check five (remote_available_controller.go, 1.36). */
const LONG = String.raw`(?:(?:[5-9]|\d{2,5})(?:\.\d{1,12})?s|\d{1,5}m[\d.]{1,12}s)`;

/** Limiters: of a client about itself, and of a server about its clients. */
export const THROTTLING: readonly Signature[] = [
  {
    id: 'client-side-throttling-deadline',
    speaker: 'aggregated-server',
    pointsTo: ['client-side-throttled'],
    pattern: String.raw`client rate limiter wait returned an error|rate: wait\(n=\d+\) would exceed context deadline`,
    literals: ['client rate limiter wait', 'would exceed context deadline'],
    says: "A request waited so long in the server's own client limiter (QPS, burst) that it missed its deadline: no network fault.",
    matches: [
      'E0105 09:00:13.100000       1 leaderelection.go:436] client rate limiter Wait returned an error: context deadline exceeded',
      'client rate limiter Wait returned an error: rate: Wait(n=1) would exceed context deadline',
    ],
    nearMisses: ['client rate limiter set to 20 QPS', 'context deadline exceeded'],
  },
  {
    id: 'client-side-throttling-long',
    speaker: 'aggregated-server',
    pointsTo: ['client-side-throttled'],
    pattern: String.raw`waited for ${LONG} due to client-side throttling|throttling request took ${LONG}|waited before sending request\\?" delay=\\?"${LONG}\\?" reason=\\?"client-side throttling`,
    literals: ['due to client-side throttling', 'throttling request took', 'waited before sending request'],
    says: "A request waited five seconds or more in the server's own client limiter (QPS, burst): longer than the kube-apiserver waits for an answer of the server.",
    matches: [
      'I0105 09:00:13.100000       1 request.go:601] Waited for 24.4s due to client-side throttling, not priority and fairness, request: PATCH:https://10.96.0.1:443/apis/tides.example.com/v1/gauges/a/status',
      'I0105 09:00:13.100000       1 request.go:752] "Waited before sending request" delay="1m4.2s" reason="client-side throttling, not priority and fairness" verb="GET" URL="https://10.96.0.1:443/api/v1/nodes"',
      'I0105 09:00:13.100000       1 request.go:530] Throttling request took 5.6s, request: POST:https://10.96.0.1:443/apis/authorization.k8s.io/v1/subjectaccessreviews',
    ],
    nearMisses: [
      'I0105 09:00:13.100000       1 request.go:601] Waited for 4.9s due to client-side throttling, not priority and fairness, request: GET:https://10.96.0.1:443/api/v1/nodes',
      'waited for 12s until the pond froze',
    ],
  },
  {
    id: 'client-side-throttling',
    speaker: 'aggregated-server',
    // client-go prints each wait of a second or more (rest/request.go, 1.36): a line of most days.
    pointsTo: ['client-side-throttled', 'backend-slow'],
    pattern: String.raw`due to client-side throttling|client-side throttling, not priority and fairness|throttling request took`,
    literals: ['client-side throttling', 'throttling request took'],
    says: "Requests wait in the server's own client limiter (QPS, burst).",
    matches: [
      'I0105 09:00:13.100000       1 request.go:601] Waited for 2.4s due to client-side throttling, not priority and fairness, request: PATCH:https://10.96.0.1:443/apis/tides.example.com/v1/gauges/a/status',
      'I0105 09:00:13.100000       1 request.go:752] "Waited before sending request" delay="1.2s" reason="client-side throttling, not priority and fairness" verb="GET" URL="https://10.96.0.1:443/api/v1/nodes"',
      'I0105 09:00:13.100000       1 request.go:530] Throttling request took 1.6s, request: POST:https://10.96.0.1:443/apis/authorization.k8s.io/v1/subjectaccessreviews',
    ],
    nearMisses: ['Waited for 1.1s due to server-side throttling', 'throttling is off'],
  },
  {
    // In these words the reader of texts puts rows of dump_priority_levels (src/read/text/flow-control.ts), beside somebody who got 429.
    id: 'priority-level-refused',
    speaker: 'kube-apiserver',
    role: 'ordinary',
    // It has few seats, or the whole kube-apiserver much to do.
    pointsTo: ['rate-limited', 'apiserver-overloaded'],
    pattern: String.raw`^priority level ".{1,300}" of the kube-apiserver rejected \d+ of \d+ requests since its start`,
    literals: ['of the kube-apiserver rejected'],
    says: 'A priority level of the kube-apiserver rejects requests with 429: its seats and queues are full.',
    matches: [
      'priority level "workload-low" of the kube-apiserver rejected 53 of 68 requests since its start',
      'priority level "global-default" of the kube-apiserver rejected 1 of 3 requests since its start, and 2 wait in its queues',
    ],
    nearMisses: [
      'priority level "workload-low" dispatched 68 requests since its start',
      'the webhook of the kube-apiserver rejected 1 of 2 requests',
    ],
  },
  {
    id: 'server-side-throttling',
    tail: true,
    speaker: 'aggregated-server',
    anyClient: true,
    pointsTo: ['rate-limited', 'apiserver-overloaded'],
    pattern: String.raw`the server has received too many requests and has asked us to try again later|too many requests, please try again later|got a retry-after \d+s? response|due to server-side throttling|reason="?server-side throttling|toomanyrequests: |\b429 too many requests\b|rejected by .{0,60}priority level|request was rejected due to .{0,40}queue`,
    literals: [
      'too many requests',
      'got a retry-after',
      'server-side throttling',
      'toomanyrequests: ',
      'priority level',
      'request was rejected due to',
    ],
    says: 'A server refuses requests with 429: priority and fairness, or its maximum of requests in flight.',
    matches: [
      'Error from server (TooManyRequests): the server has received too many requests and has asked us to try again later (get gauges.tides.example.com)',
      'Too many requests, please try again later.',
      'I0105 09:00:13.100000       1 with_retry.go:234] Got a Retry-After 1s response for attempt 1 to https://10.96.0.1:443/api/v1/pods',
    ],
    nearMisses: ['many requests were served', 'the server received requests'],
  },
];
