import { describe, expect, it } from 'vitest';
import { type AddressKind, createAddresses } from '../../../src/simulator/network/addresses.ts';

const KINDS: readonly AddressKind[] = ['control-plane', 'node', 'pod', 'service'];
const MANY = 5000;

describe('addresses of a simulated cluster', () => {
  it('are each given once, of whatever kind, to thousands, and lie within its range', () => {
    const addresses = createAddresses(true);
    const given = KINDS.flatMap((kind) => Array.from({ length: MANY }, () => addresses.next(kind)));
    expect(new Set(given).size).toBe(KINDS.length * MANY);
    const range = addresses.cidr.split('.').slice(0, 2).join('.');
    expect(
      given.filter(
        (address) => !address.startsWith(`${range}.`) || !/^(?:\d+\.){3}(?:[1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/.test(address),
      ),
    ).toEqual([]);
  });

  it('are one where only 127.0.0.1 answers', () => {
    expect(createAddresses(false).next('pod')).toBe('127.0.0.1');
  });
});
