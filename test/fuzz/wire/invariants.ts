// What must hold for every octet string, sent by whomever. Each check throws an assertion error when it does not.

import assert from 'node:assert/strict';
import dnsPacket from 'dns-packet';
import { ANSWER_FAULT, AnswerFacts, readAnswer, sameQuestion } from '../../../src/wire/answer-reader.ts';
import { readAuthorityCount, readUint16, writeUint16 } from '../../../src/wire/header.ts';
import { expandName, skipName } from '../../../src/wire/name.ts';
import { nameFromText, nameToText } from '../../../src/wire/name-text.ts';
import { copyQuery } from '../../../src/wire/query-copy.ts';
import { OPTION_BIT } from '../../../src/wire/query-option.ts';
import { QUERY_FAULT, QueryFacts, readQuery } from '../../../src/wire/query-reader.ts';
import { startReply } from '../../../src/wire/reply-builder.ts';
import { appendOpt } from '../../../src/wire/reply-opt.ts';
import { isStructurallySound } from '../../../src/wire/structure-guard.ts';

const expanded = new Uint8Array(255);
const reply = new Uint8Array(65_535);
/** Header, the longest question, OPT with the longest cookie and two empty options. */
const COPY_MAX_BYTES = 12 + 259 + 11 + 44 + 4 + 4;

/** A query is answerable, or has a fault; its reply is a well-formed answer to it, and a short copy of it says the same. */
export function checkQueryReader(message: Uint8Array): void {
  const facts = new QueryFacts();
  const fault = readQuery(message, message.length, facts);
  assert.ok(Object.values(QUERY_FAULT).includes(fault));
  if (fault === QUERY_FAULT.TOO_SHORT) return;
  assert.ok(facts.questionEnd >= 12 && facts.questionEnd <= Math.max(12, message.length));
  if (facts.questionEnd > 12) {
    assert.equal(facts.questionEnd, 12 + facts.nameLength + 4);
    assertUncompressedName(facts.name, facts.nameLength);
  }
  const questionLength = startReply(facts, 0, reply);
  assert.deepEqual(reply.slice(12, questionLength), message.slice(12, questionLength));
  const replyLength = appendOpt(reply, questionLength, 16, facts.dnssecOk);
  if (fault !== QUERY_FAULT.NONE) return;
  const answerFacts = new AnswerFacts();
  assert.equal(readAnswer(reply, replyLength, answerFacts), ANSWER_FAULT.NONE);
  assert.ok(sameQuestion(message, reply.slice(0, replyLength)));
  const copy = copyQuery(message, facts);
  assert.ok(copy.length <= COPY_MAX_BYTES);
  const copyFacts = new QueryFacts();
  assert.equal(readQuery(copy, copy.length, copyFacts), QUERY_FAULT.NONE);
  // That has no effect for a query that waits: where it has one, it is FORMERR.
  facts.options &= ~OPTION_BIT.BROKEN_KEEPALIVE;
  assert.deepEqual(copyFacts, facts);
}

/** What is noted of an answer lies inside it, and the part without OPT reads the same again. */
export function checkAnswerReader(message: Uint8Array): void {
  const facts = new AnswerFacts();
  if (readAnswer(message, message.length, facts) !== ANSWER_FAULT.NONE) return;
  const end = facts.lengthWithoutOpt;
  assert.ok(facts.questionEnd <= end && end <= message.length);
  let before = facts.questionEnd;
  for (const offset of facts.ttlOffsets.subarray(0, facts.ttlCount)) {
    assert.ok(offset >= before + 5 && offset + 6 <= end, 'a TTL stands in a record of its own');
    before = offset + 6;
  }
  for (const offset of facts.cnameTargetOffsets.subarray(0, facts.cnameCount)) {
    const length = expandName(message, offset, end, expanded);
    if (length >= 0) assertUncompressedName(expanded, length);
  }
  for (const [index, offset] of facts.addressOffsets.subarray(0, facts.addressCount).entries()) {
    const length = facts.addressBytes[index]!;
    assert.ok((length === 4 || length === 16) && offset + length <= end);
  }
  assert.ok(facts.extendedErrorTextStart <= facts.extendedErrorTextEnd && facts.extendedErrorTextEnd <= message.length);

  const relayed = message.slice(0, end);
  const aheadOfAdditional = facts.answerCount + readAuthorityCount(message);
  writeUint16(relayed, 10, facts.ttlCount - aheadOfAdditional);
  const again = new AnswerFacts();
  assert.equal(readAnswer(relayed, end, again), ANSWER_FAULT.NONE);
  assert.equal(again.lengthWithoutOpt, end);
  assert.deepEqual(again.ttlOffsets, facts.ttlOffsets);
  assert.equal(again.negativeTtlSeconds, facts.negativeTtlSeconds);
}

/** A name read at any offset is a name, and survives the way through text. */
export function checkNames(message: Uint8Array): void {
  for (let offset = 0; offset <= message.length; offset++) {
    const length = expandName(message, offset, message.length, expanded);
    if (length < 0) continue;
    assertUncompressedName(expanded, length);
    assert.notEqual(skipName(message, offset, message.length), -1, 'a name that expands can be skipped');
    const name = expanded.slice(0, length);
    assert.deepEqual(nameFromText(nameToText(name)), name);
  }
}

/** What the guard lets through, dns-packet decodes (or refuses) record by record, as many as the header says and fit. */
export function checkStructureGuard(message: Uint8Array): void {
  if (!isStructurallySound(message)) return;
  const decoded = decodeOrUndefined(message);
  if (decoded === undefined) return;
  const records = [decoded.answers, decoded.authorities, decoded.additionals].map((section) => section?.length ?? 0);
  assert.deepEqual(
    records,
    [6, 8, 10].map((offset) => readUint16(message, offset)),
  );
  assert.ok(records.reduce((sum, count) => sum + count, 0) * 11 <= message.length - 12);
}

function decodeOrUndefined(message: Uint8Array): dnsPacket.DecodedPacket | undefined {
  try {
    return dnsPacket.decode(Buffer.from(message));
  } catch {
    return undefined;
  }
}

export function assertUncompressedName(name: Uint8Array, length: number): void {
  assert.ok(length >= 1 && length <= 255);
  assert.equal(skipName(name, 0, length), length);
  assert.equal(name[length - 1], 0);
}
