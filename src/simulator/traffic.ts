import { Agent, request } from 'node:https';
import { IDENTITIES } from './access.ts';
import type { Cluster } from './cluster.ts';
import { required } from './required.ts';
import type { Cancel } from './timers.ts';

const PERIOD_MS = 5000;
const TIMEOUT_MS = 10_000;

/** An ordinary client that lists each API through the kube-apiserver every five seconds, so that faults leave their traces. Returns the stop function. */
export function runTraffic(cluster: Cluster): Cancel {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const authorization = `Bearer ${cluster.tokens.tokenOf(IDENTITIES.ordinary)}`;

  function list(path: string): void {
    const { host, port } = required(cluster.apiServers[0], 'a kube-apiserver');
    const outgoing = request(
      {
        host,
        port,
        path,
        agent,
        ca: cluster.authorities.cluster.certificate,
        headers: { Authorization: authorization, 'User-Agent': 'harbour-console/1.9' },
        timeout: TIMEOUT_MS,
      },
      (response) => {
        response.on('error', () => {});
        response.resume();
      },
    );
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => {});
    outgoing.end();
  }

  const cancel = cluster.timers.every(PERIOD_MS, () => {
    for (const { plan } of cluster.apis.values()) list(`/apis/${plan.group}/${plan.version}/${plan.resource}?limit=5`);
  });
  return () => {
    cancel();
    agent.destroy();
  };
}
