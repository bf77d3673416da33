import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Attempt, attempt } from '../../src/net/attempt.ts';
import { LIMITS } from '../../src/net/limits.ts';
import { createLoopWatch } from '../../src/net/loop-watch.ts';
import { reasonOf } from '../../src/net/network-errors.ts';
import { createSlots } from '../../src/net/slots.ts';
import { createServingTrusts } from '../../src/probe/serving-trust.ts';
import { apiTarget, SERVER_NAME } from '../probe/servers.ts';
import { createAuthority, type Issued } from '../support/certificates.ts';
import { useLoopTime } from '../support/virtual-time.ts';

useLoopTime();

let ca: string;
let serving: Issued;
const ends: (() => void)[] = [];
beforeAll(async () => {
  const authority = await createAuthority({ name: 'harbour-ca' });
  ca = authority.cert;
  serving = await authority.issue({ names: [SERVER_NAME] });
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
afterAll(() => expect(ends).toEqual([]));

async function listening(server: ReturnType<typeof createServer> | ReturnType<typeof createTcpServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => {})));
  server.on('tlsClientError', () => {});
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A backend that is asked, and answers as it likes. */
const backend = (answer: (socket: TLSSocket) => void, options: TlsOptions = {}): Promise<number> =>
  listening(
    createServer({ cert: serving.cert, key: serving.key, ...options }, (socket) => {
      socket.on('error', () => {}).setNoDelay(true);
      socket.once('data', () => answer(socket));
    }),
  );

const MAX_BODY = 64 * 1024;

function ask(port: number, timeoutMs = 5000): Promise<Attempt> {
  const { context } = createServingTrusts()(apiTarget({ caBundle: ca }));
  return attempt({
    slots: createSlots(() => 4, 1000),
    loop: createLoopWatch(),
    open: new Set(),
    lane: 'endpoint',
    host: '127.0.0.1',
    port,
    tls: { context, servername: SERVER_NAME, rejectUnauthorized: false },
    path: '/apis/tides.example.com/v1',
    timeoutMs,
    maxBody: MAX_BODY,
  });
}

const OK = 'HTTP/1.1 200 OK\r\n';
const HEAD = `${OK}Content-Length: 2\r\n\r\nhi`;
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const END = '0\r\n\r\n';
const { interimHeads, headBytes, headLines, chunkLineBytes, chunkExcessBytes, trailerBytes, smallPieces } = LIMITS;
const fill = (bytes: number): string => 'x'.repeat(bytes);
/** A head of exactly so many bytes. */
const headOf = (bytes: number): string =>
  `${OK}Content-Length: 2\r\nX: ${fill(bytes - OK.length - 'Content-Length: 2\r\nX: \r\n\r\n'.length)}\r\n\r\nhi`;
const headersOf = (lines: number): string => `${OK}Content-Length: 2\r\n${'a: b\r\n'.repeat(lines - 2)}\r\nhi`;
/** One chunk of a byte whose line has so many bytes. */
const chunkLineOf = (bytes: number): string => `${CHUNKED}1;${fill(bytes - 2)}\r\nx\r\n${END}`;
/** Chunks of a byte with 400 bytes of line: 386 more than what is granted to each, line ends included. */
const excessOf = (bytes: number): string => `${CHUNKED}${`1;${fill(398)}\r\nx\r\n`.repeat(Math.floor(bytes / 386))}${END}`;
const trailersOf = (bytes: number): string => `${CHUNKED}1\r\nx\r\n0\r\nA: ${fill(bytes / 2 - 5)}\r\nB: ${fill(bytes / 2 - 5)}\r\n\r\n`;
const chunksOf = (count: number): string => `${CHUNKED}${'1\r\nx\r\n'.repeat(count - 1)}${END}`;

describe('an answer is read up to its limit, and refused beyond it', () => {
  it.each<[string, string, string, string]>([
    [
      'interim responses',
      'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(interimHeads) + HEAD,
      'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(interimHeads + 1) + HEAD,
      `more than ${interimHeads} interim responses (1xx)`,
    ],
    ['bytes of a head', headOf(headBytes), headOf(headBytes + 1), `response heads are longer than ${headBytes} bytes`],
    [
      'bytes of all heads together',
      `HTTP/1.1 103 Early Hints\r\n\r\n${headOf(headBytes - 28)}`,
      `HTTP/1.1 103 Early Hints\r\n\r\n${headOf(headBytes - 27)}`,
      `response heads are longer than ${headBytes} bytes`,
    ],
    ['lines of a head', headersOf(headLines), headersOf(headLines + 1), `more than ${headLines} lines in a response head`],
    [
      'bytes of a chunk line',
      chunkLineOf(chunkLineBytes - 1),
      chunkLineOf(chunkLineBytes),
      `a chunk line or trailer is longer than ${chunkLineBytes} bytes`,
    ],
    [
      'chunk extensions in sum',
      excessOf(chunkExcessBytes),
      excessOf(chunkExcessBytes + 386),
      'chunked encoding contains too much non-data',
    ],
    ['bytes of trailers', trailersOf(trailerBytes), trailersOf(trailerBytes + 2), `trailers are longer than ${trailerBytes} bytes`],
    ['tiny chunks', chunksOf(smallPieces), chunksOf(smallPieces + 2), `${smallPieces + 1} chunks for ${smallPieces} bytes of body`],
  ])('%s', async (_, under, over, words) => {
    const good = await ask(await backend((socket) => socket.write(under)));
    expect(good.problem).toBeUndefined();
    expect(good.head?.status).toBe(200);
    const bad = await ask(await backend((socket) => socket.write(over)));
    expect(bad.problem).toMatchObject({ kind: 'invalid', message: words });
    expect(reasonOf(bad.problem!)).toBe('invalid_response');
  });

  it.each([
    [`${MAX_BODY} bytes of a body whole`, MAX_BODY, false],
    ['one more: it is judged by what was read', MAX_BODY + 1, true],
  ])('%s', async (_, bytes, capped) => {
    const seen = await ask(await backend((socket) => socket.write(`${OK}Content-Length: ${bytes}\r\n\r\n${fill(bytes)}`)));
    expect(seen.problem).toBeUndefined();
    expect([seen.body.length, seen.capped]).toEqual([MAX_BODY, capped]);
  });

  it('crumbs: an answer in records of a byte', async () => {
    const inCrumbs = (count: number) => (socket: TLSSocket) => {
      socket.write(`${OK}Content-Length: ${count}\r\n\r\n`);
      const write = (left: number): void => {
        if (left > 0 && !socket.destroyed) socket.write('x', () => write(left - 1));
      };
      write(count);
    };
    const good = await ask(await backend(inCrumbs(smallPieces - 10)));
    expect([good.problem, good.body.length]).toEqual([undefined, smallPieces - 10]);
    const bad = await ask(await backend(inCrumbs(smallPieces * 2)));
    expect(bad.problem).toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/^not an answer of an API server: \d+ records for \d+ bytes$/),
    });
  });

  it('bytes that never become an answer: handshake messages that TLS ignores', async () => {
    // HelloRequest is skipped by a client until the ServerHello comes (RFC 5246, 7.4.1.1): nothing reaches a listener.
    const record = Buffer.from([22, 3, 3, 0, 4, 0, 0, 0, 0]);
    const flood = Buffer.concat(Array.from({ length: 1000 }, () => record));
    const port = await listening(
      createTcpServer((socket) => {
        const more = (): void => {
          while (!socket.destroyed && socket.write(flood));
        };
        socket.on('error', () => {}).on('drain', more);
        socket.once('data', more);
      }),
    );
    const seen = await ask(port, 30_000);
    expect(seen.problem).toMatchObject({
      phase: 'tls',
      kind: 'invalid',
      message: expect.stringMatching(/bytes on the wire, \d+ are allowed$/),
    });
    expect(seen.seconds).toBeLessThan(15);
  });

  it('time, whatever comes meanwhile', async () => {
    const port = await backend((socket) => {
      socket.write(`${OK}Content-Length: 1000\r\n\r\n`);
      const timer = setInterval(() => socket.write('x'), 50);
      socket.on('close', () => clearInterval(timer));
    });
    const seen = await ask(port, 400);
    expect(seen.problem).toMatchObject({ phase: 'transfer', kind: 'timeout' });
    expect(reasonOf(seen.problem!)).toBe('transfer_timeout');
  });
});

describe('a handshake is as the aggregator would make it', () => {
  it.each<[string, TlsOptions, string | undefined]>([
    ['TLS 1.3', { minVersion: 'TLSv1.3' }, undefined],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }, undefined],
    ['TLS 1.2 with CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }, undefined],
    ['no TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, 'tls_handshake_failed'],
    [
      'no group that the server chooses',
      { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES128-GCM-SHA256', dhparam: 'auto' },
      'tls_handshake_failed',
    ],
  ])('%s', async (_, options, reason) => {
    const seen = await ask(await backend((socket) => socket.write(HEAD), options));
    expect(seen.problem && reasonOf(seen.problem)).toBe(reason);
  });

  it('without renegotiation, which a server could ask for without end', async () => {
    let asked: Error | null | undefined;
    const port = await backend(
      (socket) => {
        socket.renegotiate({}, (error) => {
          asked = error;
        });
        setTimeout(() => socket.write(HEAD), 100);
      },
      { maxVersion: 'TLSv1.2' },
    );
    const seen = await ask(port);
    expect(seen.head?.status ?? seen.problem?.phase).toBeDefined();
    expect(asked).not.toBeNull();
  });
});
