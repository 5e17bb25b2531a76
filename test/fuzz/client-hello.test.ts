// Hostile first words of TLS clients: the kept seeds (hex lines in client-hello/*.hex), and new ones made on each run from a fixed seed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { HELLO_MAX_BYTES, HELLO_MAX_RECORDS, readFirstWords } from '../../src/data-plane/listeners/client-hello.ts';
import { clientHello, inRecordsOf } from '../fixtures/client-hello.ts';

const SEED = 20_261_122;

describe('the first words of TLS clients', () => {
  let hello: Buffer;
  before(async () => {
    hello = await clientHello({ servername: 'dns.example.org', ALPNProtocols: ['acme-tls/1'] });
  });

  test('kept seeds: each is what its comment says', () => {
    const lines = readFileSync(join(import.meta.dirname, 'client-hello', 'hellos.hex'), 'utf8')
      .trim()
      .split('\n');
    let expected = '';
    for (const line of lines) {
      if (line.startsWith('#')) expected = line.split(' ')[1]!;
      else assert.equal(readFirstWords(Buffer.from(line, 'hex')).kind, expected, line);
    }
  });

  test('any octets are read without fault', () => {
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .uint8Array({ maxLength: 300 })
        .map((content) => inRecordsOf(content.length || 1, Buffer.concat([Buffer.alloc(5), content]))),
    );
    fc.assert(
      fc.property(octets, (some) => void readFirstWords(some)),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test('an authority with octets changed, cut or doubled is an authority or a client for some name, or not done yet', () => {
    const change = fc.record({ at: fc.nat(), octet: fc.nat(255), length: fc.nat() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.integer({ min: 5, max: 600 }), (changes, recordBytes) => {
        let octets = Buffer.from(hello);
        for (const { at, octet, length } of changes) {
          octets[at % octets.length] = octet;
          if (length % 5 === 0) octets = Buffer.concat([octets.subarray(0, at % octets.length), octets]);
          if (length % 7 === 0) octets = octets.subarray(0, 1 + (at % octets.length));
        }
        const said = readFirstWords(inRecordsOf(recordBytes, octets));
        if (said.kind === 'incomplete') assert.ok(said.octetsWanted <= HELLO_MAX_BYTES);
        else assert.ok(said.serverName.length <= HELLO_MAX_BYTES);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test('an authority is recognized however its message is cut into records and segments', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 2000 }), fc.nat(), (recordBytes, cut) => {
        const octets = inRecordsOf(recordBytes, hello);
        fc.pre(octets.length <= HELLO_MAX_BYTES && hello.length <= recordBytes * HELLO_MAX_RECORDS);
        assert.equal(readFirstWords(octets.subarray(0, cut % octets.length)).kind, 'incomplete');
        assert.deepEqual(readFirstWords(octets), { kind: 'challenge', serverName: 'dns.example.org' });
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
