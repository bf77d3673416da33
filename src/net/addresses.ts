import ipaddr from 'ipaddr.js';

/**
 * Where no backend of a cluster can be, or where a request of ours would reach something else than a pod; the first that fits
 * says why. From the special-purpose registries of IANA (RFC 6890; IPv4 and IPv6 as of 2025-10), and cloud services.
 *
 * Not refused, because clusters have pods there: private use (RFC 1918, RFC 4193), shared address space 100.64.0.0/10, and
 * what GKE and test clusters take too: documentation (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32, 3fff::/20)
 * and benchmarking 198.18.0.0/15. None of them leads to a service of its own.
 */
const REFUSED: readonly (readonly [cidr: string, why: string])[] = [
  ['100.100.100.200/32', 'Alibaba Cloud metadata'],
  ['168.63.129.16/32', 'Azure platform service'],
  ['192.0.0.192/32', 'Oracle Cloud metadata'],
  ['fd00:ec2::254/128', 'AWS metadata'],
  ['fd20:ce::254/128', 'Google Cloud metadata'],
  ['0.0.0.0/8', 'the unspecified address'],
  ['127.0.0.0/8', 'a loopback address'],
  ['169.254.0.0/16', 'a link-local address'],
  ['192.0.0.0/24', 'an address for protocols (RFC 6890)'],
  ['192.31.196.0/24', 'an AS112 address'],
  ['192.175.48.0/24', 'an AS112 address'],
  ['192.52.193.0/24', 'a multicast relay (AMT)'],
  ['192.88.99.0/24', 'a 6to4 relay'],
  ['224.0.0.0/4', 'a multicast address'],
  ['255.255.255.255/32', 'the broadcast address'],
  // GKE may give it to pods: then `allow_addresses` opens it.
  ['240.0.0.0/4', 'a reserved address (240.0.0.0/4)'],
  ['::1/128', 'a loopback address'],
  ['::/128', 'the unspecified address'],
  // IPv4 inside of IPv6 reaches hosts that would be refused by their IPv4 address. ::ffff:a.b.c.d is judged as a.b.c.d.
  ['::/96', 'an IPv4 translation address'],
  ['::ffff:0:0:0/96', 'an IPv4 translation address'],
  ['64:ff9b::/96', 'an IPv4 translation address'],
  ['64:ff9b:1::/48', 'an IPv4 translation address'],
  ['2002::/16', 'an IPv4 translation address'],
  ['2001::/32', 'an IPv4 translation address'],
  ['2001::/23', 'an address for protocols (RFC 2928)'],
  ['100::/64', 'a discard-only address'],
  ['100:0:0:1::/64', 'a dummy address (RFC 9780)'],
  ['2620:4f:8000::/48', 'an AS112 address'],
  ['5f00::/16', 'a segment-routing identifier'],
  ['fe80::/10', 'a link-local address'],
  ['fec0::/10', 'a site-local address'],
  ['ff00::/8', 'a multicast address'],
];
const REFUSED_RANGES = REFUSED.map(([cidr, why]) => ({ range: parseCidr(cidr), why }));

export interface AddressRules {
  /** Why an address is not probed, in words; undefined = it may be. */
  refusal(address: string): string | undefined;
}

/**
 * Objects of the cluster name the addresses that are probed, and whoever may write an EndpointSlice could point us at
 * loopback, link-local or metadata services. Those are refused, unless the configuration allows them.
 * @param allow CIDRs, e.g. `127.0.0.0/8`.
 * @throws RangeError that names a CIDR that does not parse.
 */
export function createAddressRules(allow: readonly string[] = []): AddressRules {
  const allowed = allow.map(parseCidr);
  return {
    refusal(address) {
      if (!isIp(address)) return 'not an IP address';
      const ip = ipaddr.process(asSystemsRead(address));
      const isIn = ([network, bits]: Range): boolean => network.kind() === ip.kind() && ip.match(network, bits);
      return allowed.some(isIn) ? undefined : REFUSED_RANGES.find(({ range }) => isIn(range))?.why;
    },
  };
}

type Range = [network: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

function parseCidr(cidr: string): Range {
  try {
    return ipaddr.parseCIDR(cidr);
  } catch {
    throw new RangeError(`allowed address ${JSON.stringify(cidr)} is not a CIDR such as 127.0.0.0/8`);
  }
}

/** ipaddr.js 2 takes `::10.1.0.5` for `::ffff:10.1.0.5`; the system connects to `::a01:5`, as RFC 4291 and URLs read it. */
function asSystemsRead(address: string): string {
  const plain = stripZone(address);
  return plain.includes(':') ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : plain;
}

const stripZone = (address: string): string => address.replace(/%.*$/, '');

/** Only the notations that Kubernetes stores: no octal, hexadecimal or short IPv4. */
export function isIp(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) || (address.includes(':') && ipaddr.IPv6.isValid(stripZone(address)));
}

/** `host:port`, IPv6 in brackets. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `host:port` → its parts; undefined when it is not one. */
export function splitHostPort(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
