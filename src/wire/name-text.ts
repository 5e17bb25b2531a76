// Names between people and the wire: presentation form with \. and \DDD escapes (RFC 1035 section 5.1, RFC 4343 section 2.1).

import { LABEL_MAX_BYTES, NAME_MAX_BYTES } from './name.ts';

const DOT = 0x2e;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const LAST_PRINTABLE = 0x7e;

/**
 * Uncompressed wire name of a presentation-form name, letter case kept; a trailing dot is optional. Undefined if it is not
 * a name, which text outside printable ASCII is not either (an internationalized name comes here in its xn-- form).
 */
export function nameFromText(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text === '.') return new Uint8Array(1);
  const name = new Uint8Array(NAME_MAX_BYTES);
  let labelStart = 0;
  let length = 1;
  for (let i = 0; i < text.length; i++) {
    let octet = text.charCodeAt(i);
    if (octet <= SPACE || octet > LAST_PRINTABLE) return undefined;
    if (octet === DOT) {
      if (!closeLabel(name, labelStart, length)) return undefined;
      labelStart = length++;
      continue;
    }
    if (octet === BACKSLASH) {
      const digits = countDigits(text, i + 1);
      octet = escapedOctet(text, i + 1, digits);
      if (octet < 0) return undefined;
      i += digits === 0 ? 1 : 3;
    }
    // One octet stays free for the root.
    if (length >= NAME_MAX_BYTES - 1) return undefined;
    name[length++] = octet;
  }
  const endsWithDot = length === labelStart + 1 && labelStart > 0;
  if (endsWithDot) return name.slice(0, length);
  if (!closeLabel(name, labelStart, length)) return undefined;
  return name.slice(0, length + 1);
}

/** The same for text of our own. Throws where it is no name: a bug. */
export function knownName(text: string): Uint8Array<ArrayBuffer> {
  const name = nameFromText(text);
  if (name === undefined) throw new Error(`not a name: ${text}`);
  return name;
}

/** Presentation form without trailing dot (the root is "."). `name` is an uncompressed wire name at `offset`. */
export function nameToText(name: Uint8Array, offset = 0): string {
  let text = '';
  let position = offset;
  const end = Math.min(name.length, offset + NAME_MAX_BYTES);
  while (position < end) {
    const labelLength = name[position++]!;
    if (labelLength === 0 || labelLength > LABEL_MAX_BYTES) break;
    if (text !== '') text += '.';
    const labelEnd = Math.min(position + labelLength, end);
    while (position < labelEnd) text += octetToText(name[position++]!);
  }
  return text === '' ? '.' : text;
}

/** Writes the length of the label whose octets stand in (labelStart, end); false if it is empty or too long. */
function closeLabel(name: Uint8Array, labelStart: number, end: number): boolean {
  const labelLength = end - labelStart - 1;
  if (labelLength < 1 || labelLength > LABEL_MAX_BYTES) return false;
  name[labelStart] = labelLength;
  return true;
}

/** 0 or 3: how many digits an escape has; -1 for one or two, which is no escape. */
function countDigits(text: string, offset: number): number {
  if (!isDigit(text.charCodeAt(offset))) return 0;
  return isDigit(text.charCodeAt(offset + 1)) && isDigit(text.charCodeAt(offset + 2)) ? 3 : -1;
}

function escapedOctet(text: string, offset: number, digits: number): number {
  if (digits < 0 || offset >= text.length) return -1;
  if (digits === 0) {
    const octet = text.charCodeAt(offset);
    return octet < SPACE || octet > LAST_PRINTABLE ? -1 : octet;
  }
  const octet = Number(text.slice(offset, offset + 3));
  return octet > 255 ? -1 : octet;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function octetToText(octet: number): string {
  if (octet === DOT || octet === BACKSLASH) return `\\${String.fromCharCode(octet)}`;
  if (octet > SPACE && octet <= LAST_PRINTABLE) return String.fromCharCode(octet);
  return `\\${String(octet).padStart(3, '0')}`;
}
