import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { issueAuthority } from './issue-certificate.ts';
import { certificatesInPem, privateKeyInPem, readPemFile } from './pem.ts';

const { certificatePem, keyPem } = issueAuthority('test', {
  notBefore: new Date(),
  notAfter: new Date(Date.now() + 1e9),
});

test('text around the blocks is passed over', () => {
  const pem = `Bag Attributes\n  x: 1\n${certificatePem}subject=…\r\n${keyPem}${certificatePem}`;
  assert.equal(certificatesInPem(pem).value?.length, 2);
  assert.equal(privateKeyInPem(pem).value?.type, 'private');
});

test('a file with Windows line ends is read', () => {
  assert.equal(certificatesInPem(certificatePem.replaceAll('\n', '\r\n')).value?.length, 1);
  assert.equal(privateKeyInPem(keyPem.replaceAll('\n', '\r\n')).value?.type, 'private');
});

for (const [what, pem, wrong] of [
  ['nothing', '', /holds no PEM certificate/],
  ['a key', keyPem, /private key but no certificate; are the two files swapped/],
  ['a damaged block', certificatePem.replace(/^MI.*$/m, 'A'.repeat(64)), /certificate 1 in the file is damaged/],
  ['a file cut off in its last block', (certificatePem + certificatePem).slice(0, -40), /certificate in it is cut off/],
  ['a file cut off in a first line', `${certificatePem}-----BEGIN CERTI`, /certificate in it is cut off/],
  ['a file with a hole', certificatePem.replace(/-----END.*\n/, '') + certificatePem, /certificate in it is cut off/],
  ['a long chain', certificatePem.repeat(21), /holds 21 certificates; at most 20/],
] as const)
  test(`${what} is no certificate, and is told apart`, () => {
    assert.match(certificatesInPem(pem).wrong ?? '', wrong);
  });

for (const [what, pem, wrong] of [
  ['nothing', '', /holds no PEM private key/],
  ['a certificate', certificatePem, /certificate but no private key; are the two files swapped/],
  ['a damaged block', keyPem.replace(/^MI.*$/m, 'A'.repeat(64)), /the private key is damaged/],
  ['an encrypted key', keyPem.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'), /is encrypted; .* openssl pkey/],
] as const)
  test(`${what} is no key, and is told apart`, () => {
    assert.match(privateKeyInPem(pem).wrong ?? '', wrong);
  });

test('files that cannot be read say why', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-pem-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const large = join(directory, 'large.pem');
  writeFileSync(large, Buffer.alloc(1_000_001));
  assert.deepEqual(readPemFile(join(directory, 'none.pem')), { wrong: 'the file does not exist', missing: true });
  assert.match(readPemFile(join(large, 'below')).wrong ?? '', /is not a directory/);
  assert.match(readPemFile(directory).wrong ?? '', /this is a directory/);
  assert.match(readPemFile(large).wrong ?? '', /larger than 1MB/);
});

test('mutated files are read or refused, never thrown over', () => {
  const both = certificatePem + keyPem;
  const place = fc.integer({ min: 0, max: both.length });
  const property = fc.property(place, place, fc.string(), (from, to, inserted) => {
    const pem = both.slice(0, from) + inserted + both.slice(to);
    for (const reading of [certificatesInPem(pem), privateKeyInPem(pem)])
      assert.ok((reading.value === undefined) !== (reading.wrong === undefined));
  });
  fc.assert(property, { seed: 20_261_121, numRuns: 500 });
});
