import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silenceText } from './ask-endpoint.ts';

test('what is wrong with a certificate is said in words, and the code stands behind them', () => {
  for (const [code, words] of [
    ['CERT_HAS_EXPIRED', /has ended/],
    ['CERT_NOT_YET_VALID', /not valid yet/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /for another name/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /nobody whom this machine trusts/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /nobody whom this machine trusts/],
  ] as const) {
    assert.match(silenceText(code), words);
    assert.ok(silenceText(code).endsWith(`(${code})`));
  }
});
