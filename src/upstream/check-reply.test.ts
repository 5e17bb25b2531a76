// What counts as the answer to a query: no mutation of a reply crashes the check or passes as the answer to another question (row 11).

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decode, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { answerTo } from '../../test/peers/scripted-doh-server.ts';
import { queryFor } from '../../test/peers/scripted-upstream.ts';
import { replyFault, subtractAge } from './check-reply.ts';

const QUERY = queryFor('www.example.org');

describe('replyFault', () => {
  test('accepts an answer to the question, whatever the letter case of its name', () => {
    assert.equal(replyFault(QUERY, answerTo(QUERY)), undefined);
    assert.equal(replyFault(QUERY, answerTo(queryFor('WwW.eXample.ORG'))), undefined);
  });

  test('refuses an answer to any other question', () => {
    for (const other of [queryFor('www.example.com'), queryFor('example.org'), queryFor('www.example.org', 28)]) {
      assert.equal(replyFault(QUERY, answerTo(other)), 'reply to another question');
    }
    assert.equal(replyFault(QUERY, answerTo(queryFor('www.example.org', 1, 3))), 'reply to another question');
  });

  test('never throws on mutated replies, and lets none through with another question or ID', () => {
    const mutation = fc.array(fc.tuple(fc.nat({ max: 80 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 });
    const property = fc.property(mutation, fc.nat({ max: 20 }), (changes, cut) => {
      const reply = answerTo(QUERY);
      for (const [offset, octet] of changes) if (offset < reply.length) reply[offset] = octet;
      const message = reply.subarray(0, reply.length - cut);
      if (replyFault(QUERY, message) !== undefined) return;
      const { id, questions } = decode(message);
      assert.equal(id, 0);
      assert.deepEqual(
        questions?.map(({ name, type, class: qclass }) => [name.toLowerCase(), type, qclass]),
        [['www.example.org', 'A', 'IN']],
      );
    });
    fc.assert(property, { seed: 20_26, numRuns: 20_000 });
  });

  test('never throws on noise', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 600 }), (noise) => {
      replyFault(QUERY, noise);
    });
    fc.assert(property, { seed: 20_27, numRuns: 5_000 });
  });
});

test('subtractAge lowers the TTLs of every section, not below zero', () => {
  const name = 'www.example.org';
  const packet: Packet = {
    type: 'response',
    id: 0,
    questions: [{ type: 'A', name, class: 'IN' }],
    answers: [
      { type: 'A', name, ttl: 300, data: '192.0.2.1' },
      { type: 'A', name, ttl: 20, data: '192.0.2.2' },
    ],
    authorities: [{ type: 'NS', name: 'example.org', ttl: 3600, data: 'ns.example.org' }],
    additionals: [{ type: 'A', name: 'ns.example.org', ttl: 60, data: '192.0.2.53' }],
  };
  const message = encode(packet);
  assert.equal(replyFault(QUERY, message), undefined);
  subtractAge(message, 50);
  const { answers, authorities, additionals } = decode(message);
  const ttls = [...answers!, ...authorities!, ...additionals!].map((record) => 'ttl' in record && record.ttl);
  assert.deepEqual(ttls, [250, 0, 3550, 10]);
});
