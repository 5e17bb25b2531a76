// Copies a record out of a message into another, where compression pointers of the first mean nothing (RFC 3597 section 4).

import { readUint16, writeUint16 } from './header.ts';
import { expandName, NAME_MAX_BYTES, type NameWork, skipName } from './name.ts';
import { RECORD_FIXED_BYTES, RECORD_RDLENGTH } from './resource-record.ts';

/** RDATA with names that may be compressed: octets, character strings, names, and what is left behind them. */
interface NamesInRdata {
  readonly leadingBytes: number;
  readonly strings: number;
  readonly names: number;
  readonly mayHaveMore: boolean;
}

function shape(leadingBytes: number, strings: number, names: number, mayHaveMore = false): NamesInRdata {
  return { leadingBytes, strings, names, mayHaveMore };
}

const ONE_NAME = shape(0, 0, 1);
const TWO_NAMES = shape(0, 0, 2);
const PREFERENCE_AND_NAME = shape(2, 0, 1);

/**
 * By type number: the well-known types of RFC 1035, those that RFC 3597 section 4 adds, and KX and DNAME, which old servers compress
 * against the rules. RDATA of every other type is copied octet by octet.
 */
const SHAPES: ReadonlyMap<number, NamesInRdata> = new Map([
  [2, ONE_NAME], // NS
  [3, ONE_NAME], // MD
  [4, ONE_NAME], // MF
  [5, ONE_NAME], // CNAME
  [6, shape(0, 0, 2, true)], // SOA
  [7, ONE_NAME], // MB
  [8, ONE_NAME], // MG
  [9, ONE_NAME], // MR
  [12, ONE_NAME], // PTR
  [14, TWO_NAMES], // MINFO
  [15, PREFERENCE_AND_NAME], // MX
  [17, TWO_NAMES], // RP
  [18, PREFERENCE_AND_NAME], // AFSDB
  [21, PREFERENCE_AND_NAME], // RT
  [24, shape(18, 0, 1, true)], // SIG
  [26, shape(2, 0, 2)], // PX
  [30, shape(0, 0, 1, true)], // NXT
  [33, shape(6, 0, 1)], // SRV
  [35, shape(4, 3, 1)], // NAPTR
  [36, PREFERENCE_AND_NAME], // KX
  [39, ONE_NAME], // DNAME
]);

const RDATA_MAX_BYTES = 65_535;
const expanded = new Uint8Array(NAME_MAX_BYTES);

/**
 * Appends the record that begins at `offset` of `message` to `out`, which holds `length` octets so far: owner and the names inside RDATA
 * uncompressed, everything else as it is. `messageEnd`: where the message ends. Returns the new length; -1 if a name or its RDATA
 * is malformed, or `out` is too small, and then what stands behind `length` is garbage. Bounded work, which `work` is told; no
 * allocation.
 */
export function copyRecord(
  message: Uint8Array,
  offset: number,
  messageEnd: number,
  out: Uint8Array,
  length: number,
  work?: NameWork,
): number {
  const ownerEnd = skipName(message, offset, messageEnd);
  const fixedAt = appendName(message, offset, messageEnd, out, length, work);
  return fixedAt < 0 ? -1 : copyBehindOwner(message, ownerEnd, messageEnd, out, fixedAt, work);
}

/** The same of a record whose owner, which ends at `ownerEnd`, the caller has written to `out` in its own way. */
export function copyBehindOwner(
  message: Uint8Array,
  ownerEnd: number,
  messageEnd: number,
  out: Uint8Array,
  fixedAt: number,
  work?: NameWork,
): number {
  const rdataStart = ownerEnd + RECORD_FIXED_BYTES;
  if (ownerEnd < 0 || rdataStart > messageEnd) return -1;
  const rdataEnd = rdataStart + readUint16(message, ownerEnd + RECORD_RDLENGTH);
  if (rdataEnd > messageEnd) return -1;
  const rdataAt = appendOctets(message, ownerEnd, rdataStart, out, fixedAt);
  const end = appendRdata(message, readUint16(message, ownerEnd), rdataStart, rdataEnd, out, rdataAt, work);
  if (end < 0 || end - rdataAt > RDATA_MAX_BYTES) return -1;
  writeUint16(out, fixedAt + RECORD_RDLENGTH, end - rdataAt);
  return end;
}

function appendRdata(
  message: Uint8Array,
  type: number,
  start: number,
  end: number,
  out: Uint8Array,
  length: number,
  work: NameWork | undefined,
): number {
  const names = SHAPES.get(type);
  // An empty RDATA has no names, whatever its type.
  if (names === undefined || start === end) return appendOctets(message, start, end, out, length);
  let position = skipStrings(message, start + names.leadingBytes, end, names.strings);
  let written = position < 0 ? -1 : appendOctets(message, start, position, out, length);
  for (let left = names.names; left > 0 && written >= 0; left--) {
    written = appendName(message, position, end, out, written, work);
    position = skipName(message, position, end);
  }
  if (written < 0 || (position < end && !names.mayHaveMore)) return -1;
  return appendOctets(message, position, end, out, written);
}

/** Offset behind `count` character strings, or -1. */
function skipStrings(message: Uint8Array, start: number, end: number, count: number): number {
  let position = start;
  for (let left = count; left > 0 && position < end; left--) position += 1 + message[position]!;
  return position < end ? position : -1;
}

/** -1 also for a `length` below 0: one check at the end of a chain of calls will do. */
function appendName(
  message: Uint8Array,
  offset: number,
  end: number,
  out: Uint8Array,
  length: number,
  work: NameWork | undefined,
): number {
  const nameLength = length < 0 ? -1 : expandName(message, offset, end, expanded, work);
  return nameLength < 0 ? -1 : appendOctets(expanded, 0, nameLength, out, length);
}

function appendOctets(from: Uint8Array, start: number, end: number, out: Uint8Array, length: number): number {
  if (length < 0 || length + end - start > out.length) return -1;
  for (let i = start; i < end; i++) out[length + i - start] = from[i]!;
  return length + end - start;
}
