import assert from 'node:assert/strict';
import { test } from 'node:test';
import { message, name, question, record, soaRdata } from '../../test/fuzz/wire/messages.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from './answer-reader.ts';
import { FLAG_AA, FLAG_QR } from './header.ts';
import { TYPE } from './numbers.ts';
import { isReferral } from './referral.ts';

const ZONE = name('example');
const nameServer = record(ZONE, TYPE.NS, 60, name('ns.example'));
const startOfZone = record(ZONE, TYPE.SOA, 60, soaRdata(60));
const address = record(name('ns.example'), TYPE.A, 60, Uint8Array.of(192, 0, 2, 1));
type Sections = Pick<Parameters<typeof message>[0], 'answers' | 'authorities' | 'additionals'>;

function refers(sections: Sections, flags = 0): boolean {
  const octets = message({ flags: FLAG_QR | flags, questions: [question(name('www.example'), TYPE.A)], ...sections });
  const facts = new AnswerFacts();
  assert.equal(readAnswer(octets, octets.length, facts), ANSWER_FAULT.NONE);
  return isReferral(octets, facts);
}

test('a referral is name servers in AUTHORITY without SOA, from a server that does not call itself authoritative', () => {
  assert.equal(refers({ authorities: [nameServer] }), true);
  assert.equal(refers({ authorities: [nameServer, nameServer], additionals: [address] }), true);
});

test('what says that there are no such records is none, nor is an answer, a failure or a "no such name"', () => {
  assert.equal(refers({}), false);
  assert.equal(refers({ authorities: [nameServer, startOfZone] }), false);
  assert.equal(refers({ authorities: [startOfZone, nameServer] }), false);
  assert.equal(refers({ authorities: [nameServer] }, FLAG_AA), false);
  assert.equal(refers({ answers: [address], authorities: [nameServer] }), false);
  assert.equal(refers({ additionals: [nameServer] }), false);
  for (const rcode of [2, 3, 5]) assert.equal(refers({ authorities: [nameServer] }, rcode), false);
});
