import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rfc3339, StampReader } from '../../../src/observe/logs/stamp.ts';

const NINE = Date.UTC(2026, 0, 5, 9) / 1000;

function read(text: string): [seconds: number, nanoseconds: number, rest: string] | undefined {
  const reader = new StampReader();
  const bytes = Buffer.from(`..${text}`);
  const rest = reader.read(bytes, 2, bytes.length);
  return rest < 0 ? undefined : [reader.seconds, reader.nanoseconds, bytes.toString('utf8', rest)];
}

it.each<[string, ReturnType<typeof read>]>([
  ['2026-01-05T09:00:00.123456789Z a line', [NINE, 123_456_789, 'a line']],
  ['2026-01-05T09:00:00.000000001Z ', [NINE, 1, '']],
  ['2026-01-05T09:00:00.5Z x', [NINE, 500_000_000, 'x']],
  ['2026-01-05T09:00:00Z x', [NINE, 0, 'x']],
  ['2026-01-05T09:00:00Z  indented', [NINE, 0, ' indented']],
  ['2026-01-05T09:00:00Z', [NINE, 0, '']],
  ['2026-01-05T11:30:00.25+02:30 x', [NINE, 250_000_000, 'x']],
  ['2026-01-05T04:00:00-05:00 x', [NINE, 0, 'x']],
  ['2026-01-05T09:00:00 x', undefined],
  ['2026-01-05T09:00:00Zx', undefined],
  ['2026-01-05 09:00:00Z x', undefined],
  ['unable to retrieve container logs for containerd://4711', undefined],
  ['2026-01-05T09:00', undefined],
  ['', undefined],
])('%j is %j', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

it('knows each second, whatever was read before', () => {
  const reader = new StampReader();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: 0, max: 999_999_999 }), (seconds, nanoseconds) => {
      const bytes = Buffer.from(`${rfc3339(seconds).slice(0, -1)}.${String(nanoseconds).padStart(9, '0')}Z x`);
      expect(reader.read(bytes, 0, bytes.length)).toBe(bytes.length - 1);
      expect([reader.seconds, reader.nanoseconds]).toEqual([seconds, nanoseconds]);
    }),
  );
});
