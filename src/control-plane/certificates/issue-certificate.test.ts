import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { connect, createServer, type SecureVersion } from 'node:tls';
import fc from 'fast-check';
import { certificateCovers, namesOfCertificate } from './certificate-names.ts';
import { type Issuer, issueAuthority, issueLeaf, issueProof } from './issue-certificate.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const VALIDITY = { notBefore: new Date(Date.now() - HOUR), notAfter: new Date(Date.now() + 30 * DAY) };
const NAMES = ['dns.example.org', '*.home.example', '192.0.2.53', '2001:db8::53', '::1'];

const authority = issueAuthority('sotto local CA test', VALIDITY);
const authorityCertificate = new X509Certificate(authority.certificatePem);
const issuer: Issuer = {
  commonName: 'sotto local CA test',
  publicKey: authorityCertificate.publicKey,
  privateKey: createPrivateKey(authority.keyPem),
};
const leaf = issueLeaf(NAMES, issuer, VALIDITY);
const leafCertificate = new X509Certificate(leaf.certificatePem);

function openssl(t: TestContext): boolean {
  const found = spawnSync('openssl', ['version']).status === 0;
  if (!found) t.skip('openssl is not installed');
  return found;
}

describe('a leaf of the local CA', () => {
  test('is issued and signed by it, and fits its key', () => {
    assert.ok(leafCertificate.checkIssued(authorityCertificate));
    assert.ok(leafCertificate.verify(authorityCertificate.publicKey));
    assert.ok(leafCertificate.checkPrivateKey(createPrivateKey(leaf.keyPem)));
    assert.equal(leafCertificate.ca, false);
    assert.equal(leafCertificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  });

  test('covers its names and addresses and no others', () => {
    for (const name of [...NAMES, 'DNS.example.ORG', 'tv.home.example', '2001:db8:0::53'])
      assert.ok(certificateCovers(leafCertificate, name), name);
    for (const name of ['example.org', 'a.dns.example.org', 'a.b.home.example', '*.example.org', '192.0.2.54', '::2'])
      assert.ok(!certificateCovers(leafCertificate, name), name);
    assert.deepEqual(namesOfCertificate(leafCertificate), new Set(NAMES));
  });

  test('passes the strict rules of openssl', (t) => {
    if (!openssl(t)) return;
    const directory = mkdtempSync(join(tmpdir(), 'sotto-issue-'));
    t.after(() => rmSync(directory, { recursive: true }));
    writeFileSync(join(directory, 'ca.pem'), authority.certificatePem);
    writeFileSync(join(directory, 'leaf.pem'), leaf.certificatePem);
    const verify = (...rest: string[]) =>
      execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', 'ca.pem', ...rest], { cwd: directory }).toString();
    assert.equal(verify('ca.pem'), 'ca.pem: OK\n');
    assert.equal(verify('-purpose', 'sslserver', '-verify_hostname', 'dns.example.org', 'leaf.pem'), 'leaf.pem: OK\n');
    assert.equal(verify('-purpose', 'sslserver', '-verify_ip', '2001:db8::53', 'leaf.pem'), 'leaf.pem: OK\n');
    assert.throws(() => verify('-purpose', 'sslclient', 'leaf.pem'), /unsuitable certificate purpose/);
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] satisfies SecureVersion[])
    test(`is accepted by a client over ${version} that trusts the CA, and only then`, async () => {
      const options = { minVersion: version, maxVersion: version } as const;
      const server = createServer({ cert: leaf.certificatePem, key: leaf.keyPem, ...options }, (socket) =>
        socket.end(),
      );
      server.on('tlsClientError', () => {});
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const handshake = (servername: string, ca: string[]) =>
        new Promise<string>((resolve) => {
          const socket = connect({ port, host: '127.0.0.1', servername, ca, ...options });
          socket.on('secureConnect', () => resolve(socket.getProtocol()!));
          socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
          socket.on('close', () => resolve('closed'));
          socket.resume();
        });
      assert.equal(await handshake('dns.example.org', [authority.certificatePem]), version);
      assert.equal(await handshake('other.example.org', [authority.certificatePem]), 'ERR_TLS_CERT_ALTNAME_INVALID');
      assert.equal(await handshake('dns.example.org', []), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
      await new Promise((resolve) => server.close(resolve));
    });

  test('has a serial number of its own, positive and 16 octets long', () => {
    const other = new X509Certificate(issueLeaf(NAMES, issuer, VALIDITY).certificatePem);
    assert.notEqual(other.serialNumber, leafCertificate.serialNumber);
    assert.match(leafCertificate.serialNumber, /^[4-7][0-9A-F]{31}$/);
  });

  test('carries any set of names whole', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
    const dnsName = fc
      .tuple(fc.boolean(), fc.array(label, { minLength: 1, maxLength: 5 }))
      .map(([wild, labels]) => `${wild ? '*.' : ''}${labels.join('.')}.example`);
    const names = fc.uniqueArray(fc.oneof(dnsName, fc.ipV4()), { minLength: 1, maxLength: 20 });
    const property = fc.property(names, (wanted) => {
      const issued = new X509Certificate(issueLeaf(wanted, issuer, VALIDITY).certificatePem);
      assert.deepEqual(namesOfCertificate(issued), new Set(wanted));
    });
    fc.assert(property, { seed: 20_261_121, numRuns: 50 });
  });
});

describe('the local CA', () => {
  test('is a CA for leaves alone', () => {
    assert.ok(authorityCertificate.ca);
    const leafIssuer = {
      commonName: 'dns.example.org',
      publicKey: leafCertificate.publicKey,
      privateKey: createPrivateKey(leaf.keyPem),
    };
    const below = new X509Certificate(issueLeaf(['evil.example'], leafIssuer, VALIDITY).certificatePem);
    assert.ok(!below.checkIssued(leafCertificate), 'a leaf could sign for others');
  });

  test('writes dates after 2049 in the longer form', () => {
    const notAfter = new Date('2051-02-03T04:05:06Z');
    const { validFromDate, validToDate } = new X509Certificate(
      issueAuthority('later', { notBefore: new Date('2049-12-31T23:59:59Z'), notAfter }).certificatePem,
    );
    assert.deepEqual([validFromDate, validToDate], [new Date('2049-12-31T23:59:59Z'), notAfter]);
  });

  test('keeps within the length a name may have', () => {
    const { subject } = new X509Certificate(issueAuthority('x'.repeat(100), VALIDITY).certificatePem);
    assert.equal(subject, `CN=${'x'.repeat(64)}`);
  });
});

describe('a proof for another CA', () => {
  test('is for one name or address alone, carries the hash, and may sign nothing (RFC 8737, RFC 8738)', (t) => {
    if (!openssl(t)) return;
    const hash = createHash('sha256').update('token.thumbprint').digest('hex').toUpperCase();
    for (const [name, shown] of [
      ['dns.example.org', 'DNS:dns.example.org'],
      ['2001:db8::53', 'IP Address:2001:DB8:0:0:0:0:0:53'],
    ] as const) {
      const { certificatePem, keyPem } = issueProof(name, 'token.thumbprint', VALIDITY);
      const certificate = new X509Certificate(certificatePem);
      assert.ok(certificate.checkPrivateKey(createPrivateKey(keyPem)));
      assert.ok(certificate.verify(certificate.publicKey));
      assert.deepEqual([...namesOfCertificate(certificate)], [name]);
      const text = execFileSync('openssl', ['x509', '-noout', '-text'], { input: certificatePem }).toString();
      assert.match(text, /X509v3 Basic Constraints: critical\s+CA:FALSE/);
      assert.match(text, /X509v3 Key Usage: critical\s+Digital Signature\n/);
      assert.ok(text.includes(shown), text);
      const structure = execFileSync('openssl', ['asn1parse'], { input: certificatePem }).toString();
      const at = structure.indexOf('1.3.6.1.5.5.7.1.31');
      assert.match(structure.slice(at), /^\S+\s.*BOOLEAN\s+:255\n.*OCTET STRING\s+\[HEX DUMP\]:/);
      assert.ok(structure.slice(at).includes(`:0420${hash}\n`), structure);
    }
  });
});
