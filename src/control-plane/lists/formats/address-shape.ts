// What an address in front of a name, or behind it, says that the name is to be answered with. Nobody's addresses (0.0.0.0, ::) and
// one's own (127.0.0.1, ::1) stand for blocking.

import { RULE_CLASS, type RuleShape } from '../../../memory/block-table/rule-model.ts';
import { internShape } from '../../../policy/rule-syntax/filter-rule.ts';
import { isMappedIpv4, parseAddress } from '../../../wire/ip-address.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { BLOCK } from './line-format.ts';

const TEXT_MAX = 64;

export type AddressMeaning =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'own' }
  | { readonly kind: 'other'; readonly type: number; readonly rdataHex: string };

/** Undefined for what is no address. */
export function addressMeaning(text: string): AddressMeaning | undefined {
  const octets = new Uint8Array(16);
  if (text.length > TEXT_MAX || !parseAddress(text, octets)) return undefined;
  const isIpv4 = isMappedIpv4(octets);
  const rdata = Buffer.from(isIpv4 ? octets.subarray(12) : octets);
  if (rdata.every((octet) => octet === 0)) return { kind: 'nobody' };
  if (isIpv4 ? rdata[0] === 127 : rdata.subarray(0, 15).every((octet) => octet === 0) && rdata[15] === 1)
    return { kind: 'own' };
  return { kind: 'other', type: isIpv4 ? TYPE.A : TYPE.AAAA, rdataHex: rdata.toString('hex') };
}

/** The addresses in front of hosts lines; nearly every line of a list begins with the one before. */
export class AddressShapes {
  /** Of the address that was read last. */
  shape: RuleShape = BLOCK;
  private readonly known = new Uint8Array(TEXT_MAX);
  private knownLength = 0;

  /** Whether the octets are an address. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length > TEXT_MAX) return false;
    if (length === this.knownLength) {
      let same = 0;
      while (same < length && bytes[start + same] === this.known[same]) same++;
      if (same === length) return true;
    }
    const meaning = addressMeaning(Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1'));
    if (meaning === undefined) return false;
    this.shape =
      meaning.kind !== 'other'
        ? BLOCK
        : internShape({
            class: RULE_CLASS.BLOCK,
            response: { kind: 'records', records: [{ type: meaning.type, rdataHex: meaning.rdataHex }] },
          });
    this.known.set(bytes.subarray(start, end));
    this.knownLength = length;
    return true;
  }
}
