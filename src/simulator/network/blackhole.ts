import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** An address that swallows packets: connecting to it neither succeeds nor fails. */
export interface Blackhole {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A listener that is never accepted from: once its backlog is full, the kernel drops every further SYN, just as a firewall does.
 * The event loop of a worker thread has to stand still for that, so each one costs a thread (about 5 MB) while it lasts.
 */
const STANDSTILL = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer();
server.on('error', (error) => parentPort.postMessage({ error: error.code }));
server.listen({ host: workerData.host, port: workerData.port, backlog: 1 }, () => {
  parentPort.postMessage({ port: server.address().port });
  setImmediate(() => Atomics.wait(new Int32Array(workerData.gate), 0, 0));
});`;

/** Connections that fill a backlog of 1 on the systems that we know (Linux takes backlog + 1). */
const FILLERS = 3;

/** Rejects with `code` EADDRINUSE when the port is taken. */
export async function openBlackhole(host: string, port: number): Promise<Blackhole> {
  const worker = new Worker(STANDSTILL, { eval: true, workerData: { host, port, gate: new SharedArrayBuffer(4) }, execArgv: [] });
  worker.unref();
  const bound = await new Promise<number>((resolve, reject) => {
    worker.once('message', (message: { error?: string; port?: number }) => {
      if (message.port !== undefined) resolve(message.port);
      else reject(Object.assign(new Error(`blackhole ${host}:${port}: ${message.error}`), { code: message.error }));
    });
    worker.once('error', reject);
  });
  const fillers = await Promise.all(Array.from({ length: FILLERS }, () => fill(host, bound)));
  return {
    host,
    port: bound,
    async close() {
      for (const socket of fillers) socket.destroy();
      await worker.terminate();
    },
  };
}

/** Resolves when the connection stands, or hangs, which is what is wanted. */
function fill(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port });
  socket.unref();
  socket.on('error', () => {});
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(socket), 50);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}
