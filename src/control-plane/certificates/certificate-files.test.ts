import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { makeCertificate } from '../../../test/fixtures/make-certificate.ts';
import { certificateDoubts, readCertificateFiles } from './certificate-files.ts';

const NAMES = ['dns.example.org', '192.0.2.53'];
const own = makeCertificate({ names: NAMES });
const other = makeCertificate({ names: NAMES });
const expired = makeCertificate({ names: NAMES, expired: true });
after(() => {
  for (const certificate of [own, other, expired]) certificate.remove();
});
const { directory } = own;
const at = (file: string) => join(directory, file);
const write = (file: string, text: string) => {
  writeFileSync(at(file), text, { mode: 0o600 });
  return at(file);
};

/** An intermediate CA below the CA of `own`, and a leaf below it. */
function makeThreeLevels(): void {
  const openssl = (...parameters: string[]) => execFileSync('openssl', parameters, { cwd: directory, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  write('ca.extensions', 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n');
  openssl('req', '-new', ...newKey, '-subj', '/CN=intermediate', '-keyout', 'middle.key', '-out', 'middle.csr');
  openssl(
    'x509',
    '-req',
    '-in',
    'middle.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-extfile',
    'ca.extensions',
    '-out',
    'middle.pem',
  );
  openssl('req', '-new', ...newKey, '-subj', '/CN=leaf', '-keyout', 'low.key', '-out', 'low.csr');
  openssl(
    'x509',
    '-req',
    '-in',
    'low.csr',
    '-CA',
    'middle.pem',
    '-CAkey',
    'middle.key',
    '-extfile',
    'leaf.extensions',
    '-out',
    'low.pem',
  );
}
makeThreeLevels();
const pem = (file: string) => readFileSync(at(file), 'utf8');

function files(certPath: string, keyPath: string) {
  const reading = readCertificateFiles(certPath, keyPath);
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.files;
}

describe('own certificate files', () => {
  test('are read: chain in order, key', () => {
    const { chain, chainPem, keyPem } = files(at('chain.pem'), own.keyPath);
    assert.equal(chain.length, 2);
    assert.equal(chainPem.match(/BEGIN CERTIFICATE/g)?.length, 2);
    assert.ok(keyPem.startsWith('-----BEGIN PRIVATE KEY-----'));
  });

  test('may be one file for both', () => {
    const combined = write('combined.pem', own.keyPem + own.certPem);
    files(combined, combined);
  });

  const encrypted = at('encrypted.key');
  execFileSync('openssl', ['pkey', '-in', own.keyPath, '-aes128', '-passout', 'pass:x', '-out', encrypted]);
  const binary = at('cert.der');
  execFileSync('openssl', ['x509', '-in', own.certPath, '-outform', 'DER', '-out', binary]);
  for (const [what, certPath, keyPath, file, wrong] of [
    ['a missing certificate', at('none.pem'), own.keyPath, 'cert', 'none.pem: the file does not exist'],
    ['a missing key', own.certPath, at('none.pem'), 'key', 'none.pem: the file does not exist'],
    ['a directory', directory, own.keyPath, 'cert', 'this is a directory'],
    ['a binary certificate', binary, own.keyPath, 'cert', 'openssl x509 -inform DER'],
    ['swapped files', own.keyPath, own.certPath, 'cert', 'are the two files swapped?'],
    ['an encrypted key', own.certPath, encrypted, 'key', 'the private key is encrypted'],
    [
      'the key of another certificate',
      own.certPath,
      other.keyPath,
      'key',
      `does not belong to the certificate in ${own.certPath}`,
    ],
    [
      'a chain that begins with the CA',
      write('turned.pem', own.caPem + own.certPem),
      own.keyPath,
      'cert',
      'stands at place 2; it must come first',
    ],
    [
      'a chain in disorder',
      write('disorder.pem', pem('low.pem') + pem('ca.pem') + pem('middle.pem')),
      at('low.key'),
      'cert',
      'certificate 1 is issued by certificate 3, which must follow it directly',
    ],
  ] as const)
    test(`${what} is refused, naming the file`, () => {
      const reading = readCertificateFiles(certPath, keyPath);
      assert.ok(!reading.ok);
      assert.equal(reading.file, file);
      assert.ok(reading.wrong.includes(wrong), reading.wrong);
      assert.ok(reading.wrong.startsWith(file === 'cert' ? certPath : keyPath), reading.wrong);
    });

  test('what TLS itself refuses is refused: a key too small', () => {
    const small = [
      '-newkey',
      'rsa:512',
      '-nodes',
      '-subj',
      '/CN=small',
      '-keyout',
      at('small.key'),
      '-out',
      at('small.pem'),
    ];
    execFileSync('openssl', ['req', '-x509', ...small], { stdio: 'pipe' });
    const reading = readCertificateFiles(at('small.pem'), at('small.key'));
    assert.match(reading.ok ? '' : reading.wrong, /TLS refuses this certificate and key: .*too small/);
  });
});

describe('doubts about own certificate files', () => {
  const now = new Date();
  const later = (days: number) => new Date(now.getTime() + days * 86_400_000);
  const doubts = (certPath: string, keyPath: string, names = NAMES, date = now) =>
    certificateDoubts(files(certPath, keyPath), names, date).join('\n');

  test('there are none about a whole, valid, fitting chain', () => {
    assert.equal(doubts(at('chain.pem'), own.keyPath), '');
  });

  test('dates: ended, ending within two weeks, not yet begun', () => {
    assert.match(
      doubts(join(expired.directory, 'chain.pem'), expired.keyPath),
      /^the certificate expired on \d{4}-\d\d-\d\d; clients refuse it$/,
    );
    assert.match(doubts(at('chain.pem'), own.keyPath, NAMES, later(25)), /^the certificate ends on/);
    assert.match(doubts(at('chain.pem'), own.keyPath, NAMES, later(-1)), /^the certificate is not valid before/);
  });

  test('names and addresses it does not cover', () => {
    const names = ['dns.example.org', '*.example.org', '192.0.2.54'];
    assert.match(
      doubts(at('chain.pem'), own.keyPath, names),
      /^the certificate does not cover \*\.example\.org, 192\.0\.2\.54;/,
    );
  });

  test('a leaf without its intermediate, and a stranger in the chain', () => {
    assert.match(doubts(at('low.pem'), at('low.key')), /no intermediate certificate/);
    const stranger = write('stranger.pem', own.certPem + other.caPem);
    assert.match(doubts(stranger, own.keyPath), /certificate 2 of the chain did not issue the one before it/);
    const whole = write('whole.pem', pem('low.pem') + pem('middle.pem') + pem('ca.pem'));
    assert.equal(doubts(whole, at('low.key')), '');
  });

  test('a key that others can read', { skip: process.platform === 'win32' && 'no file modes' }, () => {
    chmodSync(own.keyPath, 0o644);
    assert.match(doubts(at('chain.pem'), own.keyPath), /set its mode to 0600/);
    chmodSync(own.keyPath, 0o600);
  });
});
