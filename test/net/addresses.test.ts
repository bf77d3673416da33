import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddressRules, hostPort, splitHostPort } from '../../src/net/addresses.ts';

describe('addresses', () => {
  it.each([
    ['10.1.0.5', undefined],
    ['192.168.1.1', undefined],
    ['100.64.3.2', undefined],
    ['203.0.113.7', undefined],
    ['fd00::5', undefined],
    ['2001:4860::1', undefined],
    ['127.0.0.1', 'a loopback address'],
    ['127.9.9.9', 'a loopback address'],
    ['::1', 'a loopback address'],
    ['::ffff:127.0.0.1', 'a loopback address'],
    ['::ffff:7f00:1', 'a loopback address'],
    ['0.0.0.0', 'the unspecified address'],
    ['0.1.2.3', 'the unspecified address'],
    ['::', 'the unspecified address'],
    ['169.254.1.1', 'a link-local address'],
    ['169.254.169.254', 'a link-local address'],
    ['::ffff:169.254.169.254', 'a link-local address'],
    ['fe80::1', 'a link-local address'],
    ['fe80::1%eth0', 'a link-local address'],
    ['224.0.0.1', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    ['255.255.255.255', 'the broadcast address'],
    ['100.100.100.200', 'Alibaba Cloud metadata'],
    ['168.63.129.16', 'Azure platform service'],
    ['fd00:ec2::254', 'AWS metadata'],
    ['64:ff9b::7f00:1', 'an IPv4 translation address'],
    ['2002:7f00:1::1', 'an IPv4 translation address'],
    ['64:ff9b:1::a00:1', 'an IPv4 translation address'],
    ['::ffff:0:127.0.0.1', 'an IPv4 translation address'],
    ['::ffff:0:10.1.0.5', 'an IPv4 translation address'],
    ['::127.0.0.1', 'an IPv4 translation address'],
    ['::10.1.0.5', 'an IPv4 translation address'],
    ['::ffff:10.1.0.5', undefined],
    ['2001:0:7f00:1::1', 'an IPv4 translation address'],
    ['localhost', 'not an IP address'],
    ['2130706433', 'not an IP address'],
    ['0x7f.1', 'not an IP address'],
    ['0177.0.0.1', 'not an IP address'],
    ['127.1', 'not an IP address'],
    ['', 'not an IP address'],
  ])('%s is %s', (address, why) => {
    expect(createAddressRules().refusal(address)).toBe(why);
  });

  // RFC 6890 and the registries that it began: each range is decided, by its first and its last address.
  it.each([
    ['0.0.0.0', '0.255.255.255', 'the unspecified address'],
    ['10.0.0.0', '10.255.255.255', undefined],
    ['100.64.0.0', '100.127.255.255', undefined],
    ['127.0.0.0', '127.255.255.255', 'a loopback address'],
    ['169.254.0.0', '169.254.255.255', 'a link-local address'],
    ['172.16.0.0', '172.31.255.255', undefined],
    ['192.0.0.0', '192.0.0.255', 'an address for protocols (RFC 6890)'],
    ['192.0.2.0', '192.0.2.255', undefined],
    ['192.31.196.0', '192.31.196.255', 'an AS112 address'],
    ['192.52.193.0', '192.52.193.255', 'a multicast relay (AMT)'],
    ['192.88.99.0', '192.88.99.255', 'a 6to4 relay'],
    ['192.168.0.0', '192.168.255.255', undefined],
    ['192.175.48.0', '192.175.48.255', 'an AS112 address'],
    ['198.18.0.0', '198.19.255.255', undefined],
    ['198.51.100.0', '198.51.100.255', undefined],
    ['203.0.113.0', '203.0.113.255', undefined],
    ['224.0.0.0', '239.255.255.255', 'a multicast address'],
    ['240.0.0.0', '255.255.255.254', 'a reserved address (240.0.0.0/4)'],
    ['::2', '::ffff:ffff', 'an IPv4 translation address'],
    ['::ffff:0:0:0', '::ffff:0:ffff:ffff', 'an IPv4 translation address'],
    ['64:ff9b::', '64:ff9b::ffff:ffff', 'an IPv4 translation address'],
    ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', 'an IPv4 translation address'],
    ['100::', '100::ffff:ffff:ffff:ffff', 'a discard-only address'],
    ['100:0:0:1::', '100:0:0:1:ffff:ffff:ffff:ffff', 'a dummy address (RFC 9780)'],
    ['2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff', 'an IPv4 translation address'],
    ['2001:1::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', 'an address for protocols (RFC 2928)'],
    ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
    ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'an IPv4 translation address'],
    ['2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff', 'an AS112 address'],
    ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
    ['5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'a segment-routing identifier'],
    ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
    ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'a link-local address'],
    ['fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'a site-local address'],
    ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'a multicast address'],
  ])('from %s to %s: %s', (first, last, why) => {
    const rules = createAddressRules();
    expect([rules.refusal(first), rules.refusal(last)]).toEqual([why, why]);
  });

  it('are allowed by CIDR, in one family only', () => {
    const rules = createAddressRules(['127.0.0.0/8', '169.254.20.10/32']);
    expect(rules.refusal('127.3.4.5')).toBeUndefined();
    expect(rules.refusal('::ffff:127.0.0.1')).toBeUndefined();
    expect(rules.refusal('169.254.20.10')).toBeUndefined();
    expect(rules.refusal('169.254.169.254')).toBe('a link-local address');
    expect(rules.refusal('::1')).toBe('a loopback address');
  });

  it('name the CIDR that does not parse', () => {
    expect(() => createAddressRules(['10.0.0.0/99'])).toThrow('allowed address "10.0.0.0/99" is not a CIDR such as 127.0.0.0/8');
  });

  it('never let 127/8, 169.254/16 or 224/4 through, however they are written', () => {
    const rules = createAddressRules();
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.constantFrom([127], [169, 254], [224]), byte, byte, byte, fc.boolean(), (start, b, c, d, mapped) => {
        const ip = [...start, b, c, d].slice(0, 4).join('.');
        expect(rules.refusal(mapped ? `::ffff:${ip}` : ip)).toBeDefined();
      }),
    );
  });

  it('are judged without throwing, whatever is written', () => {
    const rules = createAddressRules();
    fc.assert(fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.%]{0,40}$/)), (text) => void rules.refusal(text)));
  });

  it('are written with their port, and read back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        expect(splitHostPort(hostPort(host, port))).toEqual({ host, port });
      }),
    );
    for (const text of ['', 'a', 'a:', ':1', 'a:0', 'a:65536', 'a:b', '::1', '[::1]']) expect(splitHostPort(text)).toBeUndefined();
  });
});
