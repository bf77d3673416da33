import { randomInt } from 'node:crypto';
import { platform } from 'node:os';

export type AddressKind = 'control-plane' | 'node' | 'pod' | 'service';

const OCTET: Record<AddressKind, number> = { 'control-plane': 0, node: 1, pod: 2, service: 3 };

/** In a /24. */
const HOSTS = 254;
/** Third octets, of which each kind has one in four; what is beyond begins anew. */
const BLOCKS = 248;

/**
 * Loopback addresses for one simulator. Linux answers on all of 127/8, so every node, pod and Service has an address of its own,
 * with the ports that it would have in a cluster. Elsewhere only 127.0.0.1 answers: things differ by their ports then.
 */
export interface Addresses {
  readonly distinct: boolean;
  /** CIDR that holds all of them. */
  readonly cidr: string;
  next(kind: AddressKind): string;
  /** A port to ask for: `preferred` where addresses are distinct, else 0 (any free one). */
  port(preferred: number): number;
}

export function createAddresses(distinct: boolean = platform() === 'linux'): Addresses {
  // Simulators in other processes draw from the same 127/8; a taken address is skipped by listen() anyway.
  const second = randomInt(2, 250);
  const third = randomInt(0, 60) * 4;
  const used: Record<AddressKind, number> = { 'control-plane': 1, node: 1, pod: 1, service: 0 };
  return {
    distinct,
    cidr: distinct ? `127.${second}.0.0/16` : '127.0.0.1/32',
    next(kind) {
      if (!distinct) return '127.0.0.1';
      const before = used[kind];
      used[kind] += 1;
      const block = (third + 4 * Math.floor(before / HOSTS)) % BLOCKS;
      return `127.${second}.${block + OCTET[kind]}.${(before % HOSTS) + 1}`;
    },
    port: (preferred) => (distinct ? preferred : 0),
  };
}
