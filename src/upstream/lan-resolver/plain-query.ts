// The gateway's own query as it goes to a LAN resolver: with a random ID, and without padding, which hides nothing in plain text.

import { randomBytes } from 'node:crypto';
import { OPT_FLAG_DO } from '../../wire/edns.ts';
import {
  FLAG_CD,
  FLAG_RD,
  HEADER_BYTES,
  readFlags,
  readUint16,
  writeCounts,
  writeFlags,
  writeUint16,
} from '../../wire/header.ts';
import { skipName } from '../../wire/name.ts';
import { TYPE } from '../../wire/numbers.ts';
import { UDP_PAYLOAD_BYTES } from '../../wire/reply-opt.ts';
import { QUESTION_FIXED_BYTES, RECORD_MIN_BYTES } from '../../wire/resource-record.ts';

/**
 * `query`: one that wire/query-builder made. RD=1, CD and DO as there; with `edns` an OPT of 1232 octets without options, for
 * resolvers that know none (RFC 6891 section 7) nothing but the question.
 */
export function plainQuery(query: Uint8Array, edns: boolean): Uint8Array {
  const questionEnd = skipName(query, HEADER_BYTES, query.length) + QUESTION_FIXED_BYTES;
  const message = new Uint8Array(questionEnd + (edns ? RECORD_MIN_BYTES : 0));
  message.set(query.subarray(0, questionEnd));
  message.set(randomBytes(2));
  writeFlags(message, FLAG_RD | (readFlags(query) & FLAG_CD));
  writeCounts(message, 1, 0, 0, edns ? 1 : 0);
  if (!edns) return message;
  writeUint16(message, questionEnd + 1, TYPE.OPT);
  writeUint16(message, questionEnd + 3, UDP_PAYLOAD_BYTES);
  writeUint16(message, questionEnd + 7, readUint16(query, questionEnd + 7) & OPT_FLAG_DO);
  return message;
}
