import ipaddr from 'ipaddr.js';

/** Does a rule match? `maybe` = it depends on something that is not known. */
export type Match = 'yes' | 'no' | 'maybe';

export const matchOf = (truth: boolean): Match => (truth ? 'yes' : 'no');

/** All of them; of none: yes. */
export function every(matches: readonly Match[]): Match {
  if (matches.includes('no')) return 'no';
  return matches.includes('maybe') ? 'maybe' : 'yes';
}

/** One of them; of none: no. */
export function some(matches: readonly Match[]): Match {
  if (matches.includes('yes')) return 'yes';
  return matches.includes('maybe') ? 'maybe' : 'no';
}

export function opposite(match: Match): Match {
  if (match === 'maybe') return 'maybe';
  return match === 'yes' ? 'no' : 'yes';
}

/** No more than possible. */
export const possibly = (match: Match): Match => (match === 'no' ? 'no' : 'maybe');

export interface Block {
  readonly cidr: string;
  readonly except: readonly string[];
}

export function blockContains({ cidr, except }: Block, address: string): boolean {
  return contains(cidr, address) && !except.some((one) => contains(one, address));
}

/** False for what does not parse, and across IPv4 and IPv6. A plain address is a block of one. */
export function contains(cidr: string, address: string): boolean {
  const block = cidr.includes('/') ? cidr : `${cidr}/${cidr.includes(':') ? 128 : 32}`;
  if (!ipaddr.isValidCIDR(block) || !ipaddr.isValid(address)) return false;
  const [network, bits] = ipaddr.parseCIDR(block);
  const ip = ipaddr.process(address);
  return network.kind() === ip.kind() && ip.match(network, bits);
}
