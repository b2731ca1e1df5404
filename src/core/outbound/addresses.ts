import { BlockList, isIP, isIPv6 } from 'node:net';

/*
 * Which addresses a request may reach whose URL somebody else chose. By the registries of IANA for special-purpose
 * addresses.
 */

const SPECIAL_IPV4 = [
  '0.0.0.0/8', // this network, unspecified
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT; metadata of Alibaba Cloud
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // metadata of Azure
  '169.254.0.0/16', // link-local; metadata of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments; metadata of Oracle Cloud
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
];

/**
 * Only these IPv6 addresses are global. Loopback, unspecified, private, link-local, site-local and multicast addresses are
 * outside, and so are the forms that contain an IPv4 address: mapped, compatible, translated and NAT64.
 */
const GLOBAL_IPV6 = '2000::/3';

const SPECIAL_IPV6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarking, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which contains an IPv4 address
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
];

const special = blockListOf([...SPECIAL_IPV4, ...SPECIAL_IPV6]);
const global = blockListOf([GLOBAL_IPV6]);

/** True for an address on the public internet. False for any other address, and for a text that is not an address. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  if (isIPv6(address)) return contains(global, address) && !contains(special, address);
  return !contains(special, address);
}

/** Returns whether an address belongs to one of the networks, such as `10.0.0.0/8` or a single address. */
export function networkMatcher(networks: readonly string[]): (address: string) => boolean {
  const list = blockListOf(networks);
  return (address) => contains(list, address);
}

function contains(list: BlockList, address: string): boolean {
  // A zone, as in fe80::1%eth0, names an interface of this machine.
  if (isIP(address) === 0 || address.includes('%')) return false;
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}
