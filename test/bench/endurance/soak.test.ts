import { describe, expect, it } from 'vitest';
import { drawCurves } from '../../../bench/endurance/soak/curve.ts';
import { csvOf, type Sample, slopesOf } from '../../../bench/endurance/soak/sample.ts';
import { lineThrough } from '../../../bench/endurance/soak/slope.ts';

const sample = (minutes: number, differs: Partial<Sample> = {}): Sample => ({
  ...{
    minutes,
    rss: 100,
    own: 60,
    heap: 40,
    live: 30,
    heapTaken: 50,
    external: 5,
    files: 50,
    apis: 2,
    pods: 3,
    incidents: 0,
    deeds: 0,
    resources: { Timeout: 80 },
  },
  ...differs,
});
const hour = (of: (minutes: number) => Partial<Sample>) => Array.from({ length: 61 }, (_, minutes) => sample(minutes, of(minutes)));

describe('the line through points', () => {
  it.each<[string, [number, number][], { slope: number; start: number } | undefined]>([
    ['no point', [], undefined],
    ['one', [[1, 5]], undefined],
    [
      'two of one moment',
      [
        [1, 5],
        [1, 7],
      ],
      undefined,
    ],
    [
      'two',
      [
        [0, 1],
        [2, 5],
      ],
      { slope: 2, start: 1 },
    ],
    [
      'three that lie beside it',
      [
        [0, 0],
        [1, 3],
        [2, 0],
      ],
      { slope: 0, start: 1 },
    ],
  ])('%s', (_, points, line) => {
    expect(lineThrough(points)).toEqual(line);
  });
});

describe('the slopes of a soak', () => {
  it('are per hour, of the whole and of its later half', () => {
    const samples = hour((minutes) => ({ rss: 100 + Math.min(minutes, 30) }));
    const [rss, heap] = slopesOf(samples);
    expect(rss?.whole).toBeGreaterThan(20);
    expect(rss?.later).toBeCloseTo(0);
    expect(rss).toMatchObject({ least: 100, most: 130 });
    expect(heap).toMatchObject({ whole: 0, later: 0 });
  });

  it('are drawn with the samples, and stand in the table by kind', () => {
    const samples = hour((minutes) => ({ rss: 100 + minutes / 2, ...(minutes === 60 && { resources: { Timeout: 80, PipeWrap: 2 } }) }));
    expect(drawCurves(samples, 'an <hour>')).toContain('RSS, MiB: +30.00 an hour');
    expect(drawCurves(samples, 'an <hour>')).toContain('an &lt;hour>');
    expect(csvOf(samples).split('\n').slice(0, 2)).toEqual([
      'minutes,rss_mib,own_mib,heap_mib,live_mib,heap_taken_mib,external_mib,files,apis,pods,incidents,deeds,PipeWrap,Timeout',
      '0.00,100.00,60.00,40.00,30.00,50.00,5.00,50,2,3,0,0,0,80',
    ]);
  });
});
