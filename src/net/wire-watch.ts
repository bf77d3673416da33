import type { Socket } from 'node:net';

/** The first look, and the longest time between two: a flood costs milliseconds of one core, and waiting costs next to nothing. */
const FIRST_MS = 5;
const LONGEST_MS = 100;

/**
 * Looks at what has come on a connection, also where nothing of it reaches a listener: handshake messages that are ignored,
 * tickets, key updates, empty records. Calls once when it is more than is allowed then. Returns the function that ends the watch.
 */
export function watchWire(socket: Socket, allowed: () => number, onExcess: (bytes: number, allowed: number) => void): () => void {
  const before = socket.bytesRead;
  let timer: NodeJS.Timeout;
  const lookIn = (milliseconds: number): void => {
    timer = setTimeout(() => {
      const bytes = socket.bytesRead - before;
      const most = allowed();
      if (bytes > most) onExcess(bytes, most);
      else lookIn(Math.min(LONGEST_MS, 2 * milliseconds));
    }, milliseconds);
  };
  lookIn(FIRST_MS);
  return () => clearTimeout(timer);
}
