/**
 * What a command of the catalogue may hold in braces: `{namespace}`. A closed set; names come from the snapshot, quoted for a
 * shell, and where the snapshot does not tell one, the command finds it itself: `"$(kubectl get …)"`.
 */
export interface Placeholder {
  /** Its variable in a runbook, which is printed for any API. */
  readonly variable: string;
  /** A read-only command that prints the name and nothing else. It may hold the placeholders above it. */
  readonly find: string;
}

const OF_THE_POD = 'kubectl get pods -n {namespace} -l {selector} -o jsonpath=';
const OF_THE_APISERVICE = 'kubectl get apiservice {apiservice} -o jsonpath=';

export const PLACEHOLDERS = {
  apiservice: { variable: 'APISERVICE', find: `kubectl get apiservices --no-headers | awk '$3 ~ /^False/ {print $1; exit}'` },
  group: { variable: 'GROUP', find: `${OF_THE_APISERVICE}'{.spec.group}'` },
  version: { variable: 'VERSION', find: `${OF_THE_APISERVICE}'{.spec.version}'` },
  namespace: { variable: 'NAMESPACE', find: `${OF_THE_APISERVICE}'{.spec.service.namespace}'` },
  service: { variable: 'SERVICE', find: `${OF_THE_APISERVICE}'{.spec.service.name}'` },
  selector: {
    variable: 'SELECTOR',
    find: `kubectl get service -n {namespace} {service} -o jsonpath='{.spec.selector}' | tr -d '{}"' | tr : =`,
  },
  workload: {
    variable: 'WORKLOAD',
    find: 'kubectl get deployments,statefulsets,daemonsets -n {namespace} -l {selector} -o name | head -n 1',
  },
  pod: { variable: 'POD', find: `${OF_THE_POD}'{.items[0].metadata.name}'` },
  container: { variable: 'CONTAINER', find: `${OF_THE_POD}'{.items[0].spec.containers[0].name}'` },
  node: { variable: 'NODE', find: `${OF_THE_POD}'{.items[0].spec.nodeName}'` },
  address: { variable: 'ADDRESS', find: `${OF_THE_POD}'{.items[0].status.podIP}'` },
  serviceaccount: { variable: 'SERVICEACCOUNT', find: `${OF_THE_POD}'{.items[0].spec.serviceAccountName}'` },
  port: {
    variable: 'PORT',
    find: `kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service} -o jsonpath='{.items[0].ports[0].port}'`,
  },
  resource: {
    variable: 'RESOURCE',
    find: 'kubectl api-resources --api-group={group} --verbs=list -o name | head -n 1',
  },
} as const satisfies Readonly<Record<string, Placeholder>>;

/**
 * What is asked instead where a name is not known: the same of the Service, or of all in the namespace. Shorter to read at night
 * than a command that finds the name first.
 */
export const PLAINER: readonly { readonly lacks: PlaceholderName; readonly precise: string; readonly plain: string }[] = [
  { lacks: 'pod', precise: 'logs -n {namespace} {pod} -c {container}', plain: 'logs -n {namespace} service/{service}' },
  { lacks: 'pod', precise: 'describe pod -n {namespace} {pod}', plain: 'describe pods -n {namespace}' },
  { lacks: 'selector', precise: 'logs -n {namespace} -l {selector}', plain: 'logs -n {namespace} service/{service}' },
  { lacks: 'selector', precise: 'get pods -n {namespace} -l {selector} -o wide', plain: 'get pods -n {namespace} -o wide' },
  { lacks: 'node', precise: 'describe node {node}', plain: 'describe nodes' },
  { lacks: 'workload', precise: 'get {workload} -n {namespace}', plain: 'get deployments,statefulsets,daemonsets -n {namespace}' },
];

export type PlaceholderName = keyof typeof PLACEHOLDERS;
export const PLACEHOLDER_NAMES = Object.keys(PLACEHOLDERS) as readonly PlaceholderName[];

/** Matches each placeholder of a text. Braces of jsonpath begin with a dot or a word that is no placeholder. */
export const PLACEHOLDER = new RegExp(`\\{(${PLACEHOLDER_NAMES.join('|')})\\}`, 'g');

/** A text with each placeholder replaced. */
export function replacePlaceholders(text: string, replace: (name: PlaceholderName) => string): string {
  return text.replace(PLACEHOLDER, (_, name: PlaceholderName) => replace(name));
}

/** Where a line stands that is quoted. */
export const QUOTE_SOURCES = ['backend-log', 'backend-last-words', 'kube-apiserver-log', 'condition', 'events', 'client', 'list'] as const;
export type QuoteSource = (typeof QUOTE_SOURCES)[number];

/** The command of evidence that lines give: it is the one of the place in which the line stands. */
export const WHERE_THE_LINE_STANDS = 'where the line stands';

/**
 * What the kube-apiserver answers to a discovery, body included: of a 503 kubectl prints "the server is currently unable to handle the
 * request", and the reason, which the aggregator writes as plain text, only with -v=8 (kubectl 1.32). A 429 it asks again
 * for a minute: hence the time-out.
 */
export const SHOW_ANSWER = "kubectl get --raw /apis/{group}/{version} --request-timeout=15s -v=8 2>&1 | grep -A 1 'Response Body'";
/**
 * What was wrong with a serving certificate. Up to Kubernetes 1.35 only the answer says it, as the condition stays True; from 1.36 on only the condition, as
 * the aggregator sends no request to what is not available.
 */
export const SHOW_CERTIFICATE_ERROR =
  'kubectl get --raw /apis/{group}/{version} --request-timeout=15s -v=8 2>&1 | grep x509 || kubectl get apiservice {apiservice} -o yaml';

/** Commands that show a line where it stands. Of a kube-apiserver that is no pod (k3s, managed) the second prints nothing. */
export const SHOW_LINE: Readonly<Record<QuoteSource, string>> = {
  'backend-log': 'kubectl logs -n {namespace} -l {selector} --all-containers --prefix --tail=200',
  'backend-last-words': 'kubectl logs -n {namespace} {pod} -c {container} --previous --tail=200',
  'kube-apiserver-log': 'kubectl logs -n kube-system -l component=kube-apiserver --prefix --tail=200',
  condition: 'kubectl get apiservice {apiservice} -o yaml',
  events: 'kubectl get events -n {namespace} --sort-by=.lastTimestamp',
  client: SHOW_ANSWER,
  list: "kubectl get {resource} -A --chunk-size=1 --request-timeout=15s -v=8 2>&1 | grep -A 1 -E 'Response (Body|Status)'",
};
