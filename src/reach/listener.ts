import { readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { bearerOf } from '../net/bearer.ts';
import type { Logger } from '../source/logger.ts';
import type { Identified } from './identity.ts';
import { LARGEST, parseReport, REPORT_PATH } from './protocol.ts';
import type { AgentReports } from './reports.ts';

export interface ListenerOptions {
  /** Absent: every address of this machine. */
  readonly host?: string | undefined;
  readonly port: number;
  /** PEM. Read again when they change. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly identify: (token: string) => Promise<Identified>;
  readonly reports: AgentReports;
  readonly log: Logger;
}

export interface AgentListener {
  /** Where it listens. */
  readonly port: number;
  close(): Promise<void>;
}

/** An agent keeps one connection. */
const MOST_CONNECTIONS = 1024;
const TIMES = { headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 330_000, connectionsCheckingInterval: 5_000 } as const;
const SILENCE_MS = 340_000;

/** Listens for agents, over TLS only. Rejects when it cannot, with an Error that says why. */
export async function listenToAgents(options: ListenerOptions): Promise<AgentListener> {
  const { host, port, log } = options;
  const refused = createRefusalLog(log);
  const files = createPair(options);
  const server = createServer({ ...files.read(), minVersion: 'TLSv1.2', ...TIMES }, (request, response) => {
    answer(request, response, { ...options, refused }).catch((error: unknown) => {
      log.error({ error: wordsOf(error) }, 'a report of an agent could not be answered');
      if (!response.headersSent) refuse(response, 500, 'internal error');
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = SILENCE_MS;
  server.prependListener('connection', () => {
    try {
      const changed = files.changed();
      if (changed) server.setSecureContext(changed);
    } catch (error) {
      log.error({ error: wordsOf(error) }, 'the certificate for agents is not usable; the last one stays in force');
    }
  });
  // A handshake that fails is the other side's.
  server.on('tlsClientError', (error) => log.debug({ error: error.message }, 'a handshake with an agent failed'));
  await listening(server, port, host);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(new Error(`cannot listen for agents on ${host ?? ''}:${port}: ${error.message}`));
    server.once('error', failed);
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.off('error', failed);
      server.on('error', () => {});
      resolve();
    });
  });
}

interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

function createPair({ certFile, keyFile }: Pick<ListenerOptions, 'certFile' | 'keyFile'>) {
  const stampNow = () => [certFile, keyFile].map((file) => statSync(file).mtimeMs).join(' ');
  let stamp = '';
  const read = (): Pair => {
    stamp = stampNow();
    return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  };
  return { read, changed: () => (stampNow() === stamp ? undefined : read()) };
}

/** One line for each address and reason, so that nobody fills our log. */
type RefusalLog = (request: IncomingMessage, fields: Readonly<Record<string, string | number>>) => void;
const MOST_REFUSALS = 100;

function createRefusalLog(log: Logger): RefusalLog {
  const said = new Set<string>();
  return ({ socket }, fields) => {
    const line = { from: socket.remoteAddress, ...fields };
    const key = JSON.stringify(line);
    if (said.has(key)) return;
    if (said.size >= MOST_REFUSALS) said.clear();
    said.add(key);
    log.warn(line, 'an agent is not let in');
  };
}

interface Answering extends Pick<ListenerOptions, 'identify' | 'reports'> {
  readonly refused: RefusalLog;
}

async function answer(request: IncomingMessage, response: ServerResponse, { identify, reports, refused }: Answering): Promise<void> {
  if (request.url !== REPORT_PATH) return refuse(response, 404, 'not found');
  if (request.method !== 'POST') return refuse(response, 405, 'POST is allowed');
  const token = bearerOf(request.headers.authorization);
  if (token === undefined) return refuse(response, 401, 'a bearer token is wanted');
  const who = await identify(token);
  if ('status' in who) {
    refused(request, { status: who.status, reason: who.says });
    return refuse(response, who.status, who.says);
  }
  let report: ReturnType<typeof parseReport>;
  try {
    report = parseReport(await bodyOf(request));
  } catch (error) {
    return refuse(response, 400, wordsOf(error));
  }
  if (report.node !== who.node) {
    refused(request, { status: 403, reason: `it speaks for ${report.node}`, node: who.node });
    return refuse(response, 403, `the token is of node ${who.node}; a report of ${report.node} is not taken`);
  }
  if (!reports.take(report)) return refuse(response, 503, 'too many agents report');
  const text = JSON.stringify(reports.orders());
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }).end(text);
}

/** @throws RangeError when it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > LARGEST.text) throw new RangeError(`at most ${LARGEST.text} bytes are allowed`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** What is not read of the request ends with its connection. */
function refuse(response: ServerResponse, status: number, says: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', Connection: 'close' }).end(`${says}\n`);
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
