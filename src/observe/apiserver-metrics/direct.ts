import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { KubeClient } from '../kube/api.ts';
import { hostPort, splitHostPort } from '../probe/addresses.ts';

/** The certificate of every kube-apiserver holds this name; its address only sometimes. */
const SERVER_NAME = 'kubernetes.default.svc';

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
 * One kept connection per instance. The client's own server goes through the client; any other address must present a
 * certificate of the cluster's CA before a header is sent to it.
 */
export function createInstanceConnections(client: KubeClient): InstanceConnections {
  const agents = new Map<string, { readonly agent: Agent; readonly ca: unknown }>();
  const own = serverInstance(client);
  return {
    async open(instance, path, { timeoutMs, signal }) {
      const headers = { accept: 'text/plain;version=0.0.4', 'accept-encoding': 'gzip' };
      if (instance === own) return client.open(path, { headers, timeoutMs, ...(signal && { signal }) });
      const address = splitHostPort(instance);
      if (!address) throw new Error(`${instance} is not host:port`);
      const { headers: authorization, ...tls } = await client.credentials();
      let kept = agents.get(instance);
      if (kept?.ca !== tls.ca) {
        kept?.agent.destroy();
        kept = { agent: new Agent({ keepAlive: true, maxSockets: 1 }), ca: tls.ca };
        agents.set(instance, kept);
      }
      return new Promise((resolve, reject) => {
        const sent = request({
          host: address.host,
          port: address.port,
          path,
          agent: kept!.agent,
          ...tls,
          servername: tls.servername ?? SERVER_NAME,
          headers: { ...headers, ...authorization, 'user-agent': 'aggregated-api-exporter' },
          ...(signal && { signal }),
        });
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
    },
    close() {
      for (const { agent } of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}
