import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import type { KubeClient } from '../../kube/api.ts';
import { trustedWay } from '../../kube/token-trust.ts';
import { type AddressRules, hostPort, splitHostPort } from '../../net/addresses.ts';

/** `host:port` of the client's own server; URL.host leaves out the usual port. */
export function serverInstance({ server }: KubeClient): string {
  return hostPort(server.hostname.replace(/^\[|\]$/g, ''), Number(server.port || (server.protocol === 'http:' ? 80 : 443)));
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
  const agentOf = (instance: string, ca: unknown): Agent => {
    const kept = agents.get(instance);
    if (kept && kept.ca === ca) return kept.agent;
    kept?.agent.destroy();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
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
      return answerOf(
        {
          ...address,
          ...way.tls,
          path,
          agent: agentOf(instance, way.tls.ca),
          headers: { ...headers, ...way.headers, 'user-agent': 'aggregated-api-exporter' },
          ...(signal && { signal }),
        },
        timeoutMs,
      );
    },
    close() {
      for (const { agent } of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

function answerOf(options: RequestOptions, timeoutMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(options);
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    sent.on('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    sent.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sent.end();
  });
}
