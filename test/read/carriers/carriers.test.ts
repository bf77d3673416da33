import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENVELOPES } from '../../../src/read/carriers/envelopes.ts';
import { PREFIXES } from '../../../src/read/carriers/prefixes.ts';
import { unwrapped } from '../../../src/read/carriers/unwrap.ts';
import { readText } from '../../../src/read/text/read-text.ts';
import { SAMPLE } from '../text/sample.ts';
import { CARRIED, REFUSED } from './samples.ts';
import { WRAPS, WRAPS_OF_LOGS } from './wrap.ts';

/** What a text says, without when: carriers stamp times. */
function reading(text: string): unknown {
  const after = readText(text).at(-1);
  return JSON.parse(JSON.stringify({ apis: after?.apis, cluster: after?.cluster }), (_, value: unknown) =>
    typeof value === 'number' && value > 9e11 ? 0 : value,
  );
}

const unwrappedTexts = (text: string) => [...unwrapped(text)].map((line) => line.text);

/** Lines that say something, of each kind that a person pastes. */
const LINES = [
  ...SAMPLE.split('\n'),
  REFUSED,
  'NAME                   SERVICE              AVAILABLE                 AGE',
  'v1.quays.example.com   harbour/quay         False (MissingEndpoints)  1d',
  'error: Metrics API not available',
  '{"level":"error","ts":"2026-01-05T09:00:01Z","msg":"cannot list gauges","error":"context deadline exceeded"}',
  'panic: runtime error: index out of range [3] with length 3',
  'Warning  Unhealthy  10s (x5 over 1m)  kubelet  Readiness probe failed: HTTP probe failed with statuscode: 500',
];
const LOGS = [
  REFUSED,
  'E0105 09:00:02.000000       1 scraper.go:149] "Failed to scrape node" err="Get \\"https://192.0.2.10:10250/metrics/resource\\": dial tcp 192.0.2.10:10250: i/o timeout" node="node-a"',
  'W0105 09:00:03.000000       1 reflector.go:561] watch of *v1.ConfigMap ended with: very short watch',
  '{"level":"error","ts":"2026-01-05T09:00:01Z","msg":"cannot list gauges, and what follows is long enough for a terminal","error":"context deadline exceeded"}',
  'time="2026-01-05T09:00:01Z" level=error msg="unable to list gauges of the harbour: rpc error: code = Unavailable desc = connection error"',
];
const text = fc
  .array(fc.constantFrom(...LINES), { minLength: 1, maxLength: 12 })
  .map((lines) => lines.join('\n'))
  // A document that begins in its middle is part of whatever stands before it.
  .filter((lines) => !/^\s/.test(lines));
const logs = fc.array(fc.constantFrom(...LOGS), { minLength: 1, maxLength: 6 }).map((lines) => lines.join('\n'));

describe('a carried text', () => {
  it.each(WRAPS)('says what it says bare: $name', ({ wrap }) => {
    expect(reading(wrap(SAMPLE.trim()))).toEqual(reading(SAMPLE.trim()));
    fc.assert(
      fc.property(text, (bare) => {
        expect(reading(wrap(bare))).toEqual(reading(bare));
      }),
      { numRuns: 12 },
    );
  });

  it.each(WRAPS_OF_LOGS)('says what it says bare, of logs: $name', ({ wrap }) => {
    fc.assert(
      fc.property(logs, (bare) => {
        expect(reading(wrap(bare))).toEqual(reading(bare));
      }),
      { numRuns: 12 },
    );
  });

  it.each(WRAPS)('says the same where another carries it: $name', (outer) => {
    const bare = reading(SAMPLE.trim());
    // The box pads with blanks: the one at the end of a part is lost.
    const inners = outer.name === 'the box of a screen' ? WRAPS.filter(({ name }) => !name.includes('in parts')) : WRAPS;
    const unlike = inners.filter((inner) => JSON.stringify(reading(outer.wrap(inner.wrap(SAMPLE.trim())))) !== JSON.stringify(bare));
    expect(unlike.map(({ name }) => name)).toEqual([]);
  });
});

const POD = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'tide-gauge-0' }, status: { phase: 'Running' } };

describe('a text that nothing carried', () => {
  it.each<[what: string, text: string]>([
    ['a prompt', '> kubectl get pods'],
    ['a row of pods', 'tide-gauge-7c9f8d6b5-abcde    0/1     CrashLoopBackOff   7   12m'],
    ['a pod in a sentence', 'quay-6d94bc8694-zk4lw pod was OOMKilled yesterday'],
    ['a log line in JSON', '{"level":"error","ts":"2026-01-05T09:00:01Z","msg":"cannot list gauges"}'],
    ['a log line with a date of its own', '2026-01-05T09:00:01Z ERROR no gauge'],
    ['a log line of Python', '2026-01-05 09:00:01,123 ERROR no gauge'],
    ['a log line in brackets', '[error] 7#7: *3 connect() failed (111: Connection refused) while connecting to upstream'],
    ['a list', '- one\n- two > three\n+ four'],
    ['an error of the API', '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"not found","code":404}'],
    ['an object over several lines', JSON.stringify(POD, null, 4)],
    ['JSON that is cut', '{\n  "kind": "Pod",\n  "items": ['],
    ['JSON in one line that is cut', '{"log":"E0105 09:00:00.000000 1 a.go:1] failed'],
    ['JSON that is too deep', `${'{"log":'.repeat(1000)}1${'}'.repeat(1000)}`],
    ['a condition whose message is a block', 'conditions:\n- message: |-\n    one\n    two\n  reason: x'],
    ['rows of one length', `${'I'.repeat(80)}\n${'v'.repeat(80)}\n${'w'.repeat(80)}`],
    [
      'a row below an error as long as the widest line',
      `Error from server: the server is currently unable to handle it (get tides.tides.example.com)\nkube-system   tide-gauge-0   0/1   CrashLoopBackOff   7\n${'mole   2m   Warning   Unhealthy   pod/ferry-0   Readiness probe failed: it '.padEnd(92, 'x')}`,
    ],
    ['a short log line before words', 'E0105 09:00:00.000000       1 a.go:1] failed\nand then nothing more was printed'],
    ['a tree', '  ├─1234 kube-apiserver --secure-port=6443\n  └─1235 pause'],
    ['sums', '+ 7 | 8'],
    ['a block of keys', '  name: quay\n    namespace: harbour'],
  ])('comes out as it is: %s', (_, text) => {
    expect(unwrappedTexts(text).join('\n')).toBe(text);
  });
});

describe('what is drawn around a text', () => {
  it.each<[what: string, text: string, shown: readonly string[]]>([
    ['a table of Markdown', '| NAME | AGE |\n|:--|--:|\n| `quay` | **3d** |\n| a\\|b | |', ['NAME   AGE', 'quay   3d', 'a|b   -']],
    ['a table of psql', '+------+-----+\n| NAME | AGE |\n+------+-----+\n| quay | 3d  |', ['NAME   AGE', 'quay   3d']],
    ['a box with columns', '╭───╮\n│ NAME │ AGE │\n├───┼───┤\n│ quay │ 3d │\n╰───╯', ['NAME     AGE', 'quay     3d']],
    ['a block that says its indentation', 'a:\n  b: |2\n      one\n    two', ['a:', '  b: |2', '  one', 'two']],
    ['an edge', '╷\n│ Error: no gauge\n│\n╵', ['Error: no gauge', '']],
    ['quotations of quotations', '> > one\n>> two\n>\n> three', ['one', 'two', '', 'three']],
  ])('is taken off: %s', (_, text, shown) => {
    expect(unwrappedTexts(text)).toEqual(shown);
  });
});

describe('the carriers', () => {
  it('each say who prints them, and in which version', () => {
    for (const { name, source } of [...PREFIXES, ...ENVELOPES]) expect([name, /\d|API|GNU/.test(source)]).toEqual([name, true]);
    expect(new Set([...PREFIXES, ...ENVELOPES].map(({ name }) => name)).size).toBe(PREFIXES.length + ENVELOPES.length);
  });

  it('keep what they tell of the time and of who speaks', () => {
    const [line] = unwrapped(`[pod/kube-apiserver-quay-1/kube-apiserver] 2026-01-05T09:00:01.113702151Z ${REFUSED}`);
    expect(line).toEqual({
      text: REFUSED,
      at: Date.UTC(2026, 0, 5, 9, 0, 1),
      head: expect.stringContaining('kube-apiserver-quay-1/kube-apiserver') as string,
    });
  });

  it('let no secret through that they had broken or escaped', () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${'a1B2'.repeat(20)}.${'c3D4'.repeat(20)}`;
    const log = `E0105 09:00:01.000000       1 a.go:1] request failed Authorization: Bearer ${token}`;
    for (const text of [JSON.stringify({ log, stream: 'stderr', time: '2026-01-05T09:00:01Z' }), (log.match(/.{1,80}/g) ?? []).join('\n')])
      expect(unwrappedTexts(text).join('\n')).not.toContain('a1B2a1B2a1B2a1B2');
  });

  it('print a line of klog again that a cloud had taken apart', () => {
    expect(unwrappedTexts(CARRIED.find(({ what }) => what === 'Stackdriver, klog taken apart')?.text ?? '')[0]).toMatch(
      /^E0105 09:00:01\.000000 10 remote_available_controller\.go:462\] v1\.tides\.example\.com failed with: /,
    );
  });
});
