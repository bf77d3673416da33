import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SIGNATURES } from '../../src/signatures/list.ts';
import { meaningOf } from '../../src/utterances/meaning.ts';
import { readUtterance } from '../../src/utterances/read.ts';

/** Pieces of which errors are built, and what breaks readers. */
const PIECES = [
  'Get "https://10.96.7.7:443/apis/tides.example.com/v1": ',
  'dial tcp [fd00::1]:443: connect: ',
  'dial tcp: lookup ',
  'read tcp 10.0.0.1:1->10.0.0.2:443: ',
  'read unix @->/tunnel-uds/proxysocket: ',
  'rpc error: code = Unavailable desc = "transport: Error while dialing: ',
  'proxyconnect tcp: ',
  'failing or missing response from https://',
  'connection refused',
  'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
  'x509: certificate is valid for ',
  '{"level":"error","error":"',
  '\\"',
  '"',
  ': ',
  ' ',
  '10.0.0.1:',
  '->',
  'https://',
  '@',
  '[',
  '\u0000',
  '🌊',
];
const message = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.constantFrom(...SIGNATURES.flatMap(({ matches }) => matches)),
  fc.string({ maxLength: 300 }),
);
const speaker = fc.constantFrom('aggregated-server', 'kube-apiserver', 'client', 'kubelet', 'controller', 'unknown' as const);

describe('a message of any kind', () => {
  it('has one reading, the same each time, with a place within the message', () => {
    fc.assert(
      fc.property(message, speaker, (text, who) => {
        const first = readUtterance(text, who);
        expect(readUtterance(text, who)).toEqual(first);
        if (!first) return;
        const { port, host } = first.target;
        if (port !== undefined) expect(port).toBeGreaterThanOrEqual(0);
        if (host !== undefined) expect(text).toContain(host);
        meaningOf(first);
      }),
      { numRuns: 3000 },
    );
  });

  it.each(PIECES)('is read in linear time: %j again and again', (piece) => {
    const text = piece.repeat(Math.ceil(200_000 / piece.length));
    const start = performance.now();
    for (let time = 0; time < 20; time++) readUtterance(text, 'unknown');
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
