import { readdirSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { changesOf } from '../../scripts/spoken-errors/changes.ts';
import { readSpoken, type Spoken } from '../../scripts/spoken-errors/facts.ts';
import { printed, wraps } from '../../scripts/spoken-errors/fill.ts';
import { COUNTED_WRONGLY, JUDGED, PASSED_BY_WRONGLY } from '../../scripts/spoken-errors/judged.ts';
import { measureSpoken, named, sampleOf } from '../../scripts/spoken-errors/measure.ts';
import { subjectOf } from '../../scripts/spoken-errors/subject.ts';

const FACTS = new URL('../../scripts/spoken-errors/facts/', import.meta.url);

const spoken = (over: Partial<Spoken>): Spoken => ({
  program: 'tide',
  module: 'example.com/tide',
  package: 'pkg/gauge',
  kind: 'error',
  by: 'fmt.Errorf',
  format: '',
  args: [],
  structured: false,
  versions: ['v1', 'v2'],
  of: ['v1', 'v2'],
  ...over,
});

describe('the facts', () => {
  it('are less than a megabyte', () => {
    const bytes = readdirSync(FACTS).reduce((sum, file) => sum + statSync(new URL(file, FACTS)).size, 0);
    expect(bytes).toBeLessThan(1_000_000);
  });

  it('are of each program that speaks here', () => {
    const programs = new Set(readSpoken().map(({ program }) => program));
    for (const program of [
      'kube-aggregator',
      'apiserver',
      'client-go',
      'kubelet',
      'metrics-server',
      'keda-adapter',
      'etcd',
      'grpc-go',
      'http2',
      'go',
    ])
      expect(programs).toContain(program);
  });

  it('name versions that were read, and words', () => {
    for (const { versions, of, format } of readSpoken()) {
      expect(versions.length).toBeGreaterThan(0);
      for (const version of versions) expect(of).toContain(version);
      expect(format).toMatch(/[a-z]{3}|EOF/i);
    }
  });
});

describe('the rule', () => {
  it.each([
    ['the tide server closed the connection', 'connection'],
    ['x509: the tide is not verified', 'certificate'],
    ['user %q may not: forbidden', 'right'],
    ['too many gauges', 'limit'],
    ['failed to reach etcd', 'dependency'],
    ['container %q did not start: unhealthy', 'pod'],
    ['gauge must be positive: connection', 'other'],
    ['the gauge is blue', 'other'],
  ])('%s: %s', (format, subject) => {
    expect(subjectOf({ package: 'pkg/gauge', format })).toBe(subject);
  });
});

describe('what is printed', () => {
  it('has the error that is wrapped', () => {
    const one = spoken({ format: 'gauge %q at %s failed: %v', args: ['name', 'host', 'err'] });
    expect(wraps(one)).toBe(true);
    expect(printed(one, 'other', 'the tide is out')).toMatch(/^gauge "\S+" at \S+ failed: the tide is out$/);
  });

  it('is a line of klog, or of zap in JSON', () => {
    const one = spoken({ kind: 'log', format: 'Gauge failed', args: ['err', 'pod'], structured: true });
    expect(printed(one, 'other', 'low "tide"')).toMatch(/^"Gauge failed" err="low \\"tide\\"" pod="\S+"$/);
    expect(JSON.parse(printed({ ...one, program: 'etcd' }, 'other', 'low'))).toMatchObject({ msg: 'Gauge failed', err: 'low' });
  });

  it('has what its way puts around it', () => {
    expect(printed(spoken({ kind: 'status', by: 'status.Error', code: 'Unavailable', format: 'low tide' }), 'other')).toBe(
      'rpc error: code = Unavailable desc = low tide',
    );
    expect(printed(spoken({ kind: 'status', by: 'errors.NewForbidden', format: 'low tide' }), 'other')).toBe(
      'Error from server (Forbidden): low tide',
    );
    expect(printed(spoken({ package: 'net/http', format: 'low tide' }), 'other')).toMatch(/^Get "https:\S+": low tide$/);
  });
});

it('tells what came and went, wherever it stands and however it wraps', () => {
  const first = { versions: ['v1'] };
  const last = { versions: ['v2'] };
  expect(
    changesOf([
      spoken({ ...first, format: 'no gauge: connection refused: %v' }),
      spoken({ ...last, format: 'no gauge: connection refused: %w', package: 'pkg/other' }),
      spoken({ ...first, format: 'connection to gauge lost' }),
      spoken({ ...last, format: 'connection of gauge lost' }),
      spoken({ ...last, format: 'the gauge is blue' }),
    ]),
  ).toEqual([{ program: 'tide', gone: ['connection to gauge lost'], come: ['connection of gauge lost'] }]);
});

describe('the reader', () => {
  const measured = measureSpoken();
  const those = named(measured);

  it('places 95 % of what names a failure of a connection, a certificate, a right, a limit, a dependency or a pod', () => {
    expect(those.length).toBeGreaterThan(1500);
    const missing = those
      .filter(({ place }) => !place)
      .map(({ spoken: { program, package: folder, format } }) => `${program} ${folder}: ${format}`);
    const share = 1 - missing.length / those.length;
    // Those that are not placed are what one wants to see when it fails.
    expect(share >= 0.95 ? [] : missing).toEqual([]);
  });

  it('places nine in ten of those that say themselves what happened', () => {
    const own = those.filter((one) => !one.wraps);
    expect(own.filter(({ place }) => place).length / own.length).toBeGreaterThanOrEqual(0.9);
  });

  it('was measured by a rule of which a sample was judged: no verdict is of a text that is not in it', () => {
    const formats = (subject: boolean) =>
      new Set(
        sampleOf(subject ? those : measured.filter((one) => one.subject === 'other'), JUDGED).map(({ spoken: { format } }) => format),
      );
    expect([...COUNTED_WRONGLY].filter((format) => !formats(true).has(format))).toEqual([]);
    expect([...PASSED_BY_WRONGLY].filter((format) => !formats(false).has(format))).toEqual([]);
  });
});
