import { describe, expect, it } from 'vitest';
import { normalise } from '../../scripts/versions/normalise.ts';
import { renderVersions } from '../../scripts/versions/page.ts';
import type { Recording, SeenFault } from '../../scripts/versions/recording.ts';

const REFUSED: SeenFault = {
  api: 'v1.tides.example.com',
  condition: { status: 'False', reason: 'FailedDiscoveryCheck', message: 'dial tcp 10.245.0.7:8443: connect: connection refused' },
  falseAfter: 3,
  lookedSeconds: 9,
  client: { status: 503, body: JSON.stringify({ message: 'error trying to reach service' }) },
  lines: ['E1129 09:00:01.000000    4711 remote_available_controller.go:448] "tides failed" err="10.245.0.7 | refused"'],
  expected: 'connection-refused (network-connectivity)',
  verdict: 'connection-refused',
  category: 'network-connectivity',
  rightCategory: true,
  rightCause: true,
  confidence: 0.97,
  detected: 0.4,
  rightAfter: 2,
  blamed: [],
  commands: [],
};
const RECORDING: Recording = {
  versions: { kubernetes: 'v1.90.1', go: 'go1.99', etcd: '3.9.0', sampleApiserver: 'v1.90.1' },
  load: { before: 1, after: 2, processors: 2 },
  faults: { 'packets-refused': REFUSED },
  readyz: ['ping'],
  metrics: { apiserver_current_inflight_requests: ['request_kind'] },
  discovery: { v2: [{ path: '/apis', accept: 'application/json', answer: 'application/json' }] },
};

function page(newer: Partial<Recording> = {}): string {
  return renderVersions(
    new Map([
      ['1.90', RECORDING],
      ['1.91', { ...RECORDING, ...newer }],
    ]),
  );
}

const faultWith = (differs: Partial<SeenFault>): Partial<Recording> => ({ faults: { 'packets-refused': { ...REFUSED, ...differs } } });

describe('the page of versions', () => {
  it('says once what two versions have in common, though addresses, times and numbers of lines differ', () => {
    const elsewhere = {
      status: 'False',
      reason: 'FailedDiscoveryCheck',
      message: 'dial tcp 10.245.0.99:8443: connect: connection refused',
    };
    const line = 'E1130 23:59:59.999999       1 remote_available_controller.go:521] "tides failed" err="10.245.0.99 | refused"';
    const text = page(faultWith({ condition: elsewhere, lines: [line] }));
    expect(text).toContain('| packets-refused | all | `dial tcp POD:8443: connect: connection refused` |');
    expect(text).toContain('| packets-refused | all | `E remote_available_controller.go] "tides failed" err="POD \\| refused"` |');
  });

  it.each<[string, Partial<Recording>, string]>([
    [
      'a text',
      faultWith({ condition: { status: 'False', reason: 'FailedDiscoveryCheck', message: 'refused' } }),
      '| packets-refused | 1.90 | `dial tcp POD:8443: connect: connection refused` |\n|  | 1.91 | `refused` |',
    ],
    ['a line that only one has', faultWith({ lines: [] }), '| packets-refused | 1.90 | `E remote_available'],
    ['a verdict', faultWith({ verdict: 'unknown', rightCause: false, rightCategory: false }), 'unknown 0.97 (**wrong**)'],
    [
      'a label',
      { metrics: { apiserver_current_inflight_requests: ['kind'] } },
      '| `apiserver_current_inflight_requests` | yes | request_kind | kind |',
    ],
    ['a metric that is gone', { metrics: {} }, '| `apiserver_current_inflight_requests` | yes | request_kind | absent |'],
    ['a check', { readyz: ['ping', 'tide'] }, '| `tide` | 1.91 |'],
    [
      'what discovery is asked for',
      { discovery: { v2: [{ path: '/apis', accept: 'x', answer: 'y' }] } },
      '| v2 | 1.90 | `/apis` | `application/json` | `application/json` |\n|  | 1.91 | `/apis` | `x` | `y` |',
    ],
    [
      'a condition that stays True',
      faultWith({ condition: { status: 'True', reason: 'Passed', message: 'm' } }),
      'after 3 s | True Passed',
    ],
  ])('names the version where %s differs', (_what, newer, row) => {
    expect(page(newer)).toContain(row);
    expect(page()).not.toContain(row);
  });
});

describe('normalise', () => {
  it.each([
    ['E1129 09:00:01.000000    4711 handler_proxy.go:143] x', 'E handler_proxy.go] x'],
    ['expired: current time 2026-11-29T09:00:01Z is after 2026-11-28T09:00:01Z', 'expired: current time TIME is after TIME'],
    [
      'read tcp 192.0.2.2:40122->10.245.0.7:8443: read: connection reset by peer',
      'read tcp SOURCE->POD:8443: read: connection reset by peer',
    ],
    ['service/wardle in "wardle"', 'service/wardle in "wardle"'],
    ['uid 9b2c1a77-0c1e-4f6b-8a55-0d3a5e0e4a11', 'uid UID'],
  ])('%s', (text, expected) => {
    expect(normalise(text)).toBe(expected);
  });
});
