// IP addresses as octets. IPv4 is carried as ::ffff:a.b.c.d so that one comparison serves both families.

const COLON = 0x3a;
const DOT = 0x2e;

/** Parses textual IPv4 or IPv6 (a %zone is ignored) into 16 octets of `out`; false if it is neither. No allocation. */
export function parseAddress(text: string, out: Uint8Array): boolean {
  if (text.includes(':')) return parseIpv6(text, out);
  out.fill(0, 0, 10);
  out[10] = 0xff;
  out[11] = 0xff;
  return parseIpv4(text, 0, text.length, out, 12);
}

/** Textual form: dotted quad for mapped IPv4, RFC 5952 for IPv6. `bytes`: 16 octets. */
export function addressToText(bytes: Uint8Array): string {
  if (isMappedIpv4(bytes)) return `${bytes[12]}.${bytes[13]}.${bytes[14]}.${bytes[15]}`;
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((bytes[i]! << 8) | bytes[i + 1]!);
  const { start, length } = longestZeroRun(groups);
  if (length < 2) return groupsToText(groups);
  return `${groupsToText(groups.slice(0, start))}::${groupsToText(groups.slice(start + length))}`;
}

/** Whether 16 octets are an IPv4 address in ::ffff:0:0/96. */
export function isMappedIpv4(bytes: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false;
  return bytes[10] === 0xff && bytes[11] === 0xff;
}

/** Four decimal numbers without leading zeros (which some read as octal). */
function parseIpv4(text: string, start: number, end: number, out: Uint8Array, outStart: number): boolean {
  let position = start;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && text.charCodeAt(position++) !== DOT) return false;
    const first = position;
    let value = 0;
    while (position < end && position - first < 3) {
      const digit = text.charCodeAt(position) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      position++;
    }
    const digits = position - first;
    if (digits === 0 || value > 255 || (digits > 1 && text.charCodeAt(first) === 0x30)) return false;
    out[outStart + part] = value;
  }
  return position === end;
}

function parseIpv6(text: string, out: Uint8Array): boolean {
  const percent = text.indexOf('%');
  if (percent === text.length - 1) return false;
  const end = percent < 0 ? text.length : percent;
  let position = 0;
  /** Octets written so far, and how many of them stand before `::`. */
  let written = 0;
  let gap = -1;
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false;
    gap = 0;
    position = 2;
  }
  while (position < end) {
    if (written === 16) return false;
    const groupStart = position;
    let value = 0;
    for (let digit = hexDigit(text, position); digit >= 0; digit = hexDigit(text, ++position)) {
      if (position - groupStart === 4) return false;
      value = (value << 4) | digit;
    }
    if (position < end && text.charCodeAt(position) === DOT) {
      if (written > 12 || !parseIpv4(text, groupStart, end, out, written)) return false;
      written += 4;
      break;
    }
    if (position === groupStart) return false;
    out[written++] = value >>> 8;
    out[written++] = value;
    if (position >= end) break;
    if (text.charCodeAt(position++) !== COLON) return false;
    if (position < end && text.charCodeAt(position) === COLON) {
      if (gap >= 0) return false;
      gap = written;
      position++;
    } else if (position >= end) {
      return false;
    }
  }
  return gap < 0 ? written === 16 : openGap(out, gap, written);
}

/** Moves the octets behind `::` to the end and clears the place; `::` stands for at least one group. */
function openGap(out: Uint8Array, gap: number, written: number): boolean {
  if (written > 14) return false;
  const moved = written - gap;
  out.copyWithin(16 - moved, gap, written);
  out.fill(0, gap, 16 - moved);
  return true;
}

/** Value of the hex digit at `position`, or -1. */
function hexDigit(text: string, position: number): number {
  const code = text.charCodeAt(position);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  const longest = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, index) => {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) {
      longest.start = index - length + 1;
      longest.length = length;
    }
  });
  return longest;
}

function groupsToText(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}
