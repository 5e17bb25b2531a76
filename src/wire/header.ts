// The 12-octet message header (RFC 1035 section 4.1.1). All functions take a message that starts at offset 0.

export const HEADER_BYTES = 12;
export const MESSAGE_MAX_BYTES = 65_535;

export const FLAG_QR = 0x8000;
export const FLAG_AA = 0x0400;
export const FLAG_TC = 0x0200;
export const FLAG_RD = 0x0100;
export const FLAG_RA = 0x0080;
/** Reserved, and zero in all that goes out (RFC 1035 section 4.1.1). */
export const FLAG_Z = 0x0040;
export const FLAG_AD = 0x0020;
export const FLAG_CD = 0x0010;

const OFFSET_ID = 0;
const OFFSET_FLAGS = 2;
const OFFSET_QDCOUNT = 4;
const OFFSET_ANCOUNT = 6;
const OFFSET_NSCOUNT = 8;
const OFFSET_ARCOUNT = 10;

/** The 16-bit big-endian number at `offset`. */
export function readUint16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

/** The 32-bit big-endian number at `offset`, unsigned. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>> 0;
}

export function writeUint16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

export function readId(message: Uint8Array): number {
  return readUint16(message, OFFSET_ID);
}

export function writeId(message: Uint8Array, id: number): void {
  writeUint16(message, OFFSET_ID, id);
}

/** The 16 bits of QR, OPCODE, AA, TC, RD, RA, Z, AD, CD and RCODE. */
export function readFlags(message: Uint8Array): number {
  return readUint16(message, OFFSET_FLAGS);
}

export function writeFlags(message: Uint8Array, flags: number): void {
  writeUint16(message, OFFSET_FLAGS, flags);
}

export function opcodeOf(flags: number): number {
  return (flags >>> 11) & 0xf;
}

/** The four low bits of the RCODE; the upper eight travel in the OPT record (RFC 6891 section 6.1.3). */
export function rcodeOf(flags: number): number {
  return flags & 0xf;
}

export function readQuestionCount(message: Uint8Array): number {
  return readUint16(message, OFFSET_QDCOUNT);
}

export function readAnswerCount(message: Uint8Array): number {
  return readUint16(message, OFFSET_ANCOUNT);
}

export function readAuthorityCount(message: Uint8Array): number {
  return readUint16(message, OFFSET_NSCOUNT);
}

export function readAdditionalCount(message: Uint8Array): number {
  return readUint16(message, OFFSET_ARCOUNT);
}

export function raiseAnswerCount(message: Uint8Array): void {
  writeUint16(message, OFFSET_ANCOUNT, readUint16(message, OFFSET_ANCOUNT) + 1);
}

export function raiseAuthorityCount(message: Uint8Array): void {
  writeUint16(message, OFFSET_NSCOUNT, readUint16(message, OFFSET_NSCOUNT) + 1);
}

export function raiseAdditionalCount(message: Uint8Array): void {
  writeUint16(message, OFFSET_ARCOUNT, readUint16(message, OFFSET_ARCOUNT) + 1);
}

export function writeCounts(
  message: Uint8Array,
  questions: number,
  answers: number,
  authorities: number,
  additionals: number,
): void {
  writeUint16(message, OFFSET_QDCOUNT, questions);
  writeUint16(message, OFFSET_ANCOUNT, answers);
  writeUint16(message, OFFSET_NSCOUNT, authorities);
  writeUint16(message, OFFSET_ARCOUNT, additionals);
}
