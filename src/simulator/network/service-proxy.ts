import { connect, type Socket } from 'node:net';
import type { ServiceObject } from '../objects.ts';
import type { Random } from '../random.ts';
import type { Store } from '../store.ts';
import type { Listener, Path } from './listener.ts';
import type { Network } from './network.ts';

export interface Destination {
  readonly host: string;
  readonly port: number;
}

/**
 * The part of kube-proxy: one listener per ClusterIP and port that passes connections to a ready endpoint. A real Service only
 * rewrites addresses, so the ClusterIP is refused or swallowed exactly as the endpoints behind it are.
 */
export interface ServiceProxy {
  add(port: number): Promise<Listener>;
  /** Ready endpoints of `namespace/name` on the Service port. */
  destinations(key: string, port: number): Destination[];
  /** Binds a listener to a Service, whose endpoints it serves from then on. */
  attach(listener: Listener, key: string): void;
  detach(key: string): Promise<void>;
  /** Brings every ClusterIP into the state of its endpoints. */
  refresh(): Promise<void>;
}

export function createServiceProxy(network: Network, store: Store, random: Random): ServiceProxy {
  const attached = new Map<Listener, string>();

  const destinations = (key: string, port: number) => destinationsOf(store, key, port);

  function wanted(listener: Listener, key: string): Path {
    const paths = destinations(key, listener.port).map(({ host, port }) => network.pathTo(host, port));
    if (paths.includes('open')) return 'open';
    return paths.includes('drop') ? 'drop' : 'closed';
  }

  function pass(listener: Listener, client: Socket): void {
    const key = attached.get(listener);
    const choices = key ? destinations(key, listener.port) : [];
    if (choices.length === 0) {
      client.resetAndDestroy();
      return;
    }
    const chosen = random.pick(choices);
    // Accepted here, but nothing ever answers.
    if (network.pathTo(chosen.host, chosen.port) === 'drop') return;
    join(client, chosen);
  }

  async function refresh(): Promise<void> {
    await Promise.all([...attached].map(([listener, key]) => listener.set(wanted(listener, key)).catch(() => {})));
  }
  const follow = () => void refresh();
  network.onChange(follow);
  store.endpointslices.subscribe(follow);
  store.services.subscribe(follow);

  return {
    async add(port) {
      const listener: Listener = await network.reserve('service', port, (socket) => pass(listener, socket));
      return listener;
    },
    destinations,
    attach(listener, key) {
      attached.set(listener, key);
      void refresh();
    },
    async detach(key) {
      for (const [listener, owner] of attached) {
        if (owner !== key) continue;
        attached.delete(listener);
        await listener.close();
        network.forget(listener);
      }
    },
    refresh,
  };
}

function destinationsOf(store: Store, key: string, port: number): Destination[] {
  const service = store.services.get(key);
  const servicePort = service?.spec.ports.find((candidate) => candidate.port === port);
  if (!service || !servicePort) return [];
  return slicesOf(store, service).flatMap((slice) => {
    const slicePort = slice.ports.find((candidate) => candidate.name === (servicePort.name ?? ''));
    if (!slicePort) return [];
    return slice.endpoints
      .filter((endpoint) => endpoint.conditions.ready)
      .flatMap((endpoint) => endpoint.addresses.map((host) => ({ host, port: slicePort.port })));
  });
}

/** Passes bytes both ways, until one side ends or breaks. */
function join(client: Socket, { host, port }: Destination): void {
  const backend = connect({ host, port, noDelay: true });
  client.pipe(backend).pipe(client);
  backend.on('error', () => client.resetAndDestroy());
  client.on('error', () => backend.destroy());
  client.once('close', () => backend.destroy());
  backend.once('close', () => client.destroy());
}

export function slicesOf(store: Store, service: ServiceObject) {
  const { namespace, name } = service.metadata;
  return store.endpointslices
    .values()
    .filter((slice) => slice.metadata.namespace === namespace && slice.metadata.labels?.['kubernetes.io/service-name'] === name);
}
