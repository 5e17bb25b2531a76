// A network as people write it -> the zones in which its addresses have their names (RFC 1035 section 3.5, RFC 3596 section 2.5).

import { parseAccessEntry } from '../../policy/access-list.ts';
import { isMappedIpv4 } from '../../wire/ip-address.ts';
import { quote, type Reading } from './settings-fault.ts';

const MAPPED_PREFIX_BITS = 96;

/**
 * `192.168.1.0/24`: one zone; a prefix that ends within a label becomes the 2 to 128 zones below. The whole address space is no
 * network of anybody: at least 8 bits, or 7 of IPv6 (fc00::/7).
 */
export function reverseZones(text: string): Reading<readonly string[]> {
  const ranges = parseAccessEntry(text);
  if (typeof ranges === 'string') return { wrong: ranges };
  const { address, prefixBits } = ranges[0]!;
  const isIpv4 = isMappedIpv4(address) && prefixBits >= MAPPED_PREFIX_BITS;
  const bits = isIpv4 ? prefixBits - MAPPED_PREFIX_BITS : prefixBits;
  const bitsMin = isIpv4 ? 8 : 7;
  if (bits < bitsMin) return { wrong: `${quote(text)} is no local network; its prefix has at least ${bitsMin} bits` };
  const labels = isIpv4 ? [...address.subarray(12)] : [...address].flatMap((octet) => [octet >>> 4, octet & 0xf]);
  const labelBits = isIpv4 ? 8 : 4;
  const count = Math.ceil(bits / labelBits);
  const top = isIpv4 ? 'in-addr.arpa' : 'ip6.arpa';
  const parents = labels.slice(0, count - 1).map((label) => label.toString(isIpv4 ? 10 : 16));
  const zones = Array.from({ length: 2 ** (count * labelBits - bits) }, (_, index) => {
    const last = (labels[count - 1]! + index).toString(isIpv4 ? 10 : 16);
    return [last, ...parents.toReversed(), top].join('.');
  });
  return { value: zones };
}
