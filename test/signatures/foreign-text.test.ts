import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyText, saidItself } from '../../src/signatures/classify.ts';
import { blankForeignText, withoutForeignText } from '../../src/signatures/foreign-text.ts';
import { SIGNATURES } from '../../src/signatures/list.ts';
import { cpuMs } from '../support/cpu-time.ts';

const KLOG = (file: string, text: string, severity = 'E') => `${severity}0105 09:00:13.100000       1 ${file}] ${text}`;
/** As Go's strconv.Quote prints ASCII. */
const quoted = (text: string) => JSON.stringify(text);

/** Who prints it and which field is a client's → the line, given what the client sent. */
const SPEAKERS: readonly (readonly [string, (theirs: string) => string])[] = [
  [
    'httplog.go, userAgent',
    (theirs) =>
      KLOG(
        'httplog.go:134',
        `"HTTP" verb="GET" URI="/x" latency="4ms" userAgent=${quoted(theirs)} audit-ID="0c" srcIP="10.0.0.2:1" resp=503`,
        'I',
      ),
  ],
  [
    'httplog.go, URI',
    (theirs) => KLOG('httplog.go:134', `"HTTP" verb="LIST" URI=${quoted(theirs)} latency="4ms" userAgent="curl" resp=200`, 'I'),
  ],
  [
    'httplog.go, audit-ID',
    (theirs) => KLOG('httplog.go:134', `"HTTP" verb="LIST" URI="/x" latency="4ms" audit-ID=${quoted(theirs)} resp=200`, 'I'),
  ],
  [
    'httplog.go, addedInfo',
    (theirs) =>
      KLOG('httplog.go:134', `"HTTP" verb="LIST" URI="/x" resp=500 addedInfo=${quoted(`\nlogging error output: ${quoted(theirs)}`)}`, 'I'),
  ],
  [
    'httplog.go as JSON, userAgent',
    (theirs) =>
      `{"ts":1767603672123.4,"caller":"httplog/httplog.go:134","msg":"HTTP","v":3,"verb":"GET","URI":"/x","userAgent":${quoted(theirs)},"resp":200}`,
  ],
  [
    'trace.go, user-agent',
    (theirs) => KLOG('trace.go:236', `Trace[1298498081]: "Get" accept:*/*,user-agent:${theirs},verb:GET (09:00) (total time: 812ms):`, 'I'),
  ],
  [
    'trace.go, a step with a field',
    (theirs) => `Trace[1298498081]:  ---"Object stored in database" user-agent:${theirs} 520ms (09:00:13.100)`,
  ],
  ['trace.go, a step', (theirs) => `Trace[1298498081]: ["Get etcd3" key:/${theirs},type:*v1.Gauge 520ms (09:00:13.100)]`],
  ['wrap.go, URI', (theirs) => KLOG('wrap.go:53', `"Timeout or abort while handling" method="GET" URI=${quoted(theirs)} auditID="0c"`)],
  [
    'wrap.go of older releases, URI within err',
    (theirs) =>
      KLOG(
        'wrap.go:54',
        `"Unhandled Error" err=${quoted(`timeout or abort while handling: method=GET URI=${quoted(theirs)} audit-ID="0c"`)}`,
      ),
  ],
  [
    'timeout.go, path',
    (theirs) => KLOG('timeout.go:140', `"Post-timeout activity" timeElapsed="12ms" method="GET" path=${quoted(theirs)} result=null`),
  ],
  [
    'request_deadline.go, URI',
    (theirs) => KLOG('request_deadline.go:73', `Error - invalid timeout specified in the request URL: ${quoted(theirs)}`),
  ],
  [
    'requestinfo.go, query',
    (theirs) => KLOG('requestinfo.go:228', `"Couldn't parse request" err="x" request={"fieldSelector":[${quoted(theirs)}]}`),
  ],
  ['authorization.go, reason', (theirs) => KLOG('authorization.go:93', `"Forbidden" URI="/x" reason=${quoted(theirs)}`, 'I')],
  [
    'get.go, labels',
    (theirs) => KLOG('get.go:279', `"Starting watch" path="/x" resourceVersion="1" labels=${quoted(theirs)} fields=""`, 'I'),
  ],
  [
    'authentication.go, claims of a token',
    (theirs) =>
      KLOG(
        'authentication.go:75',
        `"Unable to authenticate the request" err=${quoted(`[invalid bearer token, oidc: expected audience "a" got ${quoted(theirs)}]`)}`,
      ),
  ],
  [
    'dispatcher.go, the webhook’s answer',
    (theirs) => KLOG('dispatcher.go:225', `rejected by webhook "tides.example.com": &errors.StatusError{Message:${quoted(theirs)}}`, 'W'),
  ],
  [
    'net/http, what a client offers',
    (theirs) =>
      `2026/01/05 09:00:13 http: TLS handshake error from 10.0.0.2:4: tls: client requested unsupported application protocols ([${quoted(theirs)}])`,
  ],
  [
    'http2, the greeting',
    (theirs) => `2026/01/05 09:00:13 http2: server: error reading preface from client 10.0.0.2:4: bogus greeting ${quoted(theirs)}`,
  ],
  ['access line, user agent', (theirs) => `10.1.0.1 - - [05/Jan/2026:09:01:12 +0000] "GET /x HTTP/2.0" 200 512 "-" ${quoted(theirs)}`],
  ['access line, user', (theirs) => `10.1.0.1 - ${theirs} [05/Jan/2026:09:01:12 +0000] "GET /x HTTP/2.0" 200 512 "-" "curl"`],
  [
    'nginx’s error log, request',
    (theirs) => `2026/01/05 09:00:13 [error] 7#7: *1 open() failed, client: 10.0.0.2, server: _, request: ${quoted(theirs)}, host: "x"`,
  ],
  ['logfmt, path', (theirs) => `time="2026-01-05T09:00:13Z" level=error msg="request failed" path=${quoted(theirs)} status=500`],
  ['zap, request’s user agent', (theirs) => `{"level":"error","msg":"request failed","user_agent":${quoted(theirs)},"status":500}`],
];

/** Words of signatures, mildly: each stands for a cause that the line has nothing to do with. */
const WORDS = SIGNATURES.filter(({ pointsTo }) => pointsTo.length > 0).flatMap(({ matches }) => matches.slice(0, 1));

describe('what a client sent is not what the program says', () => {
  it.each(SPEAKERS)('%s', (_, line) => {
    const says = (theirs: string) => saidItself(line(theirs), classifyText(line(theirs)))?.id;
    // Without the blanking at least one of the words names the line.
    expect(WORDS.some((words) => classifyText(line(words))?.id !== classifyText(line('curl'))?.id)).toBe(true);
    for (const words of WORDS) expect(says(words), words).toBe(says('curl'));
  });

  it('whatever it is', () => {
    const theirs = fc.array(fc.oneof(fc.constantFrom(...WORDS, '"', '\\', '\\"', ' ', '=', ':', '{', ']'), fc.string()), { maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...SPEAKERS), theirs, ([, line], parts) => {
        const text = parts.join('').replace(/[\r\n]/g, '');
        expect(saidItself(line(text), classifyText(line(text)))?.id).toBe(saidItself(line('curl'), classifyText(line('curl')))?.id);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a program says itself', () => {
  it.each(SIGNATURES.flatMap(({ id, matches }) => matches.map((line) => [id, line] as const)))('stays: %s, %s', (id, line) => {
    expect(
      saidItself(
        line,
        SIGNATURES.find((signature) => signature.id === id),
      )?.id,
    ).toBe(classifyText(line)?.id);
  });

  it.each([
    'E0105 09:00:13.100000       1 tide.go:7] "Reading failed" err="dial tcp 10.0.0.1:443: connect: connection refused" gauge="north"',
    'error: tide lost: no such host',
    '{"level":"error","msg":"lost","error":"EOF"}',
  ])('is left as it is: %s', (line) => {
    expect(withoutForeignText(line)).toBe(line);
  });

  it('beyond the line is not touched, and a line stays as long as it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...SPEAKERS), (noise, [, line]) => {
        const text = Buffer.concat([Buffer.from(line('a "b" c')), noise]);
        const bytes = Buffer.concat([Buffer.from('path="x"\n'), text, Buffer.from('\nuri="y"')]);
        const before = Buffer.from(bytes);
        blankForeignText(bytes, 9, 9 + text.length);
        expect(bytes.subarray(0, 9)).toEqual(before.subarray(0, 9));
        expect(bytes.subarray(9 + text.length)).toEqual(before.subarray(9 + text.length));
      }),
    );
  });

  it.each([
    ['fields', 'path='],
    ['open quotes', 'uri="'],
    ['backslashes', 'uri=\\'],
    ['JSON', '{"request":{'],
    ['brackets', '[0'],
    ['traces', 'Trace['],
  ])('is found in time that grows with the line, not its square: %s', (_, piece) => {
    const took = (length: number) => {
      const bytes = Buffer.from(piece.repeat(length / piece.length));
      return cpuMs(() => blankForeignText(bytes, 0, bytes.length));
    };
    took(65_536);
    // The square would be more than a second.
    expect(took(1_000_000)).toBeLessThan(500);
  });
});
