import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { afterEach, expect, it } from 'vitest';
import { registerHealthcheck } from '../../src/commands/healthcheck.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function check(listener: RequestListener): Promise<void> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await checkPort((server.address() as AddressInfo).port);
}

async function checkPort(port: number): Promise<void> {
  const program = new Command().exitOverride();
  registerHealthcheck(program);
  await program.parseAsync(['healthcheck', '--url', `http://127.0.0.1:${port}/-/healthy`], { from: 'user' });
}

it('is content with 200', async () => {
  const asked: (string | undefined)[] = [];
  await check((request, response) => {
    asked.push(request.url);
    response.end('healthy\n');
  });
  expect(asked).toEqual(['/-/healthy']);
});

it.each([[503], [404], [301]])('is not content with %d', async (status) => {
  await expect(check((_, response) => void response.writeHead(status).end())).rejects.toThrow(`answered ${status}; 200 is healthy`);
});

it('is not content with nobody', async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await expect(checkPort(port)).rejects.toThrow('ECONNREFUSED');
});

it('is not content with a connection that is cut', async () => {
  await expect(check((request) => request.socket.destroy())).rejects.toThrow('socket hang up');
});
