// One entry of [access]: a word, an address or a network, as people write it.

import { addressToText, isMappedIpv4, parseAddress } from '../wire/ip-address.ts';
import type { AddressRange } from './access-list.ts';

const FORMS = 'write loopback, private, any, an address (192.0.2.7) or a network (192.0.2.0/24, 2001:db8::/32)';
const ANY_FORM = 'write any for both families';

const WORDS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  // RFC 1918, shared address space (RFC 6598), link-local of both families, unique local addresses (RFC 4193).
  private: [
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '169.254.0.0/16',
    'fe80::/10',
    'fc00::/7',
  ],
};
const MAPPED_IPV4 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0);
/** Both families, since IPv4 lies inside it as ::ffff:0:0/96. */
const ANY: readonly AddressRange[] = [{ address: new Uint8Array(16), prefixBits: 0 }];

/** What stands for networks. */
export const ACCESS_WORDS: readonly string[] = ['any', ...Object.keys(WORDS)];

/** `loopback`, `private`, `any`, an address, or address/prefix; a sentence saying what is wrong otherwise. */
export function parseAccessEntry(text: string): readonly AddressRange[] | string {
  const entry = text.trim();
  if (entry === 'any') return ANY;
  const networks = Object.hasOwn(WORDS, entry) ? WORDS[entry]! : [entry];
  const ranges: AddressRange[] = [];
  for (const network of networks) {
    const range = parseNetwork(network);
    if (typeof range === 'string') return `"${entry}": ${range}`;
    ranges.push(range);
  }
  return ranges;
}

/**
 * An address or address/prefix; a sentence saying what is wrong otherwise, with `forms` for what would be right, and `everybody` where it
 * is too wide.
 */
export function parseNetwork(text: string, forms = FORMS, everybody = ANY_FORM): AddressRange | string {
  const slash = text.indexOf('/');
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const address = new Uint8Array(16);
  if (addressText.includes('%')) return `a zone (%…) has no place here; ${forms}`;
  if (!parseAddress(addressText, address)) {
    return `${slash < 0 ? 'not an address' : `"${addressText}" is not an address`}; ${forms}`;
  }

  const isIpv6 = addressText.includes(':');
  const familyBits = isIpv6 ? 128 : 32;
  const prefixText = slash < 0 ? String(familyBits) : text.slice(slash + 1);
  const prefix = Number(prefixText);
  if (!/^(0|[1-9]\d{0,2})$/.test(prefixText) || prefix > familyBits) {
    return `"/${prefixText}" is not a prefix length; 0 to ${familyBits} is right for ${addressText}`;
  }
  const prefixBits = 128 - familyBits + prefix;
  const network = withoutHostBits(address, prefixBits);
  if (!sameOctets(network, address)) {
    const mapped = isIpv6 && isMappedIpv4(network) ? '::ffff:' : '';
    return `${addressText} has bits set behind its first ${prefix}; the network is ${mapped}${addressToText(network)}/${prefix}`;
  }
  // In the 16-octet form IPv4 lies inside ::/80 and wider: opening it by accident is not what an IPv6 network says.
  if (prefixBits < 96 && sameOctets(network, withoutHostBits(MAPPED_IPV4, prefixBits))) {
    return `${text} would take in every IPv4 address; ${everybody}, or 2000::/3 for public IPv6`;
  }
  return { address, prefixBits };
}

function withoutHostBits(address: Uint8Array, prefixBits: number): Uint8Array {
  return address.map((octet, index) => {
    const kept = Math.min(8, Math.max(0, prefixBits - 8 * index));
    return octet & (0xff00 >> kept);
  });
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((octet, index) => octet === b[index]);
}
