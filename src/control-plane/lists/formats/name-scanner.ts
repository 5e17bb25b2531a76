// Names out of list text: octets of a line -> a lower-cased uncompressed wire name, without making strings.
// Runs over 1.5 million names at a time in the list compiler; also on the main thread while a list arrives.

import { asciiFromInternational } from '../../../wire/international-name.ts';
import { LABEL_MAX_BYTES, NAME_MAX_BYTES } from '../../../wire/name.ts';
import { FAULT, type LineFault } from './line-fault.ts';

// Classes of octets in CLASS_OF; anything from HYPHEN up is the lower-cased octet itself.
const END_OF_TOKEN = 0;
const DOT = 1;
const INVALID = 2;
const NOT_ASCII = 3;
const HYPHEN = 0x2d;

const CLASS_OF = makeClasses();

/** What is not UTF-8 becomes a character that no name has. */
const utf8 = new TextDecoder();

/** Octets of `moreEnds` end a token besides blanks, line ends and '#'. */
function makeClasses(moreEnds = ''): Uint8Array<ArrayBuffer> {
  const classes = new Uint8Array(256).fill(INVALID);
  for (const octet of [0x20, 0x09, 0x0a, 0x0d, 0x23]) classes[octet] = END_OF_TOKEN; // blank, tab, LF, CR, '#'
  classes[0x2e] = DOT;
  classes[HYPHEN] = HYPHEN;
  classes[0x5f] = 0x5f;
  for (let digit = 0x30; digit <= 0x39; digit++) classes[digit] = digit;
  for (let letter = 0x61; letter <= 0x7a; letter++) {
    classes[letter] = letter;
    classes[letter - 0x20] = letter;
  }
  classes.fill(NOT_ASCII, 0x80);
  for (const octet of Buffer.from(moreEnds, 'latin1')) classes[octet] = END_OF_TOKEN;
  return classes;
}

/** Offset after the token at `offset`: a token ends at a blank, a line end or '#'. */
export function skipToken(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end && CLASS_OF[bytes[at]!] !== END_OF_TOKEN) at++;
  return at;
}

export function skipBlanks(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0d)) at++;
  return at;
}

/** Reads one name at a time. What it found stands in its fields until the next `scan`. */
export class NameScanner {
  /** Lower-cased wire name; valid up to `length` unless `fault` is set (then for FAULT.ADDRESS only). */
  readonly wire: Uint8Array<ArrayBuffer> = new Uint8Array(NAME_MAX_BYTES + 1);
  length = 0;
  fault: LineFault = FAULT.NONE;
  private readonly classes: Uint8Array<ArrayBuffer>;

  /** `moreEnds`: ASCII characters that end a name besides blanks, line ends and '#'. */
  constructor(moreEnds = '') {
    this.classes = makeClasses(moreEnds);
  }

  /**
   * Reads the token at `offset` as a name: letters, digits, hyphens and underscores in labels of at most 63 octets; a
   * trailing dot is allowed, UTF-8 becomes its xn-- form. Returns the offset after the token, whatever it was.
   */
  scan(bytes: Uint8Array, offset: number, end: number): number {
    const wire = this.wire;
    const classes = this.classes;
    this.length = 0;
    this.fault = FAULT.NONE;
    let at = offset;
    let labelStart = 0;
    let previousLabelStart = 0;
    // Writes past the 256 octets of `wire` fall into nothing; the length check below refuses such names.
    let out = 1;
    while (at < end) {
      const octet = classes[bytes[at]!]!;
      if (octet >= HYPHEN) {
        wire[out++] = octet;
      } else if (octet === DOT) {
        const labelLength = out - labelStart - 1;
        if (labelLength === 0) return this.fail(FAULT.EMPTY_LABEL, bytes, at, end);
        if (labelLength > LABEL_MAX_BYTES) return this.fail(FAULT.LABEL_TOO_LONG, bytes, at, end);
        wire[labelStart] = labelLength;
        previousLabelStart = labelStart;
        labelStart = out++;
      } else if (octet === END_OF_TOKEN) {
        break;
      } else if (octet === NOT_ASCII) {
        return this.scanUnicode(bytes, offset, end);
      } else {
        return this.fail(FAULT.BAD_CHARACTER, bytes, at, end);
      }
      at++;
    }
    const labelLength = out - labelStart - 1;
    if (labelLength > LABEL_MAX_BYTES) return this.fail(FAULT.LABEL_TOO_LONG, bytes, at, end);
    if (labelLength === 0) {
      // A trailing dot: the label it opened becomes the root. A lone dot, or nothing, is no name.
      if (labelStart === 0) return this.fail(FAULT.EMPTY_LABEL, bytes, at, end);
      out--;
      labelStart = previousLabelStart;
    } else {
      wire[labelStart] = labelLength;
    }
    if (out + 1 > NAME_MAX_BYTES) return this.fail(FAULT.NAME_TOO_LONG, bytes, at, end);
    wire[out] = 0;
    this.length = out + 1;
    if (isNumeric(wire, labelStart + 1, out)) this.fault = FAULT.ADDRESS;
    return at;
  }

  private fail(fault: LineFault, bytes: Uint8Array, offset: number, end: number): number {
    this.fault = fault;
    return this.tokenEnd(bytes, offset, end);
  }

  private tokenEnd(bytes: Uint8Array, offset: number, end: number): number {
    let at = offset;
    while (at < end && this.classes[bytes[at]!] !== END_OF_TOKEN) at++;
    return at;
  }

  private scanUnicode(bytes: Uint8Array, offset: number, end: number): number {
    const after = this.tokenEnd(bytes, offset, end);
    const ascii = asciiFromInternational(utf8.decode(bytes.subarray(offset, after)));
    if (ascii === undefined) this.fault = FAULT.BAD_CHARACTER;
    else this.scan(new TextEncoder().encode(ascii), 0, ascii.length);
    return after;
  }
}

/** Whether a last label is a number. No top-level domain is: such a token is an address (or a part of one), not a name. */
function isNumeric(wire: Uint8Array, offset: number, end: number): boolean {
  let at = offset;
  while (at < end && wire[at]! >= 0x30 && wire[at]! <= 0x39) at++;
  return at === end;
}
