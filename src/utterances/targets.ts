import { isIP } from 'node:net';
import { BUILT_IN_GROUP } from '../domain/built-in-groups.ts';
import type { Speaker } from '../domain/snapshot.ts';
import type { Reason, Target, TargetRole } from '../domain/utterance.ts';
import type { Link } from './links.ts';
import type { Operation } from './operations.ts';

/**
 * Ports that programs of a cluster listen on by default (flags of Kubernetes 1.36, etcd 3.6, Prometheus 3, konnectivity 0.34), and ports
 * registered with IANA of what adapters ask.
 */
const ROLE_OF_PORT: ReadonlyMap<number, TargetRole> = new Map<number, TargetRole>([
  [10250, 'kubelet'],
  [10255, 'kubelet'],
  [2379, 'etcd'],
  [2380, 'etcd'],
  [4001, 'etcd'],
  [53, 'name-server'],
  [6443, 'kube-apiserver'],
  [8132, 'tunnel'],
  [8133, 'tunnel'],
  [3128, 'http-proxy'],
  [9090, 'prometheus'],
  [9091, 'prometheus'],
  [1433, 'dependency'],
  [3306, 'dependency'],
  [5432, 'dependency'],
  [5671, 'dependency'],
  [5672, 'dependency'],
  [6379, 'dependency'],
  [9092, 'dependency'],
  [9200, 'dependency'],
  [9666, 'dependency'],
  [15672, 'dependency'],
  [27017, 'dependency'],
  [50051, 'dependency'],
]);

/** Who asks for a group that the kube-apiserver serves itself asks the kube-apiserver. */
const OWN_GROUP = new RegExp(String.raw`^/(?:api/v1\b|api/?$|apis/?$|version$|apis/(?:${BUILT_IN_GROUP})(?:/|$))`);
/** What only a kubelet's server has (pkg/kubelet/server, 1.36). */
const KUBELET_PATH = /^\/(?:stats\/summary|metrics\/(?:resource|cadvisor|probes)|containerLogs\/|exec\/|runningpods)/;
/** Prometheus's HTTP API, below whatever prefix (web/api/v1). */
const PROMETHEUS_PATH = /^(?:\/[\w-]{1,60}){0,3}\/api\/v1\/(?:query|query_range|series|labels?)$/;
const REGISTRY_PATH = /^\/v2\/(?:.{1,300}\/(?:manifests|blobs)\/|$)/;
/**
 * The Service `kubernetes` has the first address of the range of Services (pkg/controlplane, --service-cluster-ip-range), and such
 * ranges are /20 or wider: the first address ends in a multiple of 16 and 1.
 */
const FIRST_SERVICE_ADDRESS = /^\d{1,3}\.\d{1,3}\.(\d{1,3})\.1$|^fd[0-9a-f:]{2,35}::1$/i;
const KUBERNETES_SERVICE = /^kubernetes(?:\.default(?:\.svc(?:\..{1,200})?)?)?$/;
/** The kube-apiserver is a client of its own, over the loopback. */
const LOOPBACK = /^(?:localhost|127\.[\d.]{5,11}|::1)$/;
const CLOUD =
  /\.(?:amazonaws\.com(?:\.cn)?|azure\.(?:com|net|cn)|windows\.net|microsoftonline\.com|microsoft\.com|googleapis\.com|google\.com|aliyuncs\.com|datadoghq\.(?:com|eu)|wavefront\.com|newrelic\.com|dynatrace\.com)\.?$|^169\.254\.169\.254$|^metadata\.google\.internal$/i;
const TUNNEL = /tunnel-uds|konnectivity|proxysocket|tunnel-front|egress-selector/i;
const RUNTIME = /containerd\.sock|crio\.sock|docker\.sock|dockershim|cri-dockerd/i;
const PROMETHEUS_NAME = /^(?:[\w-]{1,60}-)?(?:prometheus|thanos|victoria-?metrics|vmselect|mimir)\b/i;
const KUBERNETES_NAME = /\.svc(?:\.|$)/;

/** Address → what it is. */
export type Addresses = ReadonlyMap<string, TargetRole>;

interface Asker {
  readonly operation: Operation | undefined;
  readonly speaker: Speaker | 'unknown';
  readonly reason: Reason;
  readonly addresses: Addresses | undefined;
}

/** Whom an error is about. @param links those that stand before the reason, else all of the text. */
export function targetOf(links: readonly Link[], asker: Asker): Target {
  const place = placed(links);
  return { role: roleOf(links, place, asker), ...place };
}

/** Host, port and path that the chain names last; the URL says more than the address that it led to. */
function placed(links: readonly Link[]): Omit<Target, 'role'> {
  const socket = links.findLast(({ network }) => network === 'unix');
  if (socket?.host !== undefined) return { host: socket.host };
  const named = links.findLast(({ kind, host }) => kind === 'url' && host !== undefined);
  const dialed = links.findLast(({ kind, host, port }) => (kind === 'dial' || kind === 'exchange') && host !== undefined && port !== 53);
  const looked = links.findLast(({ kind }) => kind === 'lookup');
  const { host, port } = named ?? dialed ?? looked ?? {};
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(named?.path === undefined ? {} : { path: named.path }),
  };
}

type Place = Omit<Target, 'role'>;

function roleOf(links: readonly Link[], place: Place, { operation, speaker, reason, addresses }: Asker): TargetRole {
  const { host = '', path = '' } = place;
  const asked = operation && !pointsElsewhere(operation, place) ? operation.role : undefined;
  return (
    intermediary(links, host, speaker) ??
    asked ??
    roleOfKind(links, place, speaker) ??
    roleOfPath(path, speaker, reason) ??
    roleOfHost(host, place.port, addresses) ??
    roleOfPorts(links) ??
    roleOfStranger(links, host, speaker)
  );
}

/** A store by the scheme of its URL, and the kube-apiserver itself over the loopback. */
function roleOfKind(links: readonly Link[], { host = '', port = 0 }: Place, speaker: Speaker | 'unknown'): TargetRole | undefined {
  if (links.some(({ store }) => store)) return 'dependency';
  if (host === '' && speaker !== 'kube-apiserver' && links.some(isOwnResource)) return 'kube-apiserver';
  return speaker === 'kube-apiserver' && LOOPBACK.test(host) && !ROLE_OF_PORT.has(port) ? 'kube-apiserver' : undefined;
}

const OF_OWN_GROUP = new RegExp(String.raw`^[a-z]{3,60}(?:\.(?:${BUILT_IN_GROUP}))?$`);

/** A resource of a group that the kube-apiserver serves itself, as client-go names it: nobody else was asked. */
const isOwnResource = ({ kind, path }: Link): boolean => kind === 'resource' && OF_OWN_GROUP.test(path ?? '');

function roleOfPorts(links: readonly Link[]): TargetRole | undefined {
  const known = links.find(({ port }) => port !== undefined && ROLE_OF_PORT.has(port));
  return known?.port === undefined ? undefined : ROLE_OF_PORT.get(known.port);
}

/** An address alone may be anyone's; whom a server asks by name or by URL it needs, and the kube-apiserver asks backends. */
function roleOfStranger(links: readonly Link[], host: string, speaker: Speaker | 'unknown'): TargetRole {
  if (host === '') return 'unknown';
  if (speaker === 'kube-apiserver') return 'backend';
  const byName = links.some(({ kind }) => kind === 'url') || !/^[\d.]+$|:/.test(host);
  return speaker === 'aggregated-server' && byName ? 'dependency' : 'unknown';
}

/** Something between the program and whom it wanted. */
function intermediary(links: readonly Link[], host: string, speaker: Speaker | 'unknown'): TargetRole | undefined {
  if (links.some(({ kind }) => kind === 'proxy')) return 'http-proxy';
  if (TUNNEL.test(host)) return 'tunnel';
  if (speaker !== 'aggregated-server' && dialsElsewhere(links)) return 'tunnel';
  return RUNTIME.test(host) ? 'runtime' : undefined;
}

/**
 * A URL of an address was asked for, and another address was dialed: net/http names a proxy of the environment (`proxyconnect`), but what
 * stands in an EgressSelectorConfiguration replaces the dialer, which tells of its proxy as of any other address (apiserver 1.36
 * pkg/server/egressselector).
 */
export function dialsElsewhere(links: readonly Link[]): boolean {
  const asked = links.findLast(({ kind }) => kind === 'url');
  const dialed = links.findLast(({ kind }) => kind === 'dial');
  if (asked?.host === undefined || dialed?.host === undefined || dialed.at < asked.at) return false;
  return isIP(asked.host) !== 0 && isIP(dialed.host) !== 0 && asked.host !== dialed.host;
}

/** The address knows better: a query that goes to the kube-apiserver, gRPC to a port of etcd or of a tunnel. */
function pointsElsewhere({ id, role }: Operation, { host = '', port = 0, path = '' }: Place): boolean {
  if (id === 'dial-grpc') return ROLE_OF_PORT.has(port);
  return role === 'prometheus' && host !== '' && OWN_GROUP.test(path);
}

function roleOfPath(path: string, speaker: Speaker | 'unknown', reason: Reason): TargetRole | undefined {
  if (PROMETHEUS_PATH.test(path)) return 'prometheus';
  if (KUBELET_PATH.test(path)) return 'kubelet';
  if (REGISTRY_PATH.test(path)) return 'registry';
  if (OWN_GROUP.test(path) && speaker !== 'kube-apiserver') return 'kube-apiserver';
  if (/^\/apis\/[\w.-]{1,253}/.test(path)) return roleBehindApi(speaker, reason);
  return /^\/openapi\/v[23]\b/.test(path) && speaker === 'kube-apiserver' ? 'backend' : undefined;
}

/**
 * For /apis/<group>/<version> the kube-apiserver asks nobody but its backends; everyone else asks the kube-apiserver. That hands the
 * request on and waits as long as its client does, so a deadline is the backend's.
 */
function roleBehindApi(speaker: Speaker | 'unknown', reason: Reason): TargetRole {
  if (speaker === 'kube-apiserver') return 'backend';
  return speaker !== 'aggregated-server' && reason === 'deadline' ? 'backend' : 'kube-apiserver';
}

function roleOfHost(host: string, port: number | undefined, addresses: Addresses | undefined): TargetRole | undefined {
  const shown = addresses?.get(host);
  if (shown) return shown;
  if (KUBERNETES_SERVICE.test(host)) return 'kube-apiserver';
  const first = FIRST_SERVICE_ADDRESS.exec(host);
  if (first && (port === undefined || port === 443) && Number(first[1] ?? 0) % 16 === 0) return 'kube-apiserver';
  if (CLOUD.test(host)) return 'cloud-api';
  return PROMETHEUS_NAME.test(host) && KUBERNETES_NAME.test(host) ? 'prometheus' : undefined;
}
