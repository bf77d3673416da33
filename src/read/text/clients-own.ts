import type { Named } from '../../utterances/nearest.ts';
import { isBuiltIn } from './apis.ts';

/** kubectl prints an answer with 403 so (k8s.io/kubectl: cmd/util/helpers.go): somebody ran a command. */
const OF_A_COMMAND = /\bError from server \(Forbidden\): (?!unable to)/;
const WHO = /forbidden: user \\?"([^"\\]{1,253})\\?" cannot/i;
/** Who asks without a name, and controllers that ask in everybody's: that they may not is about the cluster. */
const OF_THE_SYSTEM = /^system:(?!serviceaccount:(?!kube-system:))/;
const ASKED = /cannot \w{1,20} path \\?"(\/[^"\\]{0,300})/i;
const OF_AN_API = /^\/apis\/[^/]{1,63}\./;
const PROCESS = /\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9} {1,8}(\d{1,8}) /;
/** A server in a container is one of the first processes of its namespace of numbers; what a machine starts has higher ones. */
const OF_A_MACHINE = 100;

/**
 * What a line says that is of who prints it, and of no API, whatever it is called.
 * @param about APIs that it names, or that its command asked for.
 *
 * A 403: the kube-apiserver authorises each request before its aggregator hands it on (apiserver 1.36 server/config.go:
 * DefaultBuildHandlerChain), and a server behind it asks the kube-apiserver (SubjectAccessReview), which decides the same. So what a command
 * of somebody was refused is that account's rights. Nor is a path of no group any API's.
 *
 * Nor is it the client that lacks a right where the API was asked for one thing and something of another group was refused: that its server asked
 * for, with its own account, and passed the answer on.
 *
 * A wait: client-go's limiter is of each client, so that of kubectl on somebody's machine tells of no server.
 */
export function asItsOwn(line: string, named: Named, about: readonly string[] = []): Named {
  switch (named.id) {
    case 'anonymous-forbidden':
      return isOfNoApi(line) ? own(named, OF_NO_API) : named;
    case 'user-forbidden':
      return asWhoeverWasRefused(line, named, about);
    case 'client-side-throttling':
    case 'client-side-throttling-long':
      return Number(PROCESS.exec(line.slice(0, 400))?.[1] ?? 0) >= OF_A_MACHINE ? own(named, OF_A_PROGRAM) : named;
    default:
      return named;
  }
}

function asWhoeverWasRefused(line: string, named: Named, about: readonly string[]): Named {
  if (isOfFrontProxy(line)) return { ...named, ...UNTRUSTED_FRONT_PROXY };
  if (isOfServer(line, about)) return { ...named, ...SERVER_LACKS_RIGHT };
  return isOfOneUser(line) ? own(named, OF_ONE_USER) : named;
}

const OF_ONE_USER =
  'RBAC does not let this user do it: the kube-apiserver refused before it asked the server of the API, so this says nothing of that.';
const OF_NO_API = 'Who asked had no name, and asked for a path that is of no API: the kube-apiserver refused it.';
const OF_A_PROGRAM =
  'A program of a machine, as kubectl is, waits in its own limiter (QPS, burst): the number of its process is of no container. No server of an API does that.';

/**
 * Names that installers give the certificate with which the kube-apiserver calls the servers behind APIs: kubeadm `front-proxy-client`, its
 * documentation `aggregator`, k3s `system:auth-proxy`, RKE `kube-apiserver-proxy-client`, OpenShift `system:openshift-aggregator`; where one
 * certificate serves for everything, `kube-apiserver`.
 */
const FRONT_PROXY =
  /^(?:system:)?(?:[a-z]{1,40}-){0,3}(?:aggregator|front-proxy|auth-proxy|apiserver-proxy|proxy-client)(?:-client)?$|^kube-apiserver$/;

/**
 * Nobody logs in with that certificate, so where it is the user that may not, the server behind the API has taken the certificate for the user:
 * it did not accept it as that of a front proxy, by its name or its CA, and so did not look at the headers that say who asks (apiserver 1.36
 * pkg/authentication/request/headerrequest, then x509).
 */
const UNTRUSTED_FRONT_PROXY: Pick<Named, 'id' | 'pointsTo' | 'role' | 'read'> = {
  id: 'front-proxy-taken-for-user',
  pointsTo: ['front-proxy-name-not-allowed', 'request-header-ca-mismatch'],
  role: 'symptom',
  read: true,
};

const OF_GROUP = /in API group \\?"([a-z0-9.-]{1,253})\\?"|\b[a-z]{1,63}\.([a-z0-9.-]{1,253}) is forbidden/i;

/** What the kube-apiserver serves itself it refuses itself: there the certificate is that of a client, as of kubelets. */
function isOfFrontProxy(line: string): boolean {
  if (!FRONT_PROXY.test(WHO.exec(line)?.[1] ?? '')) return false;
  const [, named, asked] = OF_GROUP.exec(line) ?? [];
  const group = named ?? asked;
  return group !== undefined && !isBuiltIn(group);
}

/**
 * custom-metrics-apiserver v1.37.0's test adapter, without the right to list the pods whose metrics it is asked for, answers 403 in the kube-apiserver's
 * words: `pods is forbidden: User "system:serviceaccount:tides:tide-metrics-adapter" cannot list resource "pods" in API group ""`.
 */
const SERVER_LACKS_RIGHT: Pick<Named, 'id' | 'pointsTo' | 'role' | 'read'> = {
  id: 'server-lacks-right',
  pointsTo: ['backend-rights-missing'],
  role: 'symptom',
  read: true,
};
const REFUSED_GROUP = /cannot \w{1,20} resource \\{0,3}"[^"]{1,253}" in API group \\{0,3}"([a-z0-9.-]{0,253})\\{0,3}"/i;
const OF_AUTOSCALER = /unable to fetch metrics from (?:custom|external|resource) metrics API: /;

/** The core group has no name. */
const isOfKubeApiserver = (group: string): boolean => group === '' || isBuiltIn(group);

function isOfServer(line: string, about: readonly string[]): boolean {
  const refused = REFUSED_GROUP.exec(line)?.[1];
  if (refused === undefined || !isOfKubeApiserver(refused)) return false;
  if (OF_AUTOSCALER.test(line)) return true;
  return OF_A_COMMAND.test(line) && about.length > 0;
}

const own = (named: Named, says: string): Named => ({ ...named, pointsTo: [], role: 'harmless', says });

function isOfOneUser(line: string): boolean {
  return OF_A_COMMAND.test(line) && !OF_THE_SYSTEM.test(WHO.exec(line)?.[1] ?? 'system:');
}

function isOfNoApi(line: string): boolean {
  const path = ASKED.exec(line)?.[1];
  return path !== undefined && !OF_AN_API.test(path);
}

const CURL = /^\S{0,40}(?:curl|wget|http)\b/;
const WITH_CREDENTIALS =
  /--cert\b|\s-E\b|authorization|--oauth2-bearer|\s-u\b|--user\b|--private-key|\/openid|\blocalhost:8001\b|127\.0\.0\.1:8001/i;

/** A command that asks without a name: whoever answers takes it for anonymous, as it is. */
export const asksAsNobody = (command: string): boolean => CURL.test(command.trim()) && !WITH_CREDENTIALS.test(command);

/** What it is answered, as a line of it says. */
export const isRefusal = (line: string): boolean => /system:anonymous|\b(?:Forbidden|Unauthorized)\b|\b40[13]\b/.test(line);
