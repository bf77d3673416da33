import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, vi } from 'vitest';

export interface Answered {
  /** Default 200. */
  readonly status?: number;
  readonly body: string;
}

/**
 * For each test a server of its own that a command asks, and what the command writes to standard output.
 * @param answer told the request and the text of its body.
 */
export function hearCommands(answer: (request: IncomingMessage, text: string) => Answered | Promise<Answered>): {
  url: string;
  out: string;
} {
  const heard = { url: '', out: '' };
  let server: Server;
  beforeEach(async () => {
    server = createServer((request, response) => {
      textOf(request)
        .then((text) => answer(request, text))
        .then(({ status = 200, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body))
        // A command that ended in the middle.
        .catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    heard.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    heard.out = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      heard.out += String(text);
      return true;
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return heard;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
}
