// What others say, made fit for a log and a terminal.

/** In one line, without control characters: escape sequences would be the terminal's to obey. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
