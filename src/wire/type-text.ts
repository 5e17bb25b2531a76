// Type, class and RCODE numbers as people write them.

import { TYPE } from './numbers.ts';

/** Types that the gateway only relays, by their mnemonics (IANA registry "Resource Record (RR) TYPEs"). */
const RELAYED_TYPES = {
  NULL: 10,
  AFSDB: 18,
  LOC: 29,
  KX: 36,
  CERT: 37,
  APL: 42,
  DHCID: 49,
  NSEC3PARAM: 51,
  SMIMEA: 53,
  HIP: 55,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SPF: 99,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  URI: 256,
  AVC: 258,
  AMTRELAY: 260,
  RESINFO: 261,
  TA: 32768,
  DLV: 32769,
} as const;

const typeByMnemonic = new Map<string, number>([...Object.entries(TYPE), ...Object.entries(RELAYED_TYPES)]);
const mnemonicByType = new Map<number, string>([...typeByMnemonic].map(([mnemonic, type]) => [type, mnemonic]));

/** RCODEs 0 to 11 and 16 to 23 (RFC 6895 section 2.3, RFC 7873, RFC 8490). */
const RCODE_TEXT: ReadonlyMap<number, string> = new Map([
  ...['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'].entries(),
  [6, 'YXDOMAIN'],
  [7, 'YXRRSET'],
  [8, 'NXRRSET'],
  [9, 'NOTAUTH'],
  [10, 'NOTZONE'],
  [11, 'DSOTYPENI'],
  [16, 'BADVERS'],
  [17, 'BADKEY'],
  [18, 'BADTIME'],
  [19, 'BADMODE'],
  [20, 'BADNAME'],
  [21, 'BADALG'],
  [22, 'BADTRUNC'],
  [23, 'BADCOOKIE'],
]);

/** The registry "Extended DNS Error Codes", from 0 on. */
const EXTENDED_ERROR_TEXT: readonly string[] = [
  'Other Error',
  'Unsupported DNSKEY Algorithm',
  'Unsupported DS Digest Type',
  'Stale Answer',
  'Forged Answer',
  'DNSSEC Indeterminate',
  'DNSSEC Bogus',
  'Signature Expired',
  'Signature Not Yet Valid',
  'DNSKEY Missing',
  'RRSIGs Missing',
  'No Zone Key Bit Set',
  'NSEC Missing',
  'Cached Error',
  'Not Ready',
  'Blocked',
  'Censored',
  'Filtered',
  'Prohibited',
  'Stale NXDomain Answer',
  'Not Authoritative',
  'Not Supported',
  'No Reachable Authority',
  'Network Error',
  'Invalid Data',
  'Signature Expired before Valid',
  'Too Early',
  'Unsupported NSEC3 Iterations Value',
  'Unable to conform to policy',
  'Synthesized',
  'Invalid Query Type',
];

/** `A`, `https`, `TYPE65280` -> number; undefined if it is none. */
export function typeFromText(text: string): number | undefined {
  const mnemonic = text.toUpperCase();
  const generic = /^TYPE(\d{1,5})$/.exec(mnemonic);
  if (generic === null) return typeByMnemonic.get(mnemonic);
  const type = Number(generic[1]);
  return type <= 0xffff ? type : undefined;
}

/** Mnemonic, or `TYPE65280` (RFC 3597). */
export function typeToText(type: number): string {
  return mnemonicByType.get(type) ?? `TYPE${type}`;
}

export function rcodeToText(rcode: number): string {
  return RCODE_TEXT.get(rcode) ?? `RCODE${rcode}`;
}

/** The registry's name of an EDE info code, e.g. `Blocked`; `EDE4711` for one that has none. */
export function extendedErrorToText(code: number): string {
  return EXTENDED_ERROR_TEXT[code] ?? `EDE${code}`;
}
