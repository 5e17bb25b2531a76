import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLAGS_QUERY, message, name, opt, option, question, record, toHex } from '../../test/fuzz/wire/messages.ts';
import { copyQuery } from './query-copy.ts';
import { QUERY_FAULT, QueryFacts, readQuery } from './query-reader.ts';

const asked = question(name('WWW.example.org'), 28);
const key = record(name('key.example'), 250, 0, new Uint8Array(20), 255);

function copyOf(octets: Uint8Array): Uint8Array {
  const facts = new QueryFacts();
  assert.equal(readQuery(octets, octets.length, facts), QUERY_FAULT.NONE);
  return copyQuery(octets, facts);
}

// That the copy of any query says the same as the query is a property in test/fuzz/wire/invariants.ts.
test('the copy of a long query is short, and shares no octets with it', () => {
  const long = opt({ size: 4096, flags: 0x8000, options: option(65_001, new Uint8Array(60_000)) });
  const query = message({ id: 7, flags: FLAGS_QUERY, questions: [asked], additionals: [key, long] });
  const copy = copyOf(query);
  query.fill(0xff);
  const expected = message({
    id: 7,
    flags: FLAGS_QUERY,
    questions: [asked],
    additionals: [opt({ size: 4096, flags: 0x8000 })],
  });
  assert.equal(toHex(copy), toHex(expected));
});

test('no OPT comes in that was not there, and trailing octets do not come along', () => {
  const query = message({ id: 7, flags: FLAGS_QUERY, questions: [asked] });
  assert.equal(toHex(copyOf(Uint8Array.of(...query, 1, 2, 3))), toHex(query));
});
