// TSIG (RFC 8945): shows that a message is from somebody who has the key, and on its way back that the answer is too.

import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  HEADER_BYTES,
  readAdditionalCount,
  readAnswerCount,
  readAuthorityCount,
  readQuestionCount,
  readUint16,
} from '../../../../wire/header.ts';
import { skipName } from '../../../../wire/name.ts';
import { knownName } from '../../../../wire/name-text.ts';
import { CLASS } from '../../../../wire/numbers.ts';
import {
  QUESTION_FIXED_BYTES,
  RECORD_FIXED_BYTES,
  RECORD_RDLENGTH,
  RECORD_TYPE,
} from '../../../../wire/resource-record.ts';
import type { TransactionKey } from '../../../settings/acme-settings.ts';

const TYPE_TSIG = 250;
const FUDGE_SECONDS = 300;
const ADDITIONAL_COUNT = 10;

export interface SignedMessage {
  readonly message: Buffer;
  /** Goes into the signature of the answer. */
  readonly mac: Buffer;
}

/** The message with its signature as last record. */
export function signMessage(message: Buffer, key: TransactionKey, now: Date): SignedMessage {
  const seconds = Math.floor(now.getTime() / 1000);
  const mac = digest(key, [message, variables(key, seconds, FUDGE_SECONDS, 0, Buffer.alloc(0))]);
  const name = wire(key.name);
  const rdata = Buffer.concat([
    wire(algorithmName(key)),
    timeFields(seconds, FUDGE_SECONDS),
    uint16(mac.length),
    mac,
    message.subarray(0, 2),
    uint16(0),
    uint16(0),
  ]);
  const record = Buffer.concat([
    name,
    uint16(TYPE_TSIG),
    uint16(CLASS.ANY),
    Buffer.alloc(4),
    uint16(rdata.length),
    rdata,
  ]);
  const signed = Buffer.concat([message, record]);
  signed.writeUInt16BE(signed.readUInt16BE(ADDITIONAL_COUNT) + 1, ADDITIONAL_COUNT);
  return { message: signed, mac };
}

/** What is wrong with the signature of an answer; undefined: nothing. `requestMac`: of the message it answers. */
export function faultOfSignature(
  answer: Buffer,
  key: TransactionKey,
  requestMac: Buffer,
  now: Date,
): string | undefined {
  const start = lastRecord(answer);
  const fixed = start === undefined ? -1 : skipName(answer, start, answer.length);
  if (start === undefined || fixed < 0 || readUint16(answer, fixed + RECORD_TYPE) !== TYPE_TSIG)
    return 'it is not signed';
  const rdataStart = fixed + RECORD_FIXED_BYTES;
  const algorithmEnd = skipName(answer, rdataStart, answer.length);
  if (algorithmEnd < 0 || algorithmEnd + 10 > answer.length) return 'its signature is cut off';
  const seconds = answer.readUIntBE(algorithmEnd, 6);
  const fudge = readUint16(answer, algorithmEnd + 6);
  const macStart = algorithmEnd + 10;
  const macEnd = macStart + readUint16(answer, algorithmEnd + 8);
  if (macEnd + 6 > answer.length) return 'its signature is cut off';
  const error = readUint16(answer, macEnd + 2);
  const other = answer.subarray(macEnd + 6, macEnd + 6 + readUint16(answer, macEnd + 4));
  if (error !== 0) return errorText(error);
  // As it was before it was signed.
  const unsigned = Buffer.from(answer.subarray(0, start));
  answer.copy(unsigned, 0, macEnd, macEnd + 2);
  unsigned.writeUInt16BE(unsigned.readUInt16BE(ADDITIONAL_COUNT) - 1, ADDITIONAL_COUNT);
  const prefix = Buffer.concat([uint16(requestMac.length), requestMac]);
  const expected = digest(key, [prefix, unsigned, variables(key, seconds, fudge, error, other)]);
  const given = answer.subarray(macStart, macEnd);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'its signature is wrong';
  if (Math.abs(now.getTime() / 1000 - seconds) > FUDGE_SECONDS)
    return 'its clock and ours differ by more than 5 minutes';
  return undefined;
}

function errorText(error: number): string {
  if (error === 16) return 'the signature is wrong there (BADSIG); is the secret right?';
  if (error === 17) return 'the key is not known there (BADKEY)';
  if (error === 18) return 'its clock and ours differ by more than 5 minutes (BADTIME)';
  return `TSIG error ${error}`;
}

function digest({ algorithm, secret }: TransactionKey, parts: readonly Uint8Array[]): Buffer {
  const hmac = createHmac(algorithm.replace('hmac-', ''), Buffer.from(secret, 'base64'));
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** Section 4.3.3. */
function variables(key: TransactionKey, seconds: number, fudge: number, error: number, other: Uint8Array): Buffer {
  return Buffer.concat([
    wire(key.name),
    uint16(CLASS.ANY),
    Buffer.alloc(4),
    wire(algorithmName(key)),
    timeFields(seconds, fudge),
    uint16(error),
    uint16(other.length),
    other,
  ]);
}

function timeFields(seconds: number, fudge: number): Buffer {
  const fields = Buffer.alloc(8);
  fields.writeUIntBE(seconds, 0, 6);
  fields.writeUInt16BE(fudge, 6);
  return fields;
}

function algorithmName({ algorithm }: TransactionKey): string {
  return algorithm;
}

/** Canonical: lower case, uncompressed. */
function wire(name: string): Uint8Array {
  return knownName(name.toLowerCase());
}

function uint16(value: number): Buffer {
  return Buffer.from([value >>> 8, value & 0xff]);
}

/** Where the last record begins; undefined where there is none, or the message is not well formed. */
function lastRecord(message: Buffer): number | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  let position = HEADER_BYTES;
  for (let left = readQuestionCount(message); left > 0; left--) {
    position = skipName(message, position, message.length) + QUESTION_FIXED_BYTES;
    if (position < HEADER_BYTES + QUESTION_FIXED_BYTES || position > message.length) return undefined;
  }
  let start: number | undefined;
  const records = readAnswerCount(message) + readAuthorityCount(message) + readAdditionalCount(message);
  for (let left = records; left > 0; left--) {
    start = position;
    const fixed = skipName(message, position, message.length);
    if (fixed < 0 || fixed + RECORD_FIXED_BYTES > message.length) return undefined;
    position = fixed + RECORD_FIXED_BYTES + readUint16(message, fixed + RECORD_RDLENGTH);
    if (position > message.length) return undefined;
  }
  return readAdditionalCount(message) === 0 || position !== message.length ? undefined : start;
}
