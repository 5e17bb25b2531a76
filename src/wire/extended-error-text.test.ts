import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeExtendedErrorText, relayExtendedErrorText } from './extended-error-text.ts';

const encoder = new TextEncoder();
const text = (octets: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(octets);

function relayed(octets: Uint8Array): string {
  const message = Uint8Array.of(1, 2, 3, ...octets, 4);
  return text(relayExtendedErrorText(message, 3, 3 + octets.length));
}

test('a text is cut to whole characters within 100 octets, without control characters', () => {
  assert.equal(text(encodeExtendedErrorText('blocked\nby a\u0000list')), 'blocked by a list');
  assert.equal(text(encodeExtendedErrorText('ä'.repeat(80))), 'ä'.repeat(50));
  assert.equal(text(encodeExtendedErrorText(`a${'ä'.repeat(80)}`)), `a${'ä'.repeat(49)}`);
});

test("an upstream's text is handed on as valid, short UTF-8 without a trailing NUL, whatever it was", () => {
  assert.equal(relayed(encoder.encode('signature expired')), 'signature expired');
  assert.equal(relayed(encoder.encode('bogus\0')), 'bogus');
  assert.equal(relayed(encoder.encode('ä'.repeat(5000))), 'ä'.repeat(50));
  assert.equal(relayed(encoder.encode(`a${'ä'.repeat(5000)}`)), `a${'ä'.repeat(49)}`);
  assert.equal(relayed(new Uint8Array(5000).fill(0xff)), '');
  assert.equal(relayed(Uint8Array.of(0x61, 0xff, 0x62)), 'a\uFFFDb');
  assert.equal(relayed(new Uint8Array(0)), '');
});
