// International names as people and lists write them -> the xn-- form in which they are asked for (RFC 5891). Any thread; rare,
// so strings are fine here.

import { domainToASCII } from 'node:url';
import { parseAddress } from './ip-address.ts';
import { nameFromText } from './name-text.ts';

/** Twice what a name can need; the conversion's work grows with the text. */
const WRITTEN_CHARACTERS_MAX = 512;
/** The conversion would decode %2e and cut at a slash: of ASCII only what stands in names may reach it. */
const NAME_CHARACTERS = /^[-\w.\P{ASCII}]+$/u;

/**
 * Text that is ASCII already comes back as it is, whatever it says; undefined if the rest is no name. Digits of other scripts
 * can spell an address.
 */
export function asciiFromInternational(text: string): string | undefined {
  if (!/\P{ASCII}/u.test(text)) return text;
  if (text.length > WRITTEN_CHARACTERS_MAX || !NAME_CHARACTERS.test(text)) return undefined;
  const ascii = domainToASCII(text);
  return ascii === '' ? undefined : ascii;
}

/** Uncompressed wire name of a name in any script, letter case kept where it is ASCII; undefined if it is no name. */
export function nameFromInternational(text: string): Uint8Array<ArrayBuffer> | undefined {
  const ascii = asciiFromInternational(text);
  if (ascii === undefined || (ascii !== text && parseAddress(ascii, new Uint8Array(16)))) return undefined;
  return nameFromText(ascii);
}
