import { describe, expect, it } from 'vitest';
import { tooMuch } from '../../../bench/endurance/chaos/calm.ts';
import { countedOf, linesSince } from '../../../bench/endurance/chaos/lines.ts';
import { readSeries } from '../../../bench/endurance/chaos/series.ts';
import { differences, restartsOf } from '../../../bench/endurance/chaos/truth.ts';
import { LogFile } from '../../../src/simulator/node/log-file.ts';

describe('what chaos compares', () => {
  it('is each fact, of both sides', () => {
    const truth = new Map<string, unknown>([
      ['APIs', ['a']],
      ['a: available', 1],
    ]);
    expect(differences(truth, new Map(truth))).toEqual([]);
    expect(
      differences(
        truth,
        new Map<string, unknown>([
          ['APIs', ['a', 'b']],
          ['b: available', 1],
        ]),
      ),
    ).toEqual([
      'APIs: ["a"] in truth, ["a","b"] seen',
      'a: available: 1 in truth, undefined seen',
      'b: available: undefined in truth, 1 seen',
    ]);
  });

  it('is the lines of the logs that were there all the time', () => {
    const [one, other] = [new LogFile(), new LogFile()];
    one.write('ebb');
    const before = { files: new Map([[one, one.written]]) };
    one.write('flood', 'ebb');
    one.rotate();
    expect(linesSince(before, { files: new Map([[one, one.written]]) })).toBe(2);
    expect(linesSince(before, { files: new Map([[other, other.written]]) })).toBeUndefined();
    expect(linesSince(before, { files: new Map() })).toBeUndefined();
  });

  it('is what all severities of one API count', () => {
    const series = readSeries(
      [
        '# TYPE aggregated_api_log_lines_total counter',
        'aggregated_api_log_lines_total{apiservice="a",severity="info"} 7',
        'aggregated_api_log_lines_total{apiservice="a",severity="error"} 2',
        'aggregated_api_log_lines_total{apiservice="b",severity="info"} 1',
        'aggregated_api_log_lines_totals{apiservice="a"} 1',
      ].join('\n'),
    );
    expect([countedOf(series, 'a'), countedOf(series, 'b'), countedOf(series, 'c')]).toEqual([9, 1, 0]);
  });

  it.each<[string, Parameters<typeof restartsOf>[0]['status'], string[]]>([
    ['by its status', { phase: 'Running', containerStatuses: [{ name: 'server', restartCount: 3 }] }, ['tide-0 3']],
    ['none before its first status', { phase: 'Pending' }, ['tide-0 0']],
    ['by its last status, when it is over', { phase: 'Failed', containerStatuses: [{ name: 'server', restartCount: 3 }] }, ['tide-0 3']],
    ['unknown when it is over and nothing is said of it', { phase: 'Failed', containerStatuses: [] }, []],
  ])('is how often a container restarted: %s', (_, status, expected) => {
    expect(restartsOf({ metadata: { name: 'tide-0' }, spec: { containers: [{ name: 'server' }] }, status })).toEqual(expected);
  });

  it('is what is held, against its bounds', () => {
    const held = {
      ...{ rss: 100, own: 60, heap: 40, live: 30, heapTaken: 50, external: 5, files: 50 },
      resources: { Timeout: 80, TCPSocketWrap: 30, PipeWrap: 2 },
    };
    expect(tooMuch(held)).toEqual([]);
    expect(tooMuch({ ...held, rss: 500, files: 999, resources: { Timeout: 2000, Immediate: 99 } })).toEqual([
      '2000 of Timeout are open',
      '99 of Immediate are open',
      '999 files are open',
      '500 MiB are resident',
    ]);
  });
});
