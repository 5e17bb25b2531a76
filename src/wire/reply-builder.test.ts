import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import dnsPacket from 'dns-packet';
import { FLAGS_QUERY, hex, message, name, question, toHex } from '../../test/fuzz/wire/messages.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer, sameQuestion } from './answer-reader.ts';
import { QUERY_FAULT, QueryFacts, readQuery } from './query-reader.ts';
import { appendAddress, appendNegativeSoa, startReply } from './reply-builder.ts';
import { appendExtendedError, appendOpt } from './reply-opt.ts';

const out = new Uint8Array(65_535);
const query = message({ id: 0xabcd, flags: FLAGS_QUERY, questions: [question(name('WWW.eXample.org'), 1)] });

/** Starts a reply in `out`, where an earlier one has left its octets. */
function start(octets: Uint8Array, rcode = 0): number {
  out.fill(0xee);
  const facts = new QueryFacts();
  readQuery(octets, octets.length, facts);
  return startReply(facts, rcode, out);
}

const decode = (length: number) => dnsPacket.decode(Buffer.from(out.subarray(0, length)));

describe('a reply of our own', () => {
  test('W08 has the ID, the opcode, RD, CD and the question as sent; QR=1, RA=1; AA=0, TC=0, Z=0, AD=0', () => {
    const length = start(
      message({ id: 0xabcd, flags: 0x0770, questions: [question(name('WWW.eXample.org'), 65_280, 3)] }),
      5,
    );
    assert.equal(
      toHex(out.subarray(0, length)),
      `abcd819500010000000000000357575707655861${'6d706c65036f726700ff000003'}`,
    );
    assert.equal(start(message({ id: 1, flags: 0 })), 12);
    assert.equal(toHex(out.subarray(0, 12)), '000180800000000000000000');
  });

  test('W06 to an opcode that is not served is a header with that opcode', () => {
    const length = start(message({ id: 7, flags: (5 << 11) | 0x0100, counts: [1, 2, 3, 4] }), 4);
    assert.equal(toHex(out.subarray(0, length)), '0007a9840000000000000000');
  });

  test('only the low four bits of an extended RCODE go into the header', () => {
    start(query, 16);
    assert.equal(out[3]! & 0xf, 0);
  });

  test('may be written over the query itself', () => {
    const buffer = query.slice();
    const facts = new QueryFacts();
    readQuery(buffer, buffer.length, facts);
    assert.equal(startReply(facts, 3, buffer), query.length);
    assert.equal(toHex(buffer.subarray(12)), toHex(query.subarray(12)));
  });

  test('carries addresses owned by the question', () => {
    let length = start(query);
    length = appendAddress(out, length, hex('c0000201'), 60);
    length = appendAddress(out, length, hex('20010db8000000000000000000000001'), 61);
    assert.deepEqual(decode(length).answers, [
      { name: 'WWW.eXample.org', type: 'A', ttl: 60, class: 'IN', flush: false, data: '192.0.2.1' },
      { name: 'WWW.eXample.org', type: 'AAAA', ttl: 61, class: 'IN', flush: false, data: '2001:db8::1' },
    ]);
  });

  test('C07 carries an SOA from which the negative answer is cached for the TTL given', () => {
    const length = appendNegativeSoa(out, start(query, 3), 60);
    const decoded = decode(length);
    assert.equal(decoded.answers!.length, 0);
    assert.equal(decoded.authorities!.length, 1);
    const soa = decoded.authorities![0]!;
    assert.ok(soa.type === 'SOA');
    assert.deepEqual([soa.name, soa.ttl], ['WWW.eXample.org', 60]);
    assert.deepEqual(soa.data, {
      mname: 'sotto.invalid',
      rname: 'nobody.invalid',
      serial: 1,
      refresh: 3600,
      retry: 1200,
      expire: 604_800,
      minimum: 60,
    });
    const facts = new AnswerFacts();
    assert.equal(readAnswer(out, length, facts), ANSWER_FAULT.NONE);
    assert.equal(facts.negativeTtlSeconds, 60);
    appendNegativeSoa(out, start(query, 3), 7);
    assert.equal(readAnswer(out, length, facts), ANSWER_FAULT.NONE);
    assert.equal(facts.negativeTtlSeconds, 7, 'the TTL of one reply does not stick to the next');
  });

  test('with records in every section is a well-formed answer to the query', () => {
    let length = appendAddress(out, start(query), hex('00000000'), 10);
    length = appendNegativeSoa(out, length, 10);
    const optStart = length;
    length = appendOpt(out, length, 0, false);
    length = appendExtendedError(out, optStart, length, 17, new Uint8Array());
    const facts = new AnswerFacts();
    assert.equal(readAnswer(out, length, facts), ANSWER_FAULT.NONE);
    assert.deepEqual([facts.ttlCount, facts.addressCount], [2, 1]);
    assert.ok(sameQuestion(query, out.subarray(0, length)));
    assert.equal(readQuery(out, length, new QueryFacts()), QUERY_FAULT.IS_RESPONSE);
  });
});
