import type { CauseId } from '../../../src/domain/ids.ts';
import type { Fault, Undo } from '../cluster/fault.ts';
import { Cluster } from '../cluster/harness/cluster.ts';
import { EXPORTER_UID } from '../cluster/harness/exporter.ts';
import { cutPod } from '../cluster/inject.ts';
import type { Answer, ConnectProxy, Manner } from './support/connect-proxy.ts';
import { type Egress, egressThrough } from './support/egress.ts';
import { PATIENT, type Way, type WayFault } from './way.ts';

const SLOW_MS = 3000;

export const EGRESS_WAYS: readonly Way[] = (['tcp', 'unix'] as const).map((transport) => ({
  id: `egress-${transport}`,
  title: `The kube-apiserver sends all that is for the cluster through a proxy of HTTP CONNECT ${transport === 'tcp' ? 'at an address' : 'at a Unix socket'}`,
  async lay() {
    const egress = egressThrough(transport);
    const cluster = new Cluster({ ...PATIENT, apiserverFlags: [egress.flag] });
    await egress.proxy.start();
    return { cluster, faults: faultsOf(egress), stop: () => egress.proxy.stop() };
  },
}));

function forOneBackend(proxy: ConnectProxy, cluster: Cluster, answer: Omit<Answer, 'does' | 'only'>): Promise<Undo> {
  proxy.manner = { does: 'answers', ...answer, only: cluster.pod(cluster.wardle).ip };
  proxy.cut();
  return Promise.resolve(() => {
    proxy.manner = { does: 'connects' };
    proxy.cut();
  });
}

function faultsOf({ proxy }: Egress): WayFault[] {
  const network = { everyone: true, category: 'network-connectivity', within: 60 } as const;
  const manner = (id: string, title: string, manner: Manner, causes: readonly CauseId[] = ['tunnel-down']): Fault => ({
    ...{ id, title, causes, ...network },
    inject() {
      proxy.manner = manner;
      proxy.cut();
      return Promise.resolve(() => {
        proxy.manner = { does: 'connects' };
        proxy.cut();
      });
    },
  });
  return [
    manner('agent-gone', 'No agent is connected to the proxy: it answers 502', { does: 'answers', status: '502 Bad Gateway' }),
    manner('agent-gone-closes', 'The proxy closes each connection without an answer', { does: 'closes' }),
    {
      ...{ id: 'proxy-gone', title: 'Nobody listens at the address of the proxy', causes: ['tunnel-down'], ...network },
      async inject() {
        await proxy.stop();
        return () => proxy.start();
      },
    },
    {
      ...manner('proxy-slow', 'The proxy takes 3 s for each connection', { does: 'connects late', afterMs: SLOW_MS }),
      unnoticed: 'the kube-apiserver waits longer than that, and keeps a connection that it has',
    },
    manner('proxy-silent', 'The proxy takes connections and never answers', { does: 'says nothing' }),
    {
      ...{
        id: 'proxy-refuses-address',
        title: 'The proxy refuses the address of one backend: it answers 403',
        causes: ['tunnel-refuses-backend'],
        ...network,
      },
      everyone: false,
      inject: (cluster) => forOneBackend(proxy, cluster, { status: '403 Forbidden' }),
    },
    {
      ...{
        id: 'agent-does-not-connect',
        title: 'The agent of konnectivity can not connect to one backend, which its server tells in HTTP/0.0',
        causes: ['tunnel-down'],
        ...network,
      },
      everyone: false,
      inject: (cluster) => forOneBackend(proxy, cluster, { status: '503 Service Unavailable', version: 'HTTP/0.0' }),
    },
    {
      ...{
        id: 'backend-refuses',
        title: 'The backend refuses connections, and the proxy closes those for it',
        causes: ['connection-refused'],
        ...network,
      },
      everyone: false,
      inject(cluster) {
        proxy.manner = { does: 'closes', only: cluster.pod(cluster.wardle).ip };
        proxy.cut();
        const undo = cutPod(cluster, { action: 'refuse' }, [EXPORTER_UID]);
        return Promise.resolve(() => {
          proxy.manner = { does: 'connects' };
          proxy.cut();
          return undo();
        });
      },
    },
  ];
}
