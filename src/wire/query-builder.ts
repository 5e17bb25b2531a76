// Builds the gateway's own queries for the upstream (RFC 8484: ID 0; RFC 8467: padded to 128 octets).

import { OPT_FLAG_DO, OPTION_FIXED_BYTES } from './edns.ts';
import { FLAG_AD, FLAG_CD, FLAG_RD, HEADER_BYTES, writeCounts, writeFlags, writeUint16 } from './header.ts';
import { OPTION, TYPE } from './numbers.ts';
import { UDP_PAYLOAD_BYTES } from './reply-opt.ts';
import { QUESTION_FIXED_BYTES, RECORD_MIN_BYTES } from './resource-record.ts';

const PADDING_BLOCK_BYTES = 128;

export interface OutgoingQuestion {
  /** Uncompressed wire name. */
  readonly name: Uint8Array;
  readonly nameLength: number;
  readonly type: number;
  readonly class: number;
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
}

/** A fresh message: ID 0, RD=1, AD=1, CD as asked, OPT with UDP size 1232, DO as asked, padding to a multiple of 128 octets. */
export function buildQuery(question: OutgoingQuestion): Uint8Array<ArrayBuffer> {
  const nameEnd = HEADER_BYTES + question.nameLength;
  const optStart = nameEnd + QUESTION_FIXED_BYTES;
  const paddingStart = optStart + RECORD_MIN_BYTES + OPTION_FIXED_BYTES;
  const length = Math.ceil(paddingStart / PADDING_BLOCK_BYTES) * PADDING_BLOCK_BYTES;
  // From Node's pool: memory of its own for so few octets costs as much as the rest of the way out.
  const message = Buffer.allocUnsafe(length).fill(0);
  writeFlags(message, FLAG_RD | FLAG_AD | (question.checkingDisabled ? FLAG_CD : 0));
  writeCounts(message, 1, 0, 0, 1);
  for (let i = 0; i < question.nameLength; i++) message[HEADER_BYTES + i] = question.name[i]!;
  writeUint16(message, nameEnd, question.type);
  writeUint16(message, nameEnd + 2, question.class);
  writeUint16(message, optStart + 1, TYPE.OPT);
  writeUint16(message, optStart + 3, UDP_PAYLOAD_BYTES);
  writeUint16(message, optStart + 7, question.dnssecOk ? OPT_FLAG_DO : 0);
  writeUint16(message, optStart + 9, length - optStart - RECORD_MIN_BYTES);
  writeUint16(message, optStart + RECORD_MIN_BYTES, OPTION.PADDING);
  writeUint16(message, optStart + RECORD_MIN_BYTES + 2, length - paddingStart);
  return message;
}
