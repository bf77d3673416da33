import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimit {
  /** Counts the connections of this server with those of the others. */
  attach(server: Server): void;
}

/**
 * Holds the connections of all servers together below a number. Of one too many the one that has been idle for longest is closed, between two
 * requests or before its first; where each is busy, the new one is.
 */
export function createConnectionLimit(most: number): ConnectionLimit {
  /** Raw sockets that wait for a request, by when they began to: the first is the oldest. */
  const idle = new Map<string, Socket>();
  const busy = new Map<string, Socket>();

  function opened(socket: Socket): void {
    const key = keyOf(socket);
    if (idle.size + busy.size >= most && !closeOldest()) return void socket.destroy();
    idle.set(key, socket);
    socket.once('close', () => {
      // Its address may belong to another socket by now.
      for (const all of [idle, busy]) if (all.get(key) === socket) all.delete(key);
    });
  }

  function closeOldest(): boolean {
    const [oldest] = idle;
    if (!oldest) return false;
    idle.delete(oldest[0]);
    oldest[1].destroy();
    return true;
  }

  function asked(request: IncomingMessage, response: ServerResponse): void {
    // Of TLS this is not the socket that `connection` gave, but it has its address.
    const key = keyOf(request.socket);
    const socket = idle.get(key);
    if (!socket) return;
    idle.delete(key);
    busy.set(key, socket);
    response.once('close', () => {
      if (busy.get(key) !== socket) return;
      busy.delete(key);
      if (!socket.destroyed) idle.set(key, socket);
    });
  }

  return {
    attach(server) {
      server.on('connection', opened);
      server.prependListener('request', asked);
    },
  };
}

function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
