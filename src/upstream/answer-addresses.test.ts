import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answer, encode } from 'dns-packet';
import fc from 'fast-check';
import { addressesOf } from './answer-addresses.ts';

function answer(answers: Answer[], type: 'A' | 'AAAA' = 'A', name = 'www.example.org'): Buffer {
  return encode({ type: 'response', id: 0, flags: 0x180, questions: [{ type, name, class: 'IN' }], answers });
}

const a = (name: string, data: string, ttl = 300): Answer => ({ type: 'A', name, ttl, data });
const cname = (name: string, data: string, ttl = 300): Answer => ({ type: 'CNAME', name, ttl, data });

describe('addressesOf', () => {
  test('gives all addresses of the name and the smallest TTL', () => {
    const message = answer([a('www.example.org', '192.0.2.1', 60), a('WWW.example.org', '192.0.2.2', 30)]);
    assert.deepEqual(addressesOf(message), { rcode: 0, addresses: ['192.0.2.1', '192.0.2.2'], ttlSeconds: 30 });
  });

  test('gives IPv6 addresses as RFC 5952 writes them', () => {
    const message = answer([{ type: 'AAAA', name: 'www.example.org', ttl: 5, data: '2001:db8:0:0:0:0:0:1' }], 'AAAA');
    assert.deepEqual(addressesOf(message)?.addresses, ['2001:db8::1']);
  });

  test('follows CNAMEs in any order, and their TTLs count', () => {
    const message = answer([
      a('end.example.com', '192.0.2.1'),
      cname('middle.example.net', 'end.example.com', 7),
      cname('www.example.org', 'middle.example.net'),
    ]);
    assert.deepEqual(addressesOf(message), { rcode: 0, addresses: ['192.0.2.1'], ttlSeconds: 7 });
  });

  test('ignores addresses of names that the chain does not reach', () => {
    const message = answer([a('bank.example.com', '192.0.2.66'), cname('www.example.org', 'elsewhere.example.org')]);
    assert.deepEqual(addressesOf(message)?.addresses, []);
  });

  test('ends in a loop of CNAMEs', () => {
    const message = answer([cname('www.example.org', 'b.example.org'), cname('b.example.org', 'www.example.org')]);
    assert.deepEqual(addressesOf(message)?.addresses, []);
  });

  test('is undefined for what is no answer', () => {
    assert.equal(addressesOf(new Uint8Array(0)), undefined);
    assert.equal(addressesOf(answer([a('www.example.org', '192.0.2.1')]).subarray(0, -1)), undefined);
  });

  test('never throws on mutated answers', () => {
    const original = answer([cname('www.example.org', 'b.example.org'), a('b.example.org', '192.0.2.1')]);
    const changes = fc.array(fc.tuple(fc.nat({ max: original.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 });
    const property = fc.property(changes, (mutation) => {
      const message = Buffer.from(original);
      for (const [offset, octet] of mutation) message[offset] = octet;
      addressesOf(message);
    });
    fc.assert(property, { seed: 20_28, numRuns: 5_000 });
  });
});
