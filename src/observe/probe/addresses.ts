import ipaddr from 'ipaddr.js';

/** Cloud metadata and platform services inside ranges that pods may otherwise have. 169.254.0.0/16 is refused as a whole. */
const METADATA: Readonly<Record<string, string>> = {
  '100.100.100.200': 'Alibaba Cloud metadata',
  '168.63.129.16': 'Azure platform service',
  '192.0.0.192': 'Oracle Cloud metadata',
  'fd00:ec2::254': 'AWS metadata',
  'fd20:ce::254': 'Google Cloud metadata',
};

const REFUSED_RANGES: Readonly<Record<string, string>> = {
  loopback: 'a loopback address',
  linkLocal: 'a link-local address',
  unspecified: 'the unspecified address',
  multicast: 'a multicast address',
  broadcast: 'the broadcast address',
};

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
      const ip = ipaddr.process(stripZone(address));
      if (allowed.some(([network, bits]) => network.kind() === ip.kind() && ip.match(network, bits))) return undefined;
      const metadata = METADATA[ip.toString()];
      if (metadata) return metadata;
      const what = REFUSED_RANGES[ip.range()];
      if (what) return what;
      // 0.0.0.0/8 is "unspecified" and IPv4 inside IPv6 translation prefixes reaches IPv4 hosts that would be refused.
      if (ip.range() === 'rfc6052' || ip.range() === '6to4' || ip.range() === 'teredo') return 'an IPv4 translation address';
      return undefined;
    },
  };
}

function parseCidr(cidr: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  try {
    return ipaddr.parseCIDR(cidr);
  } catch {
    throw new RangeError(`allowed address ${JSON.stringify(cidr)} is not a CIDR such as 127.0.0.0/8`);
  }
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
