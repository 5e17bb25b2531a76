// What others say, made fit for a log and a terminal.

/** Of a step of an order, or of why one failed. */
const TEXT_MAX_CHARACTERS = 1_000;

/** In one line, without control characters: escape sequences would be the terminal's to obey. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** Plain, and of a length that logs and kept state can bear, however much was said. */
export function shortText(text: string, maxCharacters = TEXT_MAX_CHARACTERS): string {
  // What is far behind the end need not be looked at.
  const plain = plainText(text.slice(0, maxCharacters * 4));
  return plain.length > maxCharacters ? `${plain.slice(0, maxCharacters)}…` : plain;
}
