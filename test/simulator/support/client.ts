import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { Simulator } from '../../../src/simulator/simulator.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly json: any;
}

type Identity = 'admin' | 'exporter' | 'ordinary';

/** A plain HTTPS client of the simulated kube-apiserver: what a test asserts on is what left the process. */
export function clientOf(simulator: Simulator, identity: Identity | 'anonymous' = 'exporter') {
  const agent = new Agent({ keepAlive: false });

  function open(path: string, options: { method?: string; body?: string; server?: URL } = {}): Promise<IncomingMessage> {
    const server = options.server ?? simulator.server;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: server.hostname,
          port: server.port,
          path,
          method: options.method ?? 'GET',
          agent,
          ca: simulator.ca,
          headers: {
            ...(identity === 'anonymous' ? {} : { Authorization: `Bearer ${simulator.token(identity)}` }),
            ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
          },
        },
        resolve,
      );
      outgoing.on('error', reject);
      outgoing.end(options.body);
    });
  }

  async function ask(path: string, options: { method?: string; body?: string; server?: URL } = {}): Promise<Answer> {
    const response = await open(path, options);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.statusCode ?? 0, text, headers: response.headers, json };
  }

  return { open, ask };
}

/** GET without any credentials and without verification, as the direct vantages are: status, or the error's code. */
export function direct(host: string, port: number, path: string, timeoutMs = 1000): Promise<number | string> {
  return new Promise((resolve) => {
    const outgoing = request({ host, port, path, agent: false, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    const timer = setTimeout(() => {
      resolve('timeout');
      outgoing.destroy();
    }, timeoutMs);
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    outgoing.end();
  });
}

const PAUSE_MS = 20;

/** Waits until `look` gives something that `enough` accepts. Fails with what was seen last. The patience is counted in pauses, not on a clock. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  enough: (value: T) => boolean = (value) => Boolean(value),
  withinMs = 15_000,
): Promise<T> {
  for (let left = withinMs; ; left -= PAUSE_MS) {
    const value = await look();
    if (enough(value)) return value;
    if (left <= 0) throw new Error(`not within ${withinMs} ms; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
