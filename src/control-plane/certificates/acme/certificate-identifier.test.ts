import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeCertificate } from '../../../../test/fixtures/make-certificate.ts';
import { hasCommands } from '../../../../test/setup/require-components.ts';
import { certificateIdentifier } from './certificate-identifier.ts';

test('the issuer and serial number of RFC 9773 section 4.1 give the identifier that stands there', (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const { directory, remove } = makeCertificate({ names: ['example.com'] });
  t.after(remove);
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: directory, stdio: 'pipe' });
  writeFileSync(
    join(directory, 'ca.conf'),
    '[req]\ndistinguished_name = dn\nx509_extensions = ca\nprompt = no\n[dn]\nCN = CA\n[ca]\nbasicConstraints = CA:TRUE\nsubjectKeyIdentifier = 69:88:5B:6B:87:46:40:41:E1:B3:7B:84:7B:A0:AE:2C:DE:01:C8:D4\n',
  );
  openssl('req', '-x509', '-new', '-key', 'ca.key', '-config', 'ca.conf', '-days', '30', '-out', 'rfc-ca.pem');
  writeFileSync(join(directory, 'leaf.extensions'), 'authorityKeyIdentifier = keyid:always\n');
  const issue = ['-req', '-in', 'request.pem', '-CA', 'rfc-ca.pem', '-CAkey', 'ca.key', '-extfile', 'leaf.extensions'];
  openssl('x509', ...issue, '-set_serial', '0x8765432100', '-days', '3', '-out', 'other.pem');
  openssl('x509', ...issue, '-set_serial', '0x87654321', '-days', '3', '-out', 'rfc.pem');
  const identifierOf = (file: string) =>
    certificateIdentifier(new X509Certificate(readFileSync(join(directory, file))));
  assert.equal(identifierOf('rfc.pem'), 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
  assert.equal(identifierOf('other.pem'), 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyEA');
  // A CA that signs itself, without the extension.
  assert.equal(identifierOf('rfc-ca.pem'), undefined);
});

test('whatever the octets of a certificate are, it is an identifier or none', (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const { certPem, remove } = makeCertificate({ names: ['example.com'] });
  t.after(remove);
  const { raw } = new X509Certificate(certPem);
  const change = fc.tuple(fc.nat(raw.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), fc.nat(raw.length), (changes, length) => {
      const octets = Buffer.from(raw);
      for (const [offset, value] of changes) octets[offset] = value;
      for (const bytes of [octets, octets.subarray(0, length)]) {
        const identifier = certificateIdentifier({ raw: bytes } as X509Certificate);
        assert.ok(identifier === undefined || /^[\w-]*\.[\w-]*$/.test(identifier));
      }
    }),
    { seed: 9773, numRuns: 500 },
  );
});
