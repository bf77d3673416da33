import { describe, expect, it } from 'vitest';
import { observed } from '../../src/domain/observed.ts';
import type { SignatureCount } from '../../src/domain/snapshot.ts';
import { SIGNATURE_SIGNALS } from '../../src/signals/signature-matches.ts';
import { healthyApi, healthyCluster, NOW } from '../support/healthy.ts';

const hit = (differs: Partial<SignatureCount>): SignatureCount => ({
  signature: 'mine',
  speaker: 'aggregated-server',
  count: 3,
  lastAt: NOW,
  sample: 'tide lost',
  ...differs,
});

function signalsOf(matches: readonly SignatureCount[], cause: string): (number | undefined)[] {
  const logs = healthyApi().logs;
  const api = healthyApi({ logs: logs.state === 'observed' ? observed({ ...logs.value, matches }) : logs });
  return ['matches', 'strength'].map((what) =>
    SIGNATURE_SIGNALS.find(({ name }) => name === `signature-${what}-${cause}`)!.observe(api, healthyCluster(), NOW),
  );
}

describe('a signature that the user wrote', () => {
  it.each<[string, string[] | undefined, number, number]>([
    ['alone', ['backend-slow'], 3, 3],
    ['first', ['backend-slow', 'panic'], 3, 2],
    ['among others', ['panic', 'backend-slow'], 3, 1],
    ['not at all', ['panic'], 0, 0],
    ['nowhere', undefined, 0, 0],
  ])('that points to a cause %s counts for it', (_, pointsTo, matches, strength) => {
    expect(signalsOf([hit(pointsTo ? { pointsTo } : {})], 'backend-slow')).toEqual([matches, strength]);
  });

  it('is forgotten when its line is old, its count is not', () => {
    expect(signalsOf([hit({ pointsTo: ['backend-slow'], lastAt: NOW - 3_600_000 })], 'backend-slow')).toEqual([3, 0]);
  });
});

describe('a line that any client can cause', () => {
  // front-proxy-certificate-untrusted points to request-header-ca-mismatch and to nothing else.
  const strength = (differs: Partial<SignatureCount>) =>
    signalsOf([hit({ signature: 'front-proxy-certificate-untrusted', ...differs })], 'request-header-ca-mismatch')[1];

  it.each([
    ['once', 0, 1],
    ['with a busy minute', 1, 2],
    ['with two', 2, 3],
    ['with five', 5, 3],
  ])('is worth more the more minutes have two of it: %s', (_, busyMinutes, expected) => {
    expect(strength({ busyMinutes })).toBe(expected);
  });

  it('says all it says where it is not read from a log that is followed', () => {
    expect(strength({})).toBe(3);
  });

  it('is unlike one that only the server itself can cause', () => {
    expect(signalsOf([hit({ signature: 'process-panic', busyMinutes: 0 })], 'panic')[1]).toBe(3);
  });
});
