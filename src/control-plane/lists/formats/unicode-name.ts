// Internationalized names of a list (UTF-8) as their xn-- form. Rare, so strings are fine here.

import { domainToASCII } from 'node:url';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** ASCII octets of a UTF-8 name, or undefined if it is not UTF-8 or no name. The result is still to be scanned. */
export function asciiFromUnicode(token: Uint8Array): Uint8Array | undefined {
  // A token longer than any name in its longest escape-free spelling: 255 octets of xn-- need no more than this.
  if (token.length > 1024) return undefined;
  for (const octet of token) {
    // The conversion would decode %41 and cut at '/': only characters of names may reach it.
    if (octet < 0x80 && !isNameCharacter(octet)) return undefined;
  }
  let text: string;
  try {
    text = utf8.decode(token);
  } catch {
    return undefined;
  }
  const ascii = domainToASCII(text);
  return ascii === '' ? undefined : new TextEncoder().encode(ascii);
}

function isNameCharacter(octet: number): boolean {
  const lower = octet | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (octet >= 0x30 && octet <= 0x39) ||
    octet === 0x2d ||
    octet === 0x2e ||
    octet === 0x5f
  );
}
