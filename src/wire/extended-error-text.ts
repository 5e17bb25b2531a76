// The extra text of an Extended DNS Error (RFC 8914 section 2): UTF-8 without a trailing NUL, and short.

/** RFC 8914 asks for short texts; what an upstream or a list's name says may be long. */
const TEXT_MAX_BYTES = 100;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** As many whole characters as fit into 100 octets; control characters, which have no place in a reply, become spaces. */
export function encodeExtendedErrorText(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(TEXT_MAX_BYTES);
  const { written } = encoder.encodeInto(text.replaceAll(/\p{Cc}/gu, ' '), octets);
  return octets.slice(0, written);
}

/** What another server wrote at [start, end), made to fit for a reply of our own: octets that are no UTF-8 are replaced. */
export function relayExtendedErrorText(message: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const text = decoder.decode(message.subarray(start, Math.min(end, start + TEXT_MAX_BYTES)));
  return encodeExtendedErrorText(text.replace(/[\0\uFFFD]+$/, ''));
}
