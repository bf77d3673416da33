import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';

export interface Sink<T> {
  /** `127.0.0.1:port` */
  readonly address: string;
  readonly received: readonly T[];
  stop(): Promise<void>;
}

/** Takes what is posted to it, with the path, as JSON. */
export async function startHttpSink(): Promise<Sink<{ readonly path: string; readonly body: any }>> {
  const received: { path: string; body: any }[] = [];
  const server = createServer((request, response) => {
    textOf(request)
      .then((text) => {
        received.push({ path: request.url ?? '', body: JSON.parse(text) });
        response.end('ok');
      })
      // A sender that ended in the middle, or sent something else: it gets no "ok", and nothing was received.
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Takes mail as RFC 5321 has it, without TLS and without asking who sends: the text of each, headers and all. */
export async function startMailSink(): Promise<Sink<string>> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    converse(socket, received);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function converse(socket: Socket, received: string[]): void {
  let pending = '';
  let mail: string[] | undefined;
  const line = (text: string) => {
    if (mail === undefined) {
      mail = /^DATA$/i.test(text) ? [] : undefined;
      const code = /^DATA$/i.test(text) ? '354 go on' : /^QUIT$/i.test(text) ? '221 bye' : '250 ok';
      socket.write(`${code}\r\n`);
    } else if (text === '.') {
      received.push(mail.join('\n'));
      mail = undefined;
      socket.write('250 taken\r\n');
    } else mail.push(text.replace(/^\./, ''));
  };
  socket.write('220 sink\r\n');
  socket.on('data', (chunk: Buffer) => {
    const lines = (pending + chunk.toString()).split('\r\n');
    pending = lines.pop() ?? '';
    for (const text of lines) line(text);
  });
}
