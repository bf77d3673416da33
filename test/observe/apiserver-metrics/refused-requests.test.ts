import { describe, expect, it } from 'vitest';
import { readApiserverMetrics } from '../../../src/observe/apiserver-metrics/reading.ts';
import { hurtClients, MOST_KINDS, RefusedRequests } from '../../../src/observe/apiserver-metrics/refused-requests.ts';

const TIDES = 'tides.example.com/v1';
const FAMILY = 'apiserver_request_terminations_total';

/** As a kube-apiserver prints it. */
function line(count: number, differs: Readonly<Record<string, string>> = {}): string {
  const labels = {
    ...{ code: '503', component: 'aggregator', group: 'tides.example.com', resource: 'gauges', scope: 'cluster', subresource: '' },
    ...{ verb: 'LIST', version: 'v1', ...differs },
  };
  return `${FAMILY}{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}} ${count}\n`;
}

function read(...lines: string[]) {
  const { scanner, reading } = readApiserverMetrics();
  scanner.write(Buffer.from(`# TYPE ${FAMILY} counter\n${lines.join('')}`));
  scanner.end();
  return reading.refused;
}

type Reading = readonly [seconds: number, lines: readonly string[], began?: number];

/** What is known after these readings, each some seconds after the first. */
function afterReading(...readings: readonly Reading[]) {
  const requests = new RefusedRequests();
  for (const [seconds, lines, began = 1] of readings)
    requests.take({ at: seconds * 1000, startTimeSeconds: began, refused: read(...lines) });
  return requests;
}
const added = (requests: RefusedRequests, of = TIDES) => {
  const known = requests.of(of);
  return known && Object.fromEntries([...known].map(([kind, { more, seconds }]) => [kind, [more, seconds]]));
};

describe('requests that a kube-apiserver refused', () => {
  it.each<[string, readonly Reading[], object | undefined]>([
    ['are not known after one reading', [[0, [line(7)]]], undefined],
    [
      'are none when nothing was added',
      [
        [0, [line(7)]],
        [30, [line(7)]],
      ],
      {},
    ],
    [
      'are those that were added',
      [
        [0, [line(7)]],
        [30, [line(9)]],
      ],
      { 'LIST gauges': [2, 30] },
    ],
    [
      'count from the first one',
      [
        [0, []],
        [30, [line(2)]],
      ],
      { 'LIST gauges': [2, 30] },
    ],
    [
      'are one number for all codes, and one for each verb and resource',
      [
        [0, []],
        [30, [line(2), line(1, { code: '500' }), line(4, { verb: 'GET' }), line(8, { resource: 'floods' })]],
      ],
      { 'LIST gauges': [3, 30], 'GET gauges': [4, 30], 'LIST floods': [8, 30] },
    ],
    [
      'leave out other groups',
      [
        [0, []],
        [30, [line(2, { group: 'neap.tides.example.com' })]],
      ],
      {},
    ],
    [
      'leave out other versions',
      [
        [0, []],
        [30, [line(2, { version: 'v1beta1' })]],
      ],
      {},
    ],
    [
      'leave out discovery, which has no resource',
      [
        [0, []],
        [30, [line(2, { resource: '' })]],
      ],
      {},
    ],
    [
      'leave out what the kube-apiserver ended itself',
      [
        [0, []],
        [30, [line(2, { component: 'apiserver' })]],
      ],
      {},
    ],
    [
      'are those of five minutes',
      [
        [0, [line(1)]],
        [200, [line(3)]],
        [400, [line(6)]],
      ],
      { 'LIST gauges': [3, 200] },
    ],
    [
      'begin anew with the server',
      [
        [0, [line(5)]],
        [30, [line(2)], 2],
      ],
      undefined,
    ],
  ])('%s', (_, readings, expected) => {
    expect(added(afterReading(...readings))).toEqual(expected);
  });

  it('are kept for a thousand resources: their names come from clients', () => {
    const lines = Array.from({ length: MOST_KINDS + 5 }, (_, n) => line(1, { resource: `r${n}` }));
    expect(read(...lines).size).toBe(MOST_KINDS);
  });
});

describe('clients that are hurt', () => {
  const one = afterReading([0, []], [30, [line(2), line(5, { verb: 'GET' })]]).of(TIDES);
  const other = afterReading([0, []], [60, [line(7)]]).of(TIDES);

  it('are told by verb and resource over all kube-apiservers, the most refused first', () => {
    expect(hurtClients([one, other, undefined], 'tides.example.com')).toEqual([
      {
        kind: 'client',
        name: 'LIST gauges',
        says: '9 requests to LIST gauges.tides.example.com were refused by the kube-apiserver in the last 60 s; it does not count who asked, and our own probes are among them',
      },
      expect.objectContaining({ name: 'GET gauges', says: expect.stringMatching(/^5 requests to GET .* in the last 30 s; /) }),
    ]);
  });

  it('are not known while no kube-apiserver is', () => {
    expect(hurtClients([undefined], 'tides.example.com')).toBeUndefined();
    expect(hurtClients([new Map()], 'tides.example.com')).toEqual([]);
  });
});
