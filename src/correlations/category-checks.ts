import type { Category } from '../domain/category.ts';
import { SHOW_ANSWER, SHOW_LINE } from '../domain/placeholders.ts';

/** A read-only command, and what it shows where the cause is of its category: what the others would not show. */
export interface CategoryCheck {
  /** Placeholders as in `reproduce`. */
  readonly command: string;
  /** After "it is this if it shows …", without a full stop. */
  readonly shows: string;
}

/** For each category the one look that separates it best from the others, where nothing but the failure was seen. */
export const CATEGORY_CHECKS: Readonly<Record<Exclude<Category, 'unknown'>, CategoryCheck>> = {
  'pod-instability': {
    command: 'kubectl get pods -n {namespace} -l {selector} -o wide',
    shows: 'a pod that is not ready, waits or was restarted',
  },
  // The aggregator writes into its 503 at which step it stopped; kubectl shows the body at -v=8 only.
  'network-connectivity': { command: SHOW_ANSWER, shows: 'a connection that times out, is refused or finds no route (dial tcp …)' },
  'network-policy': {
    command: 'kubectl get networkpolicies -n {namespace} -o yaml',
    shows: 'a policy that selects the pods and admits no kube-apiserver, which comes from a node or a tunnel and not from a pod',
  },
  'resource-pressure': {
    command: 'kubectl describe pods -n {namespace}',
    shows: 'OOMKilled, Evicted, or a probe that fails under a small limit',
  },
  'apiserver-load': { command: 'time kubectl get --raw /readyz?verbose', shows: 'etcd failing, or an answer after seconds' },
  'rate-limiting': {
    command: "kubectl get --raw /metrics | grep -E '^apiserver_flowcontrol_rejected_requests_total|^apiserver_current_inflight'",
    shows: 'refused requests that grow, or a client that waits for its own limiter',
  },
  // The condition quotes the check of the kube-apiserver, which verifies the certificate by the caBundle.
  'tls-certificate': { command: 'kubectl get apiservice {apiservice} -o yaml', shows: 'x509 or tls in the message of the condition' },
  'authn-authz': {
    command: 'kubectl get rolebindings,clusterrolebindings -A -o wide',
    shows: 'no binding of its ServiceAccount to extension-apiserver-authentication-reader and system:auth-delegator',
  },
  misconfiguration: {
    command: 'kubectl get service,endpointslices -n {namespace}',
    shows: 'no Service of that name, no address, or another port than the APIService asks for',
  },
  'backend-dependency': { command: SHOW_LINE['backend-log'], shows: 'errors of something that the server itself asks' },
  'software-bug': {
    command: "kubectl get pods -n {namespace} -l {selector} -o jsonpath='{.items[*].spec.containers[*].image}'",
    shows: 'a version whose release notes, or those after it, tell of this',
  },
  'scheduled-trigger': {
    command: 'kubectl get cronjobs,jobs -A',
    shows: 'runs, or renewals of certificates, at the times of the failures',
  },
};
