import type { ApiTarget } from '../targets.ts';

/** A server that a backend's own arguments name. */
export interface NamedServer {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
}

const MAX_NAMED = 5;
const DEFAULT_PORTS = new Map([
  ['http:', 80],
  ['https:', 443],
]);
/** `keda-operator.keda.svc.cluster.local:9666`, with or without a scheme: only a Service of the cluster is named so. */
const SERVICE = /^(?:([a-z]+:)\/\/)?([a-z0-9-]{1,63})\.([a-z0-9-]{1,63})\.svc(?:\.[a-z0-9.-]{1,190})?(?::(\d{1,5}))?(?:[/?]|$)/;
/** Without `svc` only a URL is taken for one: a bare `a.b:1` can be anything. */
const SHORT = /^(https?:)\/\/([a-z0-9-]{1,63})(?:\.([a-z0-9-]{1,63}))?(?::(\d{1,5}))?(?:[/?]|$)/;

/** Services that the arguments of the backend's containers name as `host:port` or URL: Prometheus, an operator. */
export function serversNamed({ pods, backend }: Pick<ApiTarget, 'pods' | 'backend'>): readonly NamedServer[] {
  const found = new Map<string, NamedServer>();
  for (const argument of pods.find(({ args }) => args?.length)?.args ?? []) {
    const server = serverIn(argument, backend.namespace);
    if (!server || (server.namespace === backend.namespace && server.service === backend.service)) continue;
    found.set(`${server.namespace}/${server.service}:${server.port}`, server);
    if (found.size === MAX_NAMED) break;
  }
  return [...found.values()];
}

function serverIn(argument: string, own: string): NamedServer | undefined {
  const value = argument.slice(argument.indexOf('=') + 1);
  const [, scheme, service, namespace = own, digits] = SERVICE.exec(value) ?? SHORT.exec(value) ?? [];
  const port = digits === undefined ? DEFAULT_PORTS.get(scheme ?? '') : Number(digits);
  if (service === undefined || service === 'localhost' || port === undefined || port > 65_535) return undefined;
  return { namespace, service, port };
}

/** metrics-server asks every kubelet. The port of the flag, or its default; undefined: it is no metrics-server. */
export function kubeletPort({ group, pods }: Pick<ApiTarget, 'group' | 'pods'>): number | undefined {
  const args = pods.flatMap((pod) => pod.args ?? []);
  if (group !== 'metrics.k8s.io' || !args.some((argument) => /^--kubelet-|metrics-server$/.test(argument))) return undefined;
  // With it the port is the one that each node tells.
  const flag = args.find((argument) => argument.startsWith('--kubelet-port='))?.split('=')[1];
  return flag !== undefined && /^\d{1,5}$/.test(flag) ? Number(flag) : 10_250;
}
