// Text from elsewhere on its way to a terminal: nothing in it may move the cursor, color what follows or reorder a line.

/** Control and format characters, line separators and lone surrogates as \u{1b}; everything else as it is. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

const utf8 = new TextDecoder();

/** The same for octets that should be UTF-8, in quotes. */
export function quotedUtf8(octets: Uint8Array): string {
  return `"${visible(utf8.decode(octets)).replaceAll('"', '\\"')}"`;
}
