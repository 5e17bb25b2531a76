import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { makeCertificate } from '../../../test/fixtures/make-certificate.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { hasCommands } from '../../../test/setup/require-components.ts';
import { identityOf } from './certificate-identity.ts';
import { issueAuthority, issueLeaf } from './issue-certificate.ts';
import { canSign, signMessage } from './sign-message.ts';

const CONTENT = Buffer.from('what is signed: \u{1f4f1} <&>\r\n'.repeat(40));
const NOW = new Date();
const VALIDITY = { notBefore: new Date(NOW.getTime() - 60_000), notAfter: new Date(NOW.getTime() + 3_600_000) };

/** The content, once openssl has found the signature good and the chain leading to the CA. */
function verified(t: TestContext, message: Uint8Array, caPem: string): Buffer {
  const { path, remove } = temporaryDirectory('signed');
  t.after(remove);
  writeFileSync(join(path, 'message'), message);
  writeFileSync(join(path, 'ca.pem'), caPem);
  const words = ['cms', '-verify', '-inform', 'DER', '-in', 'message', '-CAfile', 'ca.pem', '-purpose', 'any'];
  execFileSync('openssl', [...words, '-binary', '-out', 'content'], { cwd: path, stdio: ['ignore', 'ignore', 'pipe'] });
  const old = ['smime', '-verify', '-inform', 'DER', '-in', 'message', '-CAfile', 'ca.pem', '-purpose', 'any'];
  execFileSync('openssl', [...old, '-binary', '-out', 'again'], { cwd: path, stdio: ['ignore', 'ignore', 'pipe'] });
  assert.deepEqual(readFileSync(join(path, 'again')), readFileSync(join(path, 'content')));
  return readFileSync(join(path, 'content'));
}

test('openssl verifies what the certificate of the local CA has signed', (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const authority = issueAuthority('test CA', VALIDITY);
  const certificate = new X509Certificate(authority.certificatePem);
  const issuer = {
    commonName: 'test CA',
    publicKey: certificate.publicKey,
    privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  };
  // Signed by another key than the CA's: openssl does look.
  const wrong = issueLeaf(['dns.example.org'], issuer, VALIDITY);
  const sign = ({ keyPem, certificatePem }: typeof wrong) =>
    signMessage(CONTENT, { keyPem, chainPem: certificatePem }, NOW);
  assert.throws(() => verified(t, sign(wrong), authority.certificatePem), /[Vv]erif/);
  assert.deepEqual(verified(t, sign(authority), authority.certificatePem), CONTENT);
});

test('the whole chain goes along, so that one who knows the root alone can verify', (t) => {
  if (!hasCommands(t, 'openssl')) return;
  for (const newKey of [
    ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
    ['rsa:2048'],
  ]) {
    const chain = chainOfThree(t, newKey);
    const message = signMessage(CONTENT, chain, NOW);
    assert.deepEqual(verified(t, message, chain.rootPem), CONTENT);
    const damaged = Buffer.from(message);
    damaged[message.indexOf('what is signed') + 3]! ^= 1;
    assert.throws(() => verified(t, damaged, chain.rootPem), /[Vv]erif/);
  }
});

test('signed attributes stand in the order of DER, which is what strict readers sign anew', () => {
  const { keyPem, certificatePem } = issueAuthority('test CA', VALIDITY);
  const hex = signMessage(CONTENT, { keyPem, chainPem: certificatePem }, NOW).toString('hex');
  const [contentType, messageDigest, signingTime] = ['03', '04', '05'].map((last) =>
    hex.lastIndexOf(`2a864886f70d0109${last}`),
  );
  // By length first: 24, 28 and 47 octets.
  assert.ok(0 < contentType! && contentType! < signingTime! && signingTime! < messageDigest!);
});

test('a key of a kind that devices take no signatures of is known before', () => {
  const pem = (type: 'ed25519' | 'ec') =>
    (type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')).privateKey
      .export({ type: 'pkcs8', format: 'pem' })
      .toString();
  assert.equal(canSign(pem('ec')), true);
  assert.equal(canSign(pem('ed25519')), false);
});

test('issuer and serial number are cut out as openssl sees them', (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const made = makeCertificate({ names: ['dns.example.org'] });
  t.after(() => made.remove());
  const certificate = new X509Certificate(made.certPem);
  const { issuer, serialNumber } = identityOf(certificate);
  assert.deepEqual(
    Buffer.from(serialNumber.subarray(2)).toString('hex').toUpperCase().replace(/^00/, ''),
    certificate.serialNumber,
  );
  assert.ok(Buffer.from(issuer).includes('test CA'));
  assert.equal(issuer[0], 0x30);
  assert.equal(issuer.length, issuer[1]! + 2);
});

test('octets that somebody changed are read within their bounds or refused', () => {
  const whole = new X509Certificate(issueAuthority('test CA', VALIDITY).certificatePem).raw;
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(changes, (places) => {
      const raw = Buffer.from(whole);
      for (const [at, octet] of places) raw[at] = octet;
      try {
        const { issuer, serialNumber } = identityOf({ raw } as X509Certificate);
        assert.ok(issuer.length + serialNumber.length <= raw.length);
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
    }),
    { seed: 5280, numRuns: 2_000 },
  );
});

test('octets that are no certificate are refused, however they end', () => {
  const whole = new X509Certificate(issueAuthority('test CA', VALIDITY).certificatePem).raw;
  for (let length = 0; length < whole.length; length++) {
    const cut = { raw: whole.subarray(0, length) } as X509Certificate;
    assert.throws(() => identityOf(cut), RangeError);
  }
});

function chainOfThree(t: TestContext, newKey: readonly string[]) {
  const { path, remove } = temporaryDirectory('chain');
  t.after(remove);
  const openssl = (...words: string[]) => void execFileSync('openssl', words, { cwd: path, stdio: 'pipe' });
  const request = (name: string) =>
    openssl(
      'req',
      '-new',
      '-newkey',
      ...newKey,
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    );
  const read = (file: string) => readFileSync(join(path, file), 'utf8');
  writeFileSync(join(path, 'ca.ext'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n');
  writeFileSync(join(path, 'leaf.ext'), 'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n');
  for (const name of ['root', 'middle', 'leaf']) request(name);
  openssl('x509', '-req', '-in', 'root.csr', '-key', 'root.key', '-extfile', 'ca.ext', '-out', 'root.pem');
  const issue = (name: string, ca: string, extensions: string) =>
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${ca}.pem`,
      '-CAkey',
      `${ca}.key`,
      '-CAcreateserial',
      '-extfile',
      extensions,
      '-out',
      `${name}.pem`,
    );
  issue('middle', 'root', 'ca.ext');
  issue('leaf', 'middle', 'leaf.ext');
  return { keyPem: read('leaf.key'), chainPem: read('leaf.pem') + read('middle.pem'), rootPem: read('root.pem') };
}
