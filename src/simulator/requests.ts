import { Agent, request } from 'node:https';
import { IDENTITIES } from './access.ts';
import type { Cluster } from './cluster.ts';
import { required } from './required.ts';

const TIMEOUT_MS = 10_000;

/** An ordinary client of the first kube-apiserver. */
export interface Requests {
  /** The status of the answer; undefined when none came within ten seconds. */
  get(path: string): Promise<number | undefined>;
  close(): void;
}

export function createRequests(cluster: Cluster, userAgent: string): Requests {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const headers = { Authorization: `Bearer ${cluster.tokens.tokenOf(IDENTITIES.ordinary)}`, 'User-Agent': userAgent };
  return {
    get: (path) =>
      new Promise((resolve) => {
        const { host, port } = required(cluster.apiServers[0], 'a kube-apiserver');
        const ca = cluster.authorities.cluster.certificate;
        const outgoing = request({ host, port, path, agent, ca, headers, timeout: TIMEOUT_MS }, (response) => {
          response.on('error', () => resolve(undefined));
          response.on('end', () => resolve(response.statusCode));
          response.resume();
        });
        outgoing.on('timeout', () => outgoing.destroy());
        outgoing.on('error', () => resolve(undefined));
        outgoing.end();
      }),
    close: () => agent.destroy(),
  };
}
