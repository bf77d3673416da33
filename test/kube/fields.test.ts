import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Refusal, Refuse } from '../../src/kube/fields.ts';
import * as fields from '../../src/kube/fields.ts';

/** What a reader gives, and what it said of what it did not. */
function read<T>(reader: (value: unknown, field: string, refuse: Refuse) => T, value: unknown): { value: T; refused: string[] } {
  const refused: string[] = [];
  const refuse: Refuse = (field, given, allowed) =>
    void refused.push(fields.refusalText({ field, value: fields.shortened(given), allowed }));
  return { value: reader(value, 'f', refuse), refused };
}

const READERS = {
  portOf: fields.portOf,
  addressOf: fields.addressOf,
  nameOf: fields.nameOf,
  objectNameOf: fields.objectNameOf,
  timeOf: fields.timeOf,
  quantityOf: fields.quantityOf,
  countOf: fields.countOf,
  integerOf: fields.integerOf,
  flagOf: fields.flagOf,
  textOf: (value: unknown, field: string, refuse: Refuse) => fields.textOf(value, field, refuse),
  labelsOf: fields.labelsOf,
  textsOf: fields.textsOf,
  listOf: fields.listOf,
  objectOf: fields.objectOf,
} as const;
type Row = readonly [reader: keyof typeof READERS, given: unknown, value: unknown, refusal: string | undefined];
const PORTS = 'f is %; 1 to 65535 is allowed';
const ROWS: readonly Row[] = [
  ['portOf', 1, 1, undefined],
  ['portOf', 65_535, 65_535, undefined],
  ['portOf', null, undefined, undefined],
  ['portOf', 0, undefined, PORTS],
  ['portOf', 65_536, undefined, PORTS],
  ['portOf', -1, undefined, PORTS],
  ['portOf', 1.5, undefined, PORTS],
  ['portOf', '443', undefined, 'f is "443"; 1 to 65535 is allowed'],
  ['addressOf', '10.1.0.5', '10.1.0.5', undefined],
  ['addressOf', 'fd00::1', 'fd00::1', undefined],
  ['addressOf', '010.1.0.5', undefined, 'f is "010.1.0.5"; an IP address is allowed'],
  ['addressOf', 'fe80::1%eth0', undefined, 'f is "fe80::1%eth0"; an IP address is allowed'],
  ['addressOf', 'localhost', undefined, 'f is "localhost"; an IP address is allowed'],
  ['nameOf', 'system:auth-delegator', 'system:auth-delegator', undefined],
  ['nameOf', 'v1beta1.metrics.k8s.io', 'v1beta1.metrics.k8s.io', undefined],
  [
    'nameOf',
    'a\r\nHost: b',
    undefined,
    'f is "a\\r\\nHost: b"; a name of letters, digits, dots and dashes up to 253 characters is allowed',
  ],
  ['nameOf', '../secrets', undefined, 'f is "../secrets"; a name of letters, digits, dots and dashes up to 253 characters is allowed'],
  // The core group's APIService, which each cluster has, and a binding that a person is named in (Kubernetes 1.36).
  ['objectNameOf', 'v1.', 'v1.', undefined],
  ['objectNameOf', 'harbour pilot@example.com', 'harbour pilot@example.com', undefined],
  ['objectNameOf', '..', undefined, 'f is ".."; a name without / and % up to 253 characters is allowed'],
  ['objectNameOf', '../secrets', undefined, 'f is "../secrets"; a name without / and % up to 253 characters is allowed'],
  ['objectNameOf', 'a\r\nHost: b', undefined, 'f is "a\\r\\nHost: b"; a name without / and % up to 253 characters is allowed'],
  ['timeOf', '2026-01-05T09:00:00Z', Date.UTC(2026, 0, 5, 9), undefined],
  ['timeOf', '2026-01-05T09:00:00.123456Z', Date.UTC(2026, 0, 5, 9, 0, 0, 123), undefined],
  ['timeOf', '2026-01-05T10:00:00+01:00', Date.UTC(2026, 0, 5, 9), undefined],
  ['timeOf', '5', undefined, 'f is "5"; a time such as 2026-01-05T09:00:00Z is allowed'],
  ['timeOf', '2026-13-05T09:00:00Z', undefined, 'f is "2026-13-05T09:00:00Z"; a time such as 2026-01-05T09:00:00Z is allowed'],
  ['timeOf', 5, undefined, 'f is 5; a time such as 2026-01-05T09:00:00Z is allowed'],
  ['quantityOf', '256Mi', 2 ** 28, undefined],
  ['quantityOf', '-1', undefined, 'f is "-1"; a quantity such as 100m or 256Mi is allowed'],
  ['quantityOf', 'much', undefined, 'f is "much"; a quantity such as 100m or 256Mi is allowed'],
  ['countOf', 3, 3, undefined],
  ['countOf', -1, undefined, 'f is -1; a whole number from 0 is allowed'],
  ['countOf', 1e300, undefined, 'f is 1e+300; a whole number from 0 is allowed'],
  ['integerOf', -1_073_741_819, -1_073_741_819, undefined],
  ['flagOf', false, false, undefined],
  ['flagOf', 'true', undefined, 'f is "true"; true or false is allowed'],
  ['textOf', 'x', 'x', undefined],
  ['textOf', '', undefined, undefined],
  ['textOf', [1], undefined, 'f is a list; a text is allowed'],
  ['labelsOf', { app: 'x', n: 1 }, { app: 'x' }, 'f is 1; a text is allowed'],
  ['labelsOf', [], {}, 'f is a list; an object is allowed'],
  ['textsOf', ['a', null], ['a'], 'f is null; a text is allowed'],
  ['listOf', { 0: 'a' }, [], 'f is an object; a list is allowed'],
  ['objectOf', 5, {}, 'f is 5; an object is allowed'],
  ['objectOf', undefined, {}, undefined],
];

describe('a field', () => {
  it.each<Row>(ROWS)('%s of %j is %j', (reader, given, value, refusal) => {
    const got = read(READERS[reader] as (value: unknown, field: string, refuse: Refuse) => unknown, given);
    expect(got).toEqual({ value, refused: refusal === undefined ? [] : [refusal.replace('is %;', `is ${String(given)};`)] });
  });

  it('gives a value of its type or nothing, tells of nothing that it gives, and shows little of what it refuses', () => {
    fc.assert(
      fc.property(fc.constantFrom(...(Object.keys(READERS) as (keyof typeof READERS)[])), fc.jsonValue(), (reader, given) => {
        const { value, refused } = read(READERS[reader] as (value: unknown, field: string, refuse: Refuse) => unknown, given);
        if (given === null) expect(refused).toEqual([]);
        if (reader === 'portOf' && value !== undefined)
          expect(Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536).toBe(true);
        for (const said of refused) expect(said.length).toBeLessThan(300);
      }),
    );
  });

  it.each<[unknown, Refusal]>([
    ['x'.repeat(1_000_000), { field: 'f', value: `"${'x'.repeat(60)}…"`, allowed: '1 to 65535' }],
    [undefined, { field: 'f', value: 'missing', allowed: '1 to 65535' }],
  ])('without which nothing is known of the object ends its reading', (value, refusal) => {
    expect(() => fields.unreadable('f', value, '1 to 65535')).toThrow(expect.objectContaining({ name: 'UnreadableError', refusal }));
  });
});
