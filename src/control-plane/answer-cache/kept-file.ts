// The file of kept answers: a header that says when it was written and who was asked, blocks of answers, each with its checksum, and
// an end. It is believed as a whole or not at all. Pure; main thread.
//
//   header   | "sottoans" | version 32 | 0 32 | wall clock, ms, float 64 | up time, s, float 64 | boot, 16 octets |
//            | fingerprint of who was asked, 16 octets | CRC-32 |
//   block    | octets of answers 32 | number of answers 32 | CRC-32 of octets and number and answers | answers |
//   end      | 0 32 | number of all answers 32 | CRC-32 |                                            all big-endian

import { crc32 } from 'node:zlib';
import { FINGERPRINT_BYTES } from './who-is-asked.ts';

const MAGIC = new TextEncoder().encode('sottoans');
const VERSION = 3;
const BOOT_AT = 32;
const FINGERPRINT_AT = 48;
const HEADER_CRC_AT = FINGERPRINT_AT + FINGERPRINT_BYTES;
const HEADER_BYTES = HEADER_CRC_AT + 4;
export const BLOCK_HEAD_BYTES = 12;
const BLOCK_CRC_AT = 8;

/** When something was written or read, by clocks that do not trust each other. */
export interface Moment {
  readonly wallMilliseconds: number;
  /** Since the system started, time asleep included. */
  readonly upSeconds: number;
  /** Which start that was: 16 octets, zeros where the system does not say. */
  readonly boot: Uint8Array;
}

/** `asked`: fingerprint of who was asked for the answers. */
export function encodeHeader(moment: Moment, asked: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(8, VERSION);
  view.setFloat64(16, moment.wallMilliseconds);
  view.setFloat64(24, moment.upSeconds);
  bytes.set(moment.boot.subarray(0, 16), BOOT_AT);
  bytes.set(asked.subarray(0, FINGERPRINT_BYTES), FINGERPRINT_AT);
  view.setUint32(HEADER_CRC_AT, crc32(bytes.subarray(0, HEADER_CRC_AT)));
  return bytes;
}

/** Completes the block whose answers stand in `block` from BLOCK_HEAD_BYTES to `end`. Without answers: the file's end. */
export function sealBlock(block: Uint8Array, end: number, answerCount: number): void {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  view.setUint32(0, end - BLOCK_HEAD_BYTES);
  view.setUint32(4, answerCount);
  view.setUint32(BLOCK_CRC_AT, crcOfBlock(block, end));
}

function crcOfBlock(block: Uint8Array, end: number): number {
  return crc32(block.subarray(BLOCK_HEAD_BYTES, end), crc32(block.subarray(0, BLOCK_CRC_AT)));
}

/** Where the answers of one block stand in the file. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly answerCount: number;
}

export type KeptFile =
  | { readonly writtenAt: Moment; readonly asked: Uint8Array; readonly blocks: readonly Block[] }
  /** Why it is not used, to follow the file's name. */
  | { readonly wrong: string };

/** Checks all of it before any is used. Never throws. */
export function readKeptFile(bytes: Uint8Array): KeptFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < MAGIC.length || MAGIC.some((octet, i) => bytes[i] !== octet))
    return { wrong: 'is not a file of kept answers' };
  if (bytes.length >= 12 && view.getUint32(8) !== VERSION)
    return { wrong: `is of version ${view.getUint32(8)}, this is version ${VERSION}` };
  if (bytes.length < HEADER_BYTES) return { wrong: 'is cut short' };
  if (view.getUint32(HEADER_CRC_AT) !== crc32(bytes.subarray(0, HEADER_CRC_AT))) return { wrong: 'is damaged' };
  const blocks: Block[] = [];
  let total = 0;
  for (let at = HEADER_BYTES; ; ) {
    if (at + BLOCK_HEAD_BYTES > bytes.length) return { wrong: 'is cut short' };
    const length = view.getUint32(at);
    const answerCount = view.getUint32(at + 4);
    const start = at + BLOCK_HEAD_BYTES;
    const end = start + length;
    if (end > bytes.length) return { wrong: 'is cut short or damaged' };
    if (view.getUint32(at + BLOCK_CRC_AT) !== crcOfBlock(bytes.subarray(at, end), end - at))
      return { wrong: 'is damaged' };
    if (length === 0) {
      if (end !== bytes.length || answerCount !== total) return { wrong: 'is damaged' };
      break;
    }
    blocks.push({ start, end, answerCount });
    total += answerCount;
    at = end;
  }
  const writtenAt = {
    wallMilliseconds: view.getFloat64(16),
    upSeconds: view.getFloat64(24),
    boot: bytes.slice(BOOT_AT, FINGERPRINT_AT),
  };
  return { writtenAt, asked: bytes.slice(FINGERPRINT_AT, HEADER_CRC_AT), blocks };
}

/**
 * Whole seconds that passed from `written` to `now`, rather too many than too few, so that no answer gets new life; undefined if that
 * cannot be known because the clock was set back. Within one run of the system its up time knows better than any wall clock.
 */
export function elapsedSeconds(written: Moment, now: Moment): number | undefined {
  const byWall = (now.wallMilliseconds - written.wallMilliseconds) / 1000;
  const isSameBoot =
    written.boot.some((octet) => octet !== 0) && written.boot.every((octet, i) => now.boot[i] === octet);
  const byUpTime = now.upSeconds - written.upSeconds;
  const elapsed = isSameBoot && byUpTime >= 0 ? Math.max(byWall, byUpTime) : byWall;
  return elapsed >= 0 ? Math.ceil(elapsed) : undefined;
}
