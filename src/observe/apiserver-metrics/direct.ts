import type { Agent, IncomingMessage } from 'node:http';
import type { KubeClient } from '../../kube/api.ts';
import { trustedWay } from '../../kube/token-trust.ts';
import { type AddressRules, hostPort, splitHostPort } from '../../net/addresses.ts';
import { createKeptConnection, endpointOf, get } from '../../net/get.ts';
import type { Endpoint } from '../../net/secure-socket.ts';

/** `host:port` of the client's own server; URL.host leaves out the usual port. */
export function serverInstance({ server }: KubeClient): string {
  const { host, port } = endpointOf(server);
  return hostPort(host, port);
}

export interface InstanceConnections {
  /** Headers of the answer of one kube-apiserver instance to GET `path`, with the exporter's own credentials. */
  open(instance: string, path: string, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<IncomingMessage>;
  close(): void;
}

/**
 * One kept connection per instance. The client's own server goes through the client; any other address must be allowed, and
 * must prove to be a kube-apiserver before a header is sent to it: token-trust.ts.
 */
export function createInstanceConnections(client: KubeClient, addresses: AddressRules): InstanceConnections {
  const agents = new Map<string, { readonly agent: Agent; readonly ca: unknown }>();
  const own = serverInstance(client);

  /** A connection that another CA vouched for is not used again. */
  const keptTo = (instance: string, endpoint: Endpoint, timeoutMs: number): Agent => {
    const ca = endpoint.tls?.ca;
    const kept = agents.get(instance);
    if (kept && kept.ca === ca) return kept.agent;
    kept?.agent.destroy();
    const agent = createKeptConnection(endpoint, timeoutMs);
    agents.set(instance, { agent, ca });
    return agent;
  };

  return {
    async open(instance, path, { timeoutMs, signal }) {
      const headers = { accept: 'text/plain;version=0.0.4', 'accept-encoding': 'gzip' };
      if (instance === own) return client.open(path, { headers, timeoutMs, ...(signal && { signal }) });
      const address = splitHostPort(instance);
      if (!address) throw new Error(`${instance} is not host:port`);
      const refusal = addresses.refusal(address.host);
      if (refusal !== undefined) throw new Error(`${instance} is not asked: it is ${refusal}`);
      const way = await trustedWay(client, { kind: 'apiserver-instance' });
      if ('refused' in way) throw new Error(`${instance} is not asked: ${way.refused}`);
      const endpoint = { ...address, tls: way.tls };
      return get({
        ...endpoint,
        path,
        headers: { ...headers, ...way.headers },
        kept: keptTo(instance, endpoint, timeoutMs),
        timeoutMs,
        ...(signal && { signal }),
      });
    },
    close() {
      for (const { agent } of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}
