import type { Socket } from 'node:net';
import { type Addresses, type AddressKind, createAddresses } from './addresses.ts';
import { type Blackhole, openBlackhole } from './blackhole.ts';
import { Listener, type Path } from './listener.ts';

/** All addresses of the cluster, and which of them the kube-apiserver can't reach although others can. */
export interface Network {
  readonly addresses: Addresses;
  /** Opens a listener on a fresh address of the kind, or on `host`. Takes the next address when one is taken. */
  listen(kind: AddressKind, port: number, serve: (socket: Socket) => void, host?: string): Promise<Listener>;
  /** Reserves the address without opening it (a pod that has not started). */
  reserve(kind: AddressKind, port: number, serve: (socket: Socket) => void): Promise<Listener>;
  /** What a packet to host:port meets; nothing known there is `closed`. */
  pathTo(host: string, port: number): Path;
  /** From now on what comes from the address reaches no pod and no Service, or does again. */
  sever(from: string, severed: boolean): void;
  forget(listener: Listener): void;
  onChange(run: () => void): void;
  /** An address that swallows packets, shared by all who need just any. */
  nowhere(): Promise<{ host: string; port: number }>;
  close(): Promise<void>;
}

const ATTEMPTS = 20;

export function createNetwork(): Network {
  const addresses = createAddresses();
  const listeners = new Map<string, Listener>();
  const all = new Set<Listener>();
  const watchers = new Set<() => void>();
  const severed = new Set<string>();
  let nowhere: Promise<Blackhole> | undefined;

  async function listen(kind: AddressKind, port: number, serve: (socket: Socket) => void, host?: string): Promise<Listener> {
    for (let attempt = 1; ; attempt += 1) {
      const listener = new Listener(host ?? addresses.next(kind), addresses.port(port), serve);
      try {
        await listener.set('open');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' && attempt < ATTEMPTS && host === undefined) continue;
        throw new Error(`no loopback address to listen on for a ${kind}, port ${port}: ${(error as Error).message}`);
      }
      listener.onPath = () => {
        for (const run of watchers) run();
      };
      if (kind === 'pod' || kind === 'service') listener.isSevered = (from) => severed.has(from);
      listeners.set(`${listener.host}:${listener.port}`, listener);
      all.add(listener);
      return listener;
    }
  }

  return {
    addresses,
    listen,
    async reserve(kind, port, serve) {
      const listener = await listen(kind, port, serve);
      await listener.set('closed');
      return listener;
    },
    pathTo: (host, port) => listeners.get(`${host}:${port}`)?.path ?? 'closed',
    sever(from, isSevered) {
      if (isSevered) severed.add(from);
      else severed.delete(from);
    },
    forget(listener) {
      listeners.delete(`${listener.host}:${listener.port}`);
      all.delete(listener);
    },
    onChange(run) {
      watchers.add(run);
    },
    async nowhere() {
      nowhere ??= openBlackhole(addresses.next('pod'), 0);
      return nowhere;
    },
    async close() {
      watchers.clear();
      await Promise.all([...all].map((listener) => listener.close()));
      await (await nowhere?.catch(() => undefined))?.close();
    },
  };
}
