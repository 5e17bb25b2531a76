import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ERROR } from './frame.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import { writeField } from './hpack-encoder.ts';
import { integer, readInteger, writeInteger } from './hpack-integer.ts';

class Conversation {
  readonly #decoder = new HpackDecoder();
  fields: string[] = [];

  get sawMalformed(): boolean {
    return this.#decoder.sawMalformed;
  }

  /** Decodes a block of hexadecimal octets; the error code. */
  decode(hex: string): number {
    const block = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    this.fields = [];
    return this.#decoder.decode(block, 0, block.length, {
      onField: (name, value) => this.fields.push(`${name}: ${value}`),
    });
  }
}

describe('header blocks', () => {
  test('the responses of RFC 7541 appendix C.6 are decoded, with the table full and evicting', () => {
    const talk = new Conversation();
    // The appendix assumes a table of 256 octets.
    assert.equal(talk.decode('3fe101'), ERROR.NO_ERROR);
    assert.equal(
      talk.decode(
        '4882 6402 5885 aec3771a4b 6196 d07abe941054d444a8200595040b8166e082a62d1bff 6e91 9d29ad171863c78f0b97c8e9ae82ae43d3',
      ),
      ERROR.NO_ERROR,
    );
    assert.deepEqual(talk.fields, [
      ':status: 302',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:21 GMT',
      'location: https://www.example.com',
    ]);
    assert.equal(talk.decode('4883 640eff c1 c0 bf'), ERROR.NO_ERROR);
    assert.deepEqual(talk.fields, [
      ':status: 307',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:21 GMT',
      'location: https://www.example.com',
    ]);
    assert.equal(
      talk.decode(
        '88 c1 6196 d07abe941054d444a8200595040b8166e084a62d1bff c0 5a83 9bd9ab 77ad 94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
      ),
      ERROR.NO_ERROR,
    );
    assert.deepEqual(talk.fields, [
      ':status: 200',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:22 GMT',
      'location: https://www.example.com',
      'content-encoding: gzip',
      'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
    ]);
    // Three entries are left: the rest was evicted.
    assert.equal(talk.decode('c0'), ERROR.NO_ERROR);
    assert.equal(talk.decode('c1'), ERROR.COMPRESSION_ERROR);
  });

  for (const [what, hex, fault] of [
    ['index 0', '80', ERROR.COMPRESSION_ERROR],
    ['an index beyond the tables', 'be', ERROR.COMPRESSION_ERROR],
    ['a name index beyond the tables', '7f0001 61', ERROR.COMPRESSION_ERROR],
    ['an integer that does not end', 'ffffffffff', ERROR.COMPRESSION_ERROR],
    ['an integer of more than 28 bits', 'ffffffffff7f', ERROR.COMPRESSION_ERROR],
    ['a string longer than its block', '0004 6162', ERROR.COMPRESSION_ERROR],
    ['a field that is cut off', '04', ERROR.COMPRESSION_ERROR],
    ['bad Huffman padding', '0401 18'.replace('01', '81'), ERROR.COMPRESSION_ERROR],
    ['a table larger than we allow', '3fe21f', ERROR.COMPRESSION_ERROR],
    ['a table resized behind a field', '88 20', ERROR.COMPRESSION_ERROR],
    ['a table resized again and again', '20 3fe11f 20', ERROR.COMPRESSION_ERROR],
  ] as const) {
    test(`${what}: refused`, () => assert.equal(new Conversation().decode(hex), fault));
  }

  for (const [what, hex] of [
    ['a name with capitals', '0001 41 01 61'],
    ['an empty name', '0000 01 61'],
    ['a line break in a value', '0001 61 01 0a'],
    ['a line break in the value of a known name', '5c 01 0d'],
  ] as const) {
    test(`${what}: left out and noted, and what stands around it is decoded`, () => {
      const talk = new Conversation();
      assert.equal(talk.decode(`88 ${hex} 0001 62 01 63`), ERROR.NO_ERROR);
      assert.deepEqual(talk.fields, [':status: 200', 'b: c']);
      assert.ok(talk.sawMalformed);
      assert.equal(talk.decode('88'), ERROR.NO_ERROR);
      assert.ok(!talk.sawMalformed, 'said of one block alone');
    });
  }

  test('a malformed field keeps its place in the table, and references to it are malformed too', () => {
    const talk = new Conversation();
    assert.equal(talk.decode('40 01 41 01 61  40 01 61 01 0a  40 01 62 01 63'), ERROR.NO_ERROR);
    assert.deepEqual(talk.fields, ['b: c']);
    assert.equal(talk.decode('be'), ERROR.NO_ERROR);
    assert.deepEqual([talk.fields, talk.sawMalformed], [['b: c'], false]);
    for (const reference of ['bf', 'c0', '0f31 01 61']) {
      assert.equal(talk.decode(reference), ERROR.NO_ERROR);
      assert.deepEqual([talk.fields, talk.sawMalformed], [[], true], reference);
    }
    assert.equal(talk.decode('0f30 01 62'), ERROR.NO_ERROR);
    assert.deepEqual([talk.fields, talk.sawMalformed], [['a: b'], false], 'a name that is sound by itself');
  });

  test('a block of references cannot unfold to more than 16,384 octets', () => {
    const talk = new Conversation();
    // A field of 3,000 octets, remembered.
    assert.equal(talk.decode(`40 01 61 7fb916 ${'62'.repeat(3000)}`), ERROR.NO_ERROR);
    assert.equal(talk.decode('be be be be be'), ERROR.NO_ERROR);
    assert.equal(talk.decode('be be be be be be'), ERROR.ENHANCE_YOUR_CALM);
  });

  test('a field larger than the table empties it', () => {
    const talk = new Conversation();
    assert.equal(talk.decode('40 01 61 01 62'), ERROR.NO_ERROR);
    assert.equal(talk.decode('be'), ERROR.NO_ERROR);
    assert.equal(talk.decode(`40 01 61 7fa11f ${'62'.repeat(4128)}`), ERROR.NO_ERROR);
    assert.equal(talk.decode('be'), ERROR.COMPRESSION_ERROR);
  });

  test('a table of 128 small fields is kept whole, newest first', () => {
    const talk = new Conversation();
    for (let index = 0; index < 200; index++) {
      const value = index.toString(36).padStart(2, '0');
      assert.equal(talk.decode(`40 01 61 02 ${Buffer.from(value).toString('hex')}`), ERROR.NO_ERROR);
    }
    // 4096 / (1 + 2 + 32) = 117 fields.
    assert.equal(talk.decode(`be ff${Buffer.of(62 + 116 - 127).toString('hex')}`), ERROR.NO_ERROR);
    assert.deepEqual(talk.fields, ['a: 5j', 'a: 2b']);
    assert.equal(talk.decode(`ff${Buffer.of(62 + 117 - 127).toString('hex')}`), ERROR.COMPRESSION_ERROR);
  });

  test('what our encoder writes is decoded', () => {
    const names = [':status', 'content-type', 'age', 'www-authenticate', ':authority'];
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom(...names),
            fc.string({
              unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
              maxLength: 200,
            }),
          ),
          {
            maxLength: 20,
          },
        ),
        (list) => {
          const block = Buffer.alloc(10_000);
          let end = 0;
          for (const [name, value] of list) end = writeField(block, end, name, value);
          const talk = new Conversation();
          assert.equal(talk.decode(block.toString('hex', 0, end)), ERROR.NO_ERROR);
          assert.deepEqual(
            talk.fields,
            list.map(([name, value]) => `${name}: ${value}`),
          );
        },
      ),
      { seed: 7541 },
    );
  });

  test('any octets are decoded or refused', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 8 }), (blocks) => {
        const talk = new Conversation();
        for (const block of blocks) {
          const fault = talk.decode(Buffer.from(block).toString('hex'));
          assert.ok(Object.values(ERROR).includes(fault as never));
          if (fault !== ERROR.NO_ERROR) return;
        }
      }),
      { seed: 7541, numRuns: 5_000 },
    );
  });
});

test('integers are read as they were written, with every prefix', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0x0fff_ffff }), fc.integer({ min: 4, max: 7 }), (value, prefixBits) => {
      const bytes = new Uint8Array(8);
      const end = writeInteger(bytes, 1, value, prefixBits, 0);
      assert.ok(readInteger(bytes, 1, end, prefixBits));
      assert.deepEqual(integer, { value, end });
      assert.equal(readInteger(bytes, 1, end - 1, prefixBits), false);
    }),
    { seed: 7541 },
  );
});
