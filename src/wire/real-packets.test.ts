// Packets from captures and collections of malformed queries, where they are at hand.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  checkAnswerReader,
  checkNames,
  checkQueryReader,
  checkStructureGuard,
} from '../../test/fuzz/wire/invariants.ts';
import { hex } from '../../test/fuzz/wire/messages.ts';
import { readTestData } from '../../test/setup/test-data.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from './answer-reader.ts';
import { FLAG_QR, opcodeOf, readFlags, readQuestionCount } from './header.ts';
import { OPTION_BIT } from './query-option.ts';
import { QUERY_FAULT, QueryFacts, readQuery } from './query-reader.ts';

describe('real packets', () => {
  test('malformed queries get a fault, each a FORMERR but for one of EDNS version 255; a keepalive is one over streams alone', (t) => {
    const archive = readTestData(t, 'packets/malformed-edns-and-compression.tar.gz');
    if (archive === undefined) return;
    const facts = new QueryFacts();
    let brokenKeepalives = 0;
    const faults = filesOfTar(archive).map((bytes) => {
      const fault = readQuery(bytes, bytes.length, facts);
      if (fault === QUERY_FAULT.NONE && (facts.options & OPTION_BIT.BROKEN_KEEPALIVE) !== 0) brokenKeepalives++;
      return fault;
    });
    assert.equal(faults.length, 54);
    const formatFaults = [
      QUERY_FAULT.FORMAT,
      QUERY_FAULT.OPT,
      QUERY_FAULT.QUESTION_COUNT,
      QUERY_FAULT.UNEXPECTED_RECORDS,
    ];
    assert.equal(faults.filter((fault) => formatFaults.some((known) => known === fault)).length, 48);
    assert.equal(brokenKeepalives, 5);
    assert.equal(faults.filter((fault) => fault === QUERY_FAULT.EDNS_VERSION).length, 1);
  });

  test('captured payloads break no reader, and nearly all of them read without fault', (t) => {
    const lines = readTestData(t, 'packets/dns_payloads.jsonl.gz')?.toString().trim().split('\n');
    if (lines === undefined) return;
    const payloads = lines.map((line) => JSON.parse(line) as { proto: string; hex: string });
    const queryFacts = new QueryFacts();
    const answerFacts = new AnswerFacts();
    let messages = 0;
    let withoutFault = 0;
    for (const payload of payloads) {
      const bytes = hex(payload.hex);
      checkQueryReader(bytes);
      checkAnswerReader(bytes);
      checkNames(bytes);
      checkStructureGuard(bytes);
      if (payload.proto !== 'udp' || bytes.length < 12 || !isOrdinary(bytes)) continue;
      messages++;
      const isAnswer = (readFlags(bytes) & FLAG_QR) !== 0;
      if (isAnswer) withoutFault += readAnswer(bytes, bytes.length, answerFacts) === ANSWER_FAULT.NONE ? 1 : 0;
      else withoutFault += readQuery(bytes, bytes.length, queryFacts) === QUERY_FAULT.NONE ? 1 : 0;
    }
    // The rest was looked at one by one: captures cut short, and packets made to be wrong.
    assert.ok(messages > 1600 && withoutFault / messages > 0.985, `${withoutFault} of ${messages}`);
  });
});

/** Opcode QUERY and one question: not mDNS, not NOTIFY, not UPDATE. */
function isOrdinary(message: Uint8Array): boolean {
  return opcodeOf(readFlags(message)) === 0 && readQuestionCount(message) === 1;
}

/** The plain files of a tar archive: a header of 512 octets (size in octal at 124, type '0' at 156), then whole blocks. */
function filesOfTar(archive: Buffer): Uint8Array[] {
  const files: Uint8Array[] = [];
  for (let offset = 0; offset + 512 <= archive.length && archive[offset] !== 0; ) {
    const size = Number.parseInt(archive.toString('latin1', offset + 124, offset + 136), 8);
    const start = offset + 512;
    if (archive[offset + 156] === 0x30) files.push(new Uint8Array(archive.subarray(start, start + size)));
    offset = start + Math.ceil(size / 512) * 512;
  }
  return files;
}
