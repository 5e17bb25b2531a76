// Hostile input for the wire readers: the kept seeds (hex lines in wire/*.hex), and new ones made on each run from a fixed seed.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from '../../src/wire/answer-reader.ts';
import { QUERY_FAULT, QueryFacts, readQuery } from '../../src/wire/query-reader.ts';
import { isStructurallySound } from '../../src/wire/structure-guard.ts';
import { hostileMessage, oddRdata, validAnswer, validQuery } from './wire/arbitraries.ts';
import { checkAnswerReader, checkNames, checkQueryReader, checkStructureGuard } from './wire/invariants.ts';
import { hex, type Octets, staircase } from './wire/messages.ts';

const CHECKS = { checkQueryReader, checkAnswerReader, checkNames, checkStructureGuard };
const SEED = 20_261_121;

describe('kept fuzz seeds', () => {
  const files = globSync(join(import.meta.dirname, 'wire', '*.hex'));
  assert.ok(files.length > 0);
  for (const file of files) {
    test(`${basename(file)} holds for every reader`, () => {
      for (const message of readSeeds(file)) for (const check of Object.values(CHECKS)) check(message);
    });
  }
});

describe('generated messages', () => {
  for (const [name, check] of Object.entries(CHECKS)) {
    test(`${name} holds for any octets and for mutations of valid messages`, () => {
      fc.assert(fc.property(hostileMessage, check), { seed: SEED, numRuns: 2000 });
    });
  }

  test('every valid query reads without fault', () => {
    const facts = new QueryFacts();
    const property = fc.property(validQuery, (message) => {
      assert.equal(readQuery(message, message.length, facts), QUERY_FAULT.NONE);
      assert.ok(isStructurallySound(message));
    });
    fc.assert(property, { seed: SEED, numRuns: 500 });
  });

  test('every valid answer reads without fault, and dns-packet finds the same records and TTLs', () => {
    const facts = new AnswerFacts();
    const property = fc.property(validAnswer, (message) => {
      assert.equal(readAnswer(message, message.length, facts), ANSWER_FAULT.NONE);
      assert.ok(isStructurallySound(message));
      const decoded = dnsPacket.decode(Buffer.from(message));
      const ttls = [...decoded.answers!, ...decoded.authorities!, ...decoded.additionals!].flatMap((record) =>
        record.type === 'OPT' ? [] : [(record as { ttl: number }).ttl],
      );
      const view = new DataView(message.buffer);
      const noted = [...facts.ttlOffsets.subarray(0, facts.ttlCount)].map((offset) => view.getUint32(offset));
      assert.deepEqual(noted, ttls);
    });
    fc.assert(property, { seed: SEED, numRuns: 500 });
  });

  test('RDATA that does not fit its type never makes dns-packet lose its place', () => {
    fc.assert(fc.property(oddRdata, checkStructureGuard), { seed: SEED, numRuns: 5000 });
  });

  test('W12 a 64 KiB staircase of pointers under every record passes all readers', () => {
    for (const steps of [1, 126, 127, 128, 8000]) {
      const message = staircase(steps);
      checkQueryReader(message);
      checkAnswerReader(message);
      assert.equal(isStructurallySound(message), steps < 127, `${steps} steps`);
    }
  });
});

/** One message a line in hex; empty lines and lines that start with # say why it is kept. */
function readSeeds(file: string): Octets[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map(hex);
}
