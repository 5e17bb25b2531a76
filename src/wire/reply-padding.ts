// Pads a reply on an encrypted transport (RFC 7830), so that its size tells less. Octets are zero, and the option is the last of OPT.

import { OPTION_FIXED_BYTES } from './edns.ts';
import { OPTION } from './numbers.ts';
import { appendOptionHead } from './reply-opt.ts';

/** RFC 8467 section 4.1: what a server's replies are padded to a multiple of. */
export const REPLY_PADDING_BLOCK_BYTES = 468;

/**
 * Extends the OPT record that begins at `optStart` and ends the message by a padding option, up to the next multiple of 468
 * octets or `maximumBytes`. Returns the new length; the old one where no option fits.
 */
export function padReply(out: Uint8Array, length: number, optStart: number, maximumBytes: number): number {
  const smallest = length + OPTION_FIXED_BYTES;
  const blocks = Math.ceil(smallest / REPLY_PADDING_BLOCK_BYTES);
  const end = Math.min(blocks * REPLY_PADDING_BLOCK_BYTES, maximumBytes);
  if (end < smallest) return length;
  out.fill(0, appendOptionHead(out, optStart, length, OPTION.PADDING, end - smallest), end);
  return end;
}
