// Writes the OPT record of a reply (RFC 6891 section 6.1) and its options, one after the other into a caller's buffer (65,535
// octets). Each function returns the new length; OPT stays the last record, and each option is counted in its RDLENGTH.

import { OPT_FLAG_DO, OPTION_FIXED_BYTES } from './edns.ts';
import { raiseAdditionalCount, readUint16, writeUint16 } from './header.ts';
import { OPTION, TYPE } from './numbers.ts';
import { RECORD_MIN_BYTES, RECORD_RDLENGTH } from './resource-record.ts';

/** Our advertised UDP size (RFC 9715, DNS flag day 2020). */
export const UDP_PAYLOAD_BYTES = 1232;

const INFO_CODE_BYTES = 2;
const KEEPALIVE_BYTES = 2;

/** Appends an OPT record without options and raises ARCOUNT. `rcode`: all twelve bits, of which the upper eight go here. */
export function appendOpt(out: Uint8Array, length: number, rcode: number, dnssecOk: boolean): number {
  out[length] = 0;
  writeUint16(out, length + 1, TYPE.OPT);
  writeUint16(out, length + 3, UDP_PAYLOAD_BYTES);
  writeUint16(out, length + 5, (rcode >>> 4) << 8);
  writeUint16(out, length + 7, dnssecOk ? OPT_FLAG_DO : 0);
  writeUint16(out, length + 9, 0);
  raiseAdditionalCount(out);
  return length + RECORD_MIN_BYTES;
}

/**
 * Appends the head of an option with `dataBytes` octets of data to the OPT record that begins at `optStart` and ends the
 * message. Returns where the data starts: the caller writes it.
 */
export function appendOptionHead(
  out: Uint8Array,
  optStart: number,
  length: number,
  code: number,
  dataBytes: number,
): number {
  const rdlengthOffset = optStart + 1 + RECORD_RDLENGTH;
  writeUint16(out, rdlengthOffset, readUint16(out, rdlengthOffset) + OPTION_FIXED_BYTES + dataBytes);
  writeUint16(out, length, code);
  writeUint16(out, length + 2, dataBytes);
  return length + OPTION_FIXED_BYTES;
}

/** Octets that `appendExtendedError` adds. */
export function extendedErrorBytes(text: Uint8Array): number {
  return OPTION_FIXED_BYTES + INFO_CODE_BYTES + text.length;
}

/** An Extended DNS Error (RFC 8914 section 2). `text`: UTF-8 without a trailing NUL. */
export function appendExtendedError(
  out: Uint8Array,
  optStart: number,
  length: number,
  infoCode: number,
  text: Uint8Array,
): number {
  const dataStart = appendOptionHead(out, optStart, length, OPTION.EXTENDED_ERROR, INFO_CODE_BYTES + text.length);
  writeUint16(out, dataStart, infoCode);
  if (text.length > 0) out.set(text, dataStart + INFO_CODE_BYTES);
  return dataStart + INFO_CODE_BYTES + text.length;
}

export const KEEPALIVE_OPTION_BYTES: number = OPTION_FIXED_BYTES + KEEPALIVE_BYTES;

/** edns-tcp-keepalive (RFC 7828 section 3.1): how long the connection may stay idle, in units of 100 ms; 0: close it soon. */
export function appendKeepalive(out: Uint8Array, optStart: number, length: number, deciseconds: number): number {
  const dataStart = appendOptionHead(out, optStart, length, OPTION.TCP_KEEPALIVE, KEEPALIVE_BYTES);
  writeUint16(out, dataStart, deciseconds);
  return dataStart + KEEPALIVE_BYTES;
}
