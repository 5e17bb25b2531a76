import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { brokenFailure, connectFailure, failure, moreTelling, mostTelling } from './upstream-failure.ts';

const WHERE = 'dns.example.org at 192.0.2.53';

function errorWith(code: string): Error {
  return Object.assign(new Error(`raw message of ${code}`), { code });
}

describe('connectFailure', () => {
  const rows = [
    ['ECONNREFUSED', 'unreachable', 'connect', 'connection refused'],
    ['EHOSTUNREACH', 'unreachable', 'connect', 'host unreachable'],
    ['ETIMEDOUT', 'unreachable', 'connect', 'no answer to the connection attempt'],
    ['ENETUNREACH', 'unreachable', 'no-route', 'network unreachable'],
    ['EADDRNOTAVAIL', 'unreachable', 'no-family', 'no local address of this family'],
    ['ESTRANGE', 'unreachable', 'connect', 'ESTRANGE'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate', 'connect', 'certificate is for another name'],
    ['CERT_HAS_EXPIRED', 'certificate', 'connect', 'certificate has expired (is the clock of this machine right?)'],
    ['CERT_REVOKED', 'certificate', 'connect', 'certificate not accepted (CERT_REVOKED)'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate', 'connect', 'certificate is issued by a CA that is not trusted here'],
    ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'protocol', 'connect', 'the server does not offer HTTP/2'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'protocol', 'connect', 'TLS failed (ERR_SSL_WRONG_VERSION_NUMBER)'],
  ] as const;
  for (const [code, expected, cause, words] of rows) {
    test(`says of ${code}: ${words}`, () => {
      assert.deepEqual(connectFailure(errorWith(code), WHERE), {
        ok: false,
        code: expected,
        cause,
        detail: `${WHERE}: ${words}`,
      });
    });
  }

  test('falls back to the message of an error without a code', () => {
    assert.equal(connectFailure(new Error('closed early'), WHERE).detail, `${WHERE}: closed early`);
  });
});

test('brokenFailure says that the connection ended', () => {
  assert.equal(brokenFailure(errorWith('ECONNRESET'), WHERE).detail, `${WHERE}: connection broken (connection reset)`);
  assert.equal(brokenFailure(new Error('x'), WHERE).detail, `${WHERE}: connection broken (closed)`);
});

test('of several failures the one is reported that tells the operator most', () => {
  const refused = failure('unreachable', 'connect', 'refused');
  const certificate = failure('certificate', 'connect', 'wrong name');
  const late = failure('timeout', 'silent', 'late');
  assert.equal(moreTelling(undefined, refused), refused);
  assert.equal(moreTelling(refused, late), late);
  assert.equal(moreTelling(certificate, late), certificate);
  const refusedToo = failure('unreachable', 'connect', 'refused too');
  assert.equal(moreTelling(refused, refusedToo), refused);
  assert.equal(moreTelling(brokenFailure(errorWith('ECONNRESET'), WHERE), refused), refused);
  assert.equal(mostTelling([undefined, refused, refusedToo]), refused);
  assert.equal(mostTelling([refused, undefined, certificate, late]), certificate);
  assert.equal(mostTelling([undefined]), undefined);
});

test('that a host lacks an address family is reported only where nothing else is wrong', () => {
  const lacking = failure('unreachable', 'no-family', 'no IPv6 here');
  const noRoute = failure('unreachable', 'no-route', 'network unreachable');
  const refused = failure('unreachable', 'connect', 'refused');
  for (const other of [noRoute, refused]) {
    assert.equal(moreTelling(other, lacking), other);
    assert.equal(moreTelling(lacking, other), other);
  }
  assert.equal(moreTelling(noRoute, refused), refused);
  assert.equal(moreTelling(undefined, lacking), lacking);
});
