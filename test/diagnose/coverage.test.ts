import { describe, expect, it } from 'vitest';
import { notSeenOf } from '../../src/diagnose/coverage.ts';
import type { UnbelievedTarget } from '../../src/domain/probe.ts';
import { healthyApi, healthySnapshot, probeResult } from '../support/healthy.ts';

const at = (target: string, answersAs?: string): UnbelievedTarget => ({
  vantage: 'endpoint',
  target,
  last: probeResult({ vantage: 'endpoint', target, ok: false }),
  ...(answersAs !== undefined && { answersAs }),
});

describe('a backend that nobody has shown to be', () => {
  it.each<[string, UnbelievedTarget[], string[]]>([
    ['is not named where there is none', [], []],
    ['is named by its address', [at('10.1.0.5:443')], ['are not believed at 10.1.0.5:443, where others may be']],
    [
      'is named with whom it answers as',
      [at('10.1.0.5:443'), at('10.1.0.6:443', '*.example.net')],
      ['are not believed at 10.1.0.5:443 and 1 more, where others may be: answers as *.example.net'],
    ],
  ])('%s', (_, unbelieved, why) => {
    const api = healthyApi({ unbelieved });
    const seen = (asked: Parameters<typeof notSeenOf>[2]) => notSeenOf(api, healthySnapshot({ apis: [api] }), asked).map((one) => one.why);
    expect(seen(new Set(['probes']))).toEqual(why);
    expect(seen(new Set(['pods']))).toEqual([]);
  });
});
