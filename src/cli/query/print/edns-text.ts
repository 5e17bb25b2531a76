// The OPT record in words (RFC 6891 section 6.1): extended errors first, since they say why.

import { OPT_FLAG_DO, OPTION_FIXED_BYTES, skipOption } from '../../../wire/edns.ts';
import { readUint16 } from '../../../wire/header.ts';
import { OPTION } from '../../../wire/numbers.ts';
import { extendedErrorToText } from '../../../wire/type-text.ts';
import { quotedUtf8 } from '../../visible-text.ts';
import { hexText } from './octets-text.ts';
import type { ResourceRecord } from './sections.ts';

const INFO_CODE_BYTES = 2;
const SHOWN_OPTION_BYTES_MAX = 64;

/** The upper eight bits of the RCODE. */
export function extendedRcode(opt: ResourceRecord): number {
  return opt.ttlSeconds >>> 24;
}

/** One line per extended error, one for the rest. `message` has passed wire/structure-guard.ts. */
export function ednsLines(message: Uint8Array, opt: ResourceRecord): string[] {
  const errors: string[] = [];
  const others: string[] = [];
  for (let position = opt.rdataStart; position < opt.rdataEnd; ) {
    const end = skipOption(message, position, opt.rdataEnd);
    const code = readUint16(message, position);
    const data = message.subarray(position + OPTION_FIXED_BYTES, end);
    if (code === OPTION.EXTENDED_ERROR && data.length >= INFO_CODE_BYTES) errors.push(extendedErrorLine(data));
    else if (code === OPTION.PADDING) others.push(`padding ${data.length} octets`);
    else others.push(`option ${code} ${hexText(data.subarray(0, SHOWN_OPTION_BYTES_MAX)) || 'empty'}`);
    position = end;
  }
  const dnssecOk = (opt.ttlSeconds & OPT_FLAG_DO) === 0 ? [] : ['DO'];
  const version = (opt.ttlSeconds >>> 16) & 0xff;
  return [...errors, [`EDNS version ${version}`, `UDP up to ${opt.class} octets`, ...dnssecOk, ...others].join(', ')];
}

/** `EDE 15 (Blocked): "blocked by stevenblack"` (RFC 8914 section 2). */
function extendedErrorLine(data: Uint8Array): string {
  const code = readUint16(data, 0);
  const text = data.subarray(INFO_CODE_BYTES);
  const registered = extendedErrorToText(code);
  const line = registered === `EDE${code}` ? `EDE ${code}` : `EDE ${code} (${registered})`;
  return text.length === 0 ? line : `${line}: ${quotedUtf8(text)}`;
}
