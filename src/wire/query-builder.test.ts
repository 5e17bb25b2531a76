import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { wireName } from '../../test/fuzz/wire/arbitraries.ts';
import { name, toHex } from '../../test/fuzz/wire/messages.ts';
import { buildQuery } from './query-builder.ts';
import { OPTION_BIT } from './query-option.ts';
import { QUERY_FAULT, QueryFacts, readQuery } from './query-reader.ts';

const exampleName = name('www.example.org');
const example = {
  name: exampleName,
  nameLength: exampleName.length,
  type: 65,
  class: 1,
  dnssecOk: false,
  checkingDisabled: false,
};

describe("the gateway's own query", () => {
  test('is what dns-packet reads as RD, AD, one question and an OPT of 1232 octets', () => {
    const query = dnsPacket.decode(Buffer.from(buildQuery(example)));
    assert.equal(query.id, 0);
    assert.equal(query.flags, dnsPacket.RECURSION_DESIRED | dnsPacket.AUTHENTIC_DATA);
    assert.deepEqual(query.questions, [{ name: 'www.example.org', type: 'UNKNOWN_65', class: 'IN' }]);
    const opt = query.additionals![0]!;
    assert.ok(query.additionals!.length === 1 && opt.type === 'OPT');
    assert.deepEqual([opt.name, opt.udpPayloadSize, opt.ednsVersion, opt.flag_do], ['.', 1232, 0, false]);
    assert.deepEqual(
      opt.options.map((option) => option.type),
      ['PADDING'],
    );
  });

  test('D01 D02 carries DO and CD as asked', () => {
    const query = dnsPacket.decode(Buffer.from(buildQuery({ ...example, dnssecOk: true, checkingDisabled: true })));
    assert.equal(query.flag_cd, true);
    const opt = query.additionals![0]!;
    assert.ok(opt.type === 'OPT' && opt.flag_do);
  });

  test('uses only the first nameLength octets of the name buffer', () => {
    const buffer = new Uint8Array(256).fill(0xff);
    buffer.set(exampleName);
    assert.deepEqual(buildQuery({ ...example, name: buffer }), buildQuery(example));
  });

  test('A02 is a multiple of 128 octets, and reads back as it was asked, for any name', () => {
    const facts = new QueryFacts();
    const property = fc.property(
      wireName,
      fc.integer({ min: 0, max: 0xffff }),
      fc.boolean(),
      (asked, type, dnssecOk) => {
        const query = buildQuery({ ...example, name: asked, nameLength: asked.length, type, dnssecOk });
        assert.equal(query.length % 128, 0);
        assert.equal(toHex(query.subarray(12, 12 + asked.length)), toHex(asked));
        assert.equal(readQuery(query, query.length, facts), QUERY_FAULT.NONE);
        assert.deepEqual(
          [facts.type, facts.class, facts.dnssecOk, facts.options],
          [type, 1, dnssecOk, OPTION_BIT.PADDING],
        );
      },
    );
    fc.assert(property, { seed: 8467, numRuns: 500 });
  });

  test('leaves no octet to guess: names of all lengths give 128, 256 or 384 octets, as few as fit', () => {
    for (let length = 2; length <= 255; length++) {
      const query = buildQuery({ ...example, name: new Uint8Array(255), nameLength: length });
      const withoutPadding = 12 + length + 4 + 11 + 4;
      assert.equal(query.length, Math.ceil(withoutPadding / 128) * 128);
    }
  });
});
