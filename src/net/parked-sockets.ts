import type { Socket } from 'node:net';

export interface ParkedSockets {
  /** An open, idle connection to that instance, no longer parked; undefined when there is none. */
  take(instance: string): Socket | undefined;
  park(instance: string, socket: Socket): void;
  /** Closes what is parked for the instance. */
  drop(instance: string): void;
  close(): void;
}

interface Parked {
  readonly socket: Socket;
  readonly unpark: () => void;
}

/**
 * Idle keep-alive connections to kube-apiserver instances, a few per instance. One that the server closes, breaks, or writes
 * to unasked is dropped at once.
 */
export function createParkedSockets(perInstance = 2, idleMs = 60_000): ParkedSockets {
  const parked = new Map<string, Parked[]>();

  const removeEntry = (instance: string, entry: Parked): void => {
    const entries = parked.get(instance);
    const at = entries?.indexOf(entry) ?? -1;
    if (!entries || at < 0) return;
    entries.splice(at, 1);
    if (entries.length === 0) parked.delete(instance);
  };

  return {
    take(instance) {
      for (let entry = parked.get(instance)?.at(-1); entry; entry = parked.get(instance)?.at(-1)) {
        removeEntry(instance, entry);
        entry.unpark();
        if (!entry.socket.destroyed && entry.socket.writable) return entry.socket;
        entry.socket.destroy();
      }
      return undefined;
    },
    park(instance, socket) {
      const entries = parked.get(instance) ?? [];
      if (entries.length >= perInstance) {
        socket.destroy();
        return;
      }
      const drop = (): void => {
        entry.unpark();
        removeEntry(instance, entry);
        socket.destroy();
      };
      const timer = setTimeout(drop, idleMs);
      timer.unref();
      socket.on('data', drop).on('end', drop).on('close', drop);
      const entry: Parked = {
        socket,
        unpark: () => {
          clearTimeout(timer);
          socket.off('data', drop).off('end', drop).off('close', drop);
        },
      };
      entries.push(entry);
      parked.set(instance, entries);
    },
    drop(instance) {
      for (const { socket, unpark } of parked.get(instance) ?? []) {
        unpark();
        socket.destroy();
      }
      parked.delete(instance);
    },
    close() {
      for (const instance of [...parked.keys()]) this.drop(instance);
    },
  };
}
