import type { Socket } from 'node:net';

/** Often enough that a flood costs few milliseconds of one core, and not due in an attempt that is answered at once. */
const LOOK_MS = 20;

/**
 * Looks at what has come on a connection, also where nothing of it reaches a listener: handshake messages that are ignored,
 * tickets, key updates, empty records. Calls once when it is more than is allowed then. Returns the function that ends the watch.
 */
export function watchWire(socket: Socket, allowed: () => number, onExcess: (bytes: number, allowed: number) => void): () => void {
  const before = socket.bytesRead;
  const timer = setInterval(() => {
    const bytes = socket.bytesRead - before;
    const most = allowed();
    if (bytes <= most) return;
    clearInterval(timer);
    onExcess(bytes, most);
  }, LOOK_MS);
  return () => clearInterval(timer);
}
