// `resolve.dns64`: the prefix under which a translator (NAT64) carries IPv4 addresses.

import { isIP } from 'node:net';
import { parseAddress } from '../../../wire/ip-address.ts';
import { EMBEDDING_PREFIX_BITS, type Ipv4Embedding, WELL_KNOWN_EMBEDDING } from '../../../wire/ipv4-embedding.ts';
import { describeValue, quote, type SettingsPath } from '../settings-fault.ts';
import type { TableContext } from '../table-reader.ts';

const FORM = 'false, true for 64:ff9b::/96, or the prefix of your translator such as "2001:db8:64::/96"';

/** Undefined: IPv4 addresses stay what they are. */
export function readDns64(raw: unknown, path: SettingsPath, context: TableContext): Ipv4Embedding | undefined {
  if (raw === undefined || raw === false) return undefined;
  if (raw === true) return WELL_KNOWN_EMBEDDING;
  const wrong = typeof raw === 'string' ? readPrefix(raw) : `${describeValue(raw)} does not fit; allowed: ${FORM}`;
  if (typeof wrong !== 'string') return wrong;
  context.faults.fault(path, wrong);
  return undefined;
}

/** Or what is wrong with it. */
function readPrefix(written: string): Ipv4Embedding | string {
  const [, address = '', bits = ''] = /^([^/%]+)\/(\d{1,3})$/.exec(written) ?? [];
  const prefix = new Uint8Array(16);
  if (isIP(address) !== 6 || !parseAddress(address, prefix)) return `${quote(written)} does not fit; allowed: ${FORM}`;
  const prefixBits = Number(bits);
  if (!EMBEDDING_PREFIX_BITS.includes(prefixBits))
    return `${quote(written)}: a prefix of ${prefixBits} bits holds no IPv4 address; allowed: ${EMBEDDING_PREFIX_BITS.join(', ')}`;
  if (prefix.some((octet, index) => index >= prefixBits / 8 && octet !== 0))
    return `${quote(written)} has bits set behind its first ${prefixBits}`;
  if (prefix[8] !== 0) return `${quote(written)}: bits 64 to 71 must be 0 (RFC 6052)`;
  return { prefix, prefixBits };
}
