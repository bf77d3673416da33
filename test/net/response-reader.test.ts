import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseReader } from '../../src/net/response-reader.ts';

const read = (text: string | Buffer, { end = false, maxBody = 1000 } = {}) => {
  const reader = new ResponseReader(maxBody);
  reader.push(Buffer.from(text));
  if (end) reader.end();
  return reader;
};
const seen = (reader: ResponseReader) => ({
  state: reader.state,
  status: reader.head?.status,
  headers: reader.head && [...reader.head.headers],
  body: reader.body.toString(),
  reusable: reader.reusable,
});

describe('the response reader', () => {
  it.each([
    ['by length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'complete', 'hello', true],
    [
      'by chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\nTrailer: x\r\n\r\n',
      'complete',
      'hello',
      true,
    ],
    ['with bare line ends', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nhi', 'complete', 'hi', true],
    ['without a reason phrase', 'HTTP/1.1 204\r\n\r\n', 'complete', '', true],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'complete', 'hi', false],
    ['that closes', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi', 'complete', 'hi', false],
    ['with more behind it', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi!', 'complete', 'hi', false],
    [
      'after an interim one',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
      'complete',
      'hi',
      true,
    ],
    ['whose body has not come', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe', 'body', 'he', true],
    ['whose head has not come', 'HTTP/1.1 200 OK\r\nContent-Le', 'head', '', false],
    ['without a length, open', 'HTTP/1.1 200 OK\r\n\r\nhello', 'body', 'hello', false],
  ])('reads one %s', (_, text, state, body, reusable) => {
    expect(seen(read(text))).toMatchObject({ state, body, reusable });
  });

  it.each([
    ['without a length, closed', 'HTTP/1.1 200 OK\r\n\r\nhello', 'complete'],
    ['with a length, cut', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe', 'body'],
    ['in chunks, cut', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n', 'body'],
    ['nothing', '', 'head'],
  ])('knows the end of one %s', (_, text, state) => {
    expect(read(text, { end: true }).state).toBe(state);
  });

  it.each([
    'SSH-2.0-OpenSSH_9.2\r\n',
    '\x15\x03\x01\x00\x02\x02\x16',
    'HTTP/1.1 hello world\r\n\r\n',
    'HTTP/2 200 OK\r\n\r\n',
    'HTTP/1.1 99 X\r\n\r\n',
    'HTTP/1.1 2000 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno colon here\r\n\r\n',
    'HTTP/1.1 200 OK\r\n: no name\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`,
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'0'.repeat(5000)}`,
  ])('calls %j invalid, and says why', (text) => {
    const reader = read(text);
    expect(reader.state).toBe('invalid');
    expect(reader.problem).toBeTruthy();
  });

  it('stops at its cap, whatever the framing', () => {
    for (const head of ['Content-Length: 9000', 'Transfer-Encoding: chunked', 'X: y'])
      expect(
        seen(read(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${head.startsWith('T') ? '2000\r\n' : ''}${'b'.repeat(8000)}`, { maxBody: 100 })),
      ).toMatchObject({
        state: 'capped',
        body: 'b'.repeat(100),
      });
  });

  const token = fc
    .stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,15}$/)
    .filter((name) => !/^(content-length|transfer-encoding|connection)$/i.test(name));
  const response = fc.record({
    status: fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304),
    headers: fc.array(fc.tuple(token, fc.stringMatching(/^[!-~]{1,20}$/)), { maxLength: 5 }),
    pieces: fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 }),
    framing: fc.constantFrom('length', 'chunked', 'close'),
    lineEnd: fc.constantFrom('\r\n', '\n'),
  });
  const print = ({ status, headers, pieces, framing, lineEnd: nl }: typeof response extends fc.Arbitrary<infer T> ? T : never) => {
    const body = Buffer.concat(pieces);
    const framed =
      framing === 'chunked'
        ? Buffer.concat([
            ...pieces.flatMap((piece) => [Buffer.from(`${piece.length.toString(16)}${nl}`), Buffer.from(piece), Buffer.from(nl)]),
            Buffer.from(`0${nl}${nl}`),
          ])
        : body;
    const lines = [`HTTP/1.1 ${status} Some Reason`, ...headers.map(([name, value]) => `${name}: ${value}`)];
    if (framing === 'length') lines.push(`Content-Length: ${body.length}`);
    if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
    return { bytes: Buffer.concat([Buffer.from([...lines, '', ''].join(nl), 'latin1'), framed]), body };
  };

  it('reads back what was written, cut into pieces of any size', () => {
    fc.assert(
      fc.property(response, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }), (given, sizes) => {
        const { bytes, body } = print(given);
        const reader = new ResponseReader(1000);
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length]!;
          reader.push(Buffer.from(bytes.subarray(at, at + size)));
          at += size;
        }
        if (given.framing === 'close') reader.end();
        expect(reader.problem).toBeUndefined();
        expect(reader.state).toBe('complete');
        expect(reader.head?.status).toBe(given.status);
        expect(reader.body.equals(body)).toBe(true);
        for (const [name] of given.headers) {
          const values = given.headers.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
          expect(reader.head?.headers.get(name.toLowerCase())).toBe(values.join(', '));
        }
      }),
    );
  });

  it('says the same of any bytes, however they are cut, and never throws', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(response, fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 255 })).map(([given, at, byte]) => {
        const { bytes } = print(given);
        const broken = Buffer.from(bytes);
        broken[at % broken.length] = byte;
        return broken;
      }),
    );
    fc.assert(
      fc.property(garbage, fc.integer({ min: 1, max: 50 }), (bytes, size) => {
        const whole = read(bytes, { maxBody: 64 });
        const cut = new ResponseReader(64);
        for (let at = 0; at < bytes.length; at += size) cut.push(Buffer.from(bytes.subarray(at, at + size)));
        // A head may be refused sooner when it comes in pieces; what is said of a valid one is the same.
        expect(cut.state).toBe(whole.state);
        if (whole.state !== 'invalid') expect(seen(cut)).toEqual(seen(whole));
      }),
    );
  });
});
