import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyHeader, readLineHeader, SEVERITIES } from '../../src/signatures/line-header.ts';

function read(line: string): [severity: string, file: string, message: string] {
  const bytes = Buffer.from(`..${line}..`);
  const header = emptyHeader();
  readLineHeader(bytes, 2, bytes.length - 2, header);
  return [
    header.severity,
    bytes.toString('utf8', header.fileStart, header.fileEnd),
    bytes.toString('utf8', header.messageStart, header.messageEnd),
  ];
}

describe('the header of', () => {
  it.each<[string, string, ReturnType<typeof read>]>([
    ['klog', 'E0105 09:00:00.000000       1 gauge.go:12] tide [7] is lost', ['error', 'gauge.go', 'tide [7] is lost']],
    ['klog', 'I1231 23:59:59.999999 1234567 a_b.go:1] ', ['info', 'a_b.go', '']],
    [
      'klog',
      'W0105 09:00:00.000000       1 reflector.go:561] k8s.io/x.go:243: failed',
      ['warning', 'reflector.go', 'k8s.io/x.go:243: failed'],
    ],
    ['klog', 'F0105 09:00:00.000000       1 main.go:3] end', ['fatal', 'main.go', 'end']],
    ['structured klog', 'E0105 09:00:00.000000       1 s.go:9] "Failed \\"x\\"" node="a" err="b"', ['error', 's.go', 'Failed \\"x\\"']],
    [
      'an unhandled error',
      'E0105 09:00:00.000000       1 r.go:9] "Unhandled Error" err="tide is lost" logger="UnhandledError"',
      ['error', 'r.go', '"Unhandled Error" err="tide is lost" logger="UnhandledError"'],
    ],
    ['klog’s JSON', '{"ts":1700000000000.1,"caller":"a/x.go:471","msg":"tide","err":"lost"}', ['error', 'a/x.go', 'tide']],
    ['klog’s JSON', '{"ts":1700000000000.1,"caller":"a/x.go:471","msg":"tide","v":0}', ['info', 'a/x.go', 'tide']],
    [
      'zap’s JSON',
      '{"level":"error","ts":"x","caller":"a/b.go:7","msg":"no \\"tide\\"","stacktrace":"y"}',
      ['error', 'a/b.go', 'no \\"tide\\"'],
    ],
    ['zap’s JSON', '{"level": "WARN", "logger": "gauge", "msg": "m"}', ['warning', 'gauge', 'm']],
    ['nested JSON', '{"req":{"level":"fatal","list":[{"msg":"no"}]},"msg":"yes","severity":"INFO"}', ['info', '', 'yes']],
    ['pino', '{"level":50,"time":1,"pid":7,"msg":"lost"}', ['error', '', 'lost']],
    ['logfmt', 'time="2026-01-05T09:00:00Z" level=error msg="tide \\"x\\" lost" err=EOF', ['error', '', 'tide \\"x\\" lost']],
    ['logfmt', 'ts=2026-01-05T09:00:00Z caller=main.go:9 level=warn component=gauge msg=lost', ['warning', 'main.go', 'lost']],
    ['zap’s console', '2026-01-05T09:00:00.000Z\tERROR\tgauge\ttide lost', ['error', '', 'gauge\ttide lost']],
    ['brackets', '[error] 7#7: tide lost', ['error', '', '7#7: tide lost']],
    ['brackets', '2026/01/05 09:00:00 [WARN] tide', ['warning', '', 'tide']],
    ['a level before a colon', 'error: tide lost', ['error', '', 'tide lost']],
    ['a level before a colon', 'ERROR: tide lost', ['error', '', 'tide lost']],
    ['a panic', 'panic: runtime error: index out of range', ['fatal', '', 'panic: runtime error: index out of range']],
    ['a panic', 'fatal error: all goroutines are asleep', ['fatal', '', 'fatal error: all goroutines are asleep']],
    ['prose', 'an error is a fatal thing to info', ['unknown', '', 'an error is a fatal thing to info']],
    ['prose', 'Error handling is on, info follows', ['unknown', '', 'Error handling is on, info follows']],
    ['Go’s log', '2026/01/05 09:00:00 http: TLS handshake error', ['unknown', '', '2026/01/05 09:00:00 http: TLS handshake error']],
    ['almost klog', 'E010 09:00:00.000000 1 x.go:1] y', ['unknown', '', 'E010 09:00:00.000000 1 x.go:1] y']],
    ['broken JSON', '{"level":"error","msg":"tide', ['error', '', 'tide']],
    ['an empty line', '', ['unknown', '', '']],
  ])('%s: %j', (_, line, expected) => {
    expect(read(line)).toEqual(expected);
  });

  it('any bytes is one of the severities, and its parts are in the line', () => {
    const word = fc.constantFrom(
      '{',
      '}',
      '"',
      '\\',
      ':',
      '=',
      ' ',
      'level',
      'msg',
      'error',
      'E0105 ',
      ']',
      '[',
      ',',
      '1',
      'caller',
      '\t',
      'é',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        const bytes = Buffer.from(`..${words.join('')}..`);
        const header = emptyHeader();
        readLineHeader(bytes, 2, bytes.length - 2, header);
        const parts = [header.fileStart, header.fileEnd, header.messageStart, header.messageEnd];
        expect(SEVERITIES).toContain(header.severity);
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(2);
        expect(Math.max(...parts)).toBeLessThanOrEqual(bytes.length - 2);
        expect(header.messageEnd).toBeGreaterThanOrEqual(header.messageStart);
      }),
      { numRuns: 2000 },
    );
  });
});
