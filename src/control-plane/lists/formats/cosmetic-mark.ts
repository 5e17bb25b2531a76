// Tells rules for the inside of web pages from comments: `##.banner` hides something, `## Trackers` and `# why` are said to people.

const MARK = /^#@?[$%?^]{0,2}#[^#\s]/;
const MARK_MAX_BYTES = 6;
const NUMBER_SIGN = 0x23;
const SECOND = Buffer.from('#@?$%^');

/** `text` begins with the mark or the comment. */
export function isCosmeticMark(text: string): boolean {
  return MARK.test(text);
}

/** The same for octets; no text is made of an ordinary comment. */
export function isCosmeticAt(bytes: Uint8Array, offset: number, end: number): boolean {
  if (offset + 2 >= end || bytes[offset] !== NUMBER_SIGN || !SECOND.includes(bytes[offset + 1]!)) return false;
  const length = Math.min(MARK_MAX_BYTES, end - offset);
  return isCosmeticMark(Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1'));
}
