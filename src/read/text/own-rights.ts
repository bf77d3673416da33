import type { Named } from '../../utterances/nearest.ts';

/** kubectl prints an answer with 403 so (k8s.io/kubectl: cmd/util/helpers.go): somebody ran a command. */
const OF_A_COMMAND = /\bError from server \(Forbidden\): (?!unable to)/;
const WHO = /forbidden: user \\?"([^"\\]{1,253})\\?" cannot/i;
/** Who asks without a name, and controllers that ask in everybody's: that they may not is about the cluster. */
const OF_THE_SYSTEM = /^system:(?!serviceaccount:(?!kube-system:))/;
const ASKED = /cannot \w{1,20} path \\?"(\/[^"\\]{0,300})/i;
const OF_AN_API = /^\/apis\/[^/]{1,63}\./;

/**
 * A 403 that says nothing of the API, however it is called: the kube-apiserver authorises each request before its aggregator hands it on
 * (apiserver 1.36 server/config.go: DefaultBuildHandlerChain), and a server behind it asks the kube-apiserver (SubjectAccessReview), which
 * decides the same. So what a command of somebody was refused is that account's rights. Nor is a path of no group any API's.
 */
export function asItsOwnRights(line: string, named: Named): Named {
  if (named.id === 'anonymous-forbidden') return isOfNoApi(line) ? own(named, OF_NO_API) : named;
  if (named.id !== 'user-forbidden' || !OF_A_COMMAND.test(line)) return named;
  const who = WHO.exec(line)?.[1] ?? 'system:';
  return OF_THE_SYSTEM.test(who) ? named : own(named, OF_ONE_USER);
}

const OF_ONE_USER =
  'RBAC does not let this user do it: the kube-apiserver refused before it asked the server of the API, so this says nothing of that.';
const OF_NO_API = 'Who asked had no name, and asked for a path that is of no API: the kube-apiserver refused it.';

const own = (named: Named, says: string): Named => ({ ...named, pointsTo: [], role: 'harmless', says });

function isOfNoApi(line: string): boolean {
  const path = ASKED.exec(line)?.[1];
  return path !== undefined && !OF_AN_API.test(path);
}

const CURL = /^\S{0,40}(?:curl|wget|http)\b/;
const WITH_CREDENTIALS =
  /--cert\b|\s-E\b|authorization|--oauth2-bearer|\s-u\b|--user\b|--private-key|\/openid|\blocalhost:8001\b|127\.0\.0\.1:8001/i;

/** A command that asks without a name: whoever answers takes it for anonymous, as it is. */
export const asksAsNobody = (command: string): boolean => CURL.test(command.trim()) && !WITH_CREDENTIALS.test(command);
