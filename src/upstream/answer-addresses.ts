// The addresses that an answer gives for its question: CNAMEs are followed inside the message, foreign records ignored.

import { ANSWER_FAULT, AnswerFacts, CNAME_CHAIN_MAX, readAnswer } from '../wire/answer-reader.ts';
import { HEADER_BYTES, readUint16, readUint32 } from '../wire/header.ts';
import { addressToText, parseAddress } from '../wire/ip-address.ts';
import { expandName, foldName, NAME_MAX_BYTES, skipName } from '../wire/name.ts';
import { nameToText } from '../wire/name-text.ts';
import { CLASS, TYPE } from '../wire/numbers.ts';
import { RECORD_CLASS, RECORD_FIXED_BYTES, RECORD_RDLENGTH, RECORD_TTL, RECORD_TYPE } from '../wire/resource-record.ts';

export interface AnswerAddresses {
  readonly rcode: number;
  /** Textual; empty when the name has none. */
  readonly addresses: readonly string[];
  /** Smallest TTL of the records used, in seconds; 0 without addresses. */
  readonly ttlSeconds: number;
}

interface AnswerRecord {
  readonly owner: string;
  readonly type: number;
  readonly ttlSeconds: number;
  readonly rdataStart: number;
  readonly rdataEnd: number;
}

/** A and AAAA records for the question of `message`; undefined if it is not a well-formed answer. Off the hot path. */
export function addressesOf(message: Uint8Array): AnswerAddresses | undefined {
  const facts = new AnswerFacts();
  if (readAnswer(message, message.length, facts) !== ANSWER_FAULT.NONE) return undefined;
  const records = answerRecords(message, facts);
  const addresses: string[] = [];
  let ttlSeconds = Infinity;
  let name = nameAt(message, HEADER_BYTES);
  for (let hops = 0; hops <= CNAME_CHAIN_MAX && addresses.length === 0; hops++) {
    const ofName = records.filter((record) => record.owner === name);
    for (const record of ofName) {
      const address = addressIn(message, record);
      if (address === undefined) continue;
      addresses.push(address);
      ttlSeconds = Math.min(ttlSeconds, record.ttlSeconds);
    }
    const alias = ofName.find((record) => record.type === TYPE.CNAME);
    if (alias === undefined) break;
    ttlSeconds = Math.min(ttlSeconds, alias.ttlSeconds);
    name = nameAt(message, alias.rdataStart);
  }
  return { rcode: facts.rcode, addresses, ttlSeconds: addresses.length === 0 ? 0 : ttlSeconds };
}

/** The records of the answer section; `readAnswer` found the message sound. */
function answerRecords(message: Uint8Array, facts: AnswerFacts): AnswerRecord[] {
  const records: AnswerRecord[] = [];
  let position = facts.questionEnd;
  for (let index = 0; index < facts.answerCount; index++) {
    const fixed = skipName(message, position, message.length);
    const rdataStart = fixed + RECORD_FIXED_BYTES;
    const rdataEnd = rdataStart + readUint16(message, fixed + RECORD_RDLENGTH);
    if (readUint16(message, fixed + RECORD_CLASS) === CLASS.IN) {
      const type = readUint16(message, fixed + RECORD_TYPE);
      const ttl = readUint32(message, fixed + RECORD_TTL);
      // RFC 2181 section 8: a TTL with the top bit set counts as 0.
      const ttlSeconds = ttl > 0x7fff_ffff ? 0 : ttl;
      records.push({ owner: nameAt(message, position), type, ttlSeconds, rdataStart, rdataEnd });
    }
    position = rdataEnd;
  }
  return records;
}

function addressIn(message: Uint8Array, { type, rdataStart, rdataEnd }: AnswerRecord): string | undefined {
  const octets = new Uint8Array(16);
  const length = rdataEnd - rdataStart;
  if (type === TYPE.A && length === 4) {
    parseAddress('0.0.0.0', octets);
    octets.set(message.subarray(rdataStart, rdataEnd), 12);
  } else if (type === TYPE.AAAA && length === 16) {
    octets.set(message.subarray(rdataStart, rdataEnd));
  } else {
    return undefined;
  }
  return addressToText(octets);
}

/** Presentation form, lower case, as a key; undecodable names equal no other. */
function nameAt(message: Uint8Array, offset: number): string {
  const name = new Uint8Array(NAME_MAX_BYTES);
  const length = expandName(message, offset, message.length, name);
  if (length < 0) return `undecodable at ${offset}`;
  foldName(name, length);
  return nameToText(name);
}
