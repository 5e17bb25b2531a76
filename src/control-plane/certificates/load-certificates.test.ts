import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { acmeSource } from '../../../test/fixtures/acme/keeper-on-a-clock.ts';
import { makeCertificate } from '../../../test/fixtures/make-certificate.ts';
import { OperatorError } from '../../errors.ts';
import { listOwnFiles, ownCertificateFiles } from '../privileges/own-files.ts';
import type { CertificateSettings } from '../settings/settings.ts';
import { loadCertificates } from './load-certificates.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NAMES = ['dns.example.org', '192.0.2.53'];
const later = (days: number) => new Date(NOW.getTime() + days * DAY);

const root = mkdtempSync(join(tmpdir(), 'sotto-certificates-'));
after(() => rmSync(root, { recursive: true }));
const newDirectory = () => join(mkdtempSync(join(root, 'case-')), 'certs');

function local(certificateDirectory: string, names: readonly string[] = NAMES) {
  const certificates: CertificateSettings[] = [{ names, source: { kind: 'local-ca' } }];
  return { certificateDirectory, certificates };
}

const load = (directory: string, now = NOW, names = NAMES) => loadCertificates(local(directory, names), now, 'gateway');
const certificateIn = (directory: string, file: string) => new X509Certificate(readFileSync(join(directory, file)));
const rejection = async (promise: Promise<unknown>): Promise<OperatorError> => {
  const error = await promise.then(
    () => assert.fail('was accepted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof OperatorError && error.code === 'CERTIFICATE', String(error));
  return error;
};

describe('the first start', () => {
  test('makes a CA and a certificate it issued, and says where the CA is', async () => {
    const directory = newDirectory();
    const loaded = await load(directory);
    assert.equal(loaded.localCaPath, join(directory, 'local-ca.cert.pem'));
    assert.equal(loaded.notices.length, 1);
    assert.ok(loaded.notices[0]!.includes(loaded.localCaPath));
    const authority = certificateIn(directory, 'local-ca.cert.pem');
    assert.equal(authority.subject, 'CN=sotto local CA gateway');
    assert.deepEqual(authority.validFromDate, new Date(NOW.getTime() - HOUR));
    assert.deepEqual(authority.validToDate, later(3650));
    const leaf = new X509Certificate(loaded.certificates[0]!.chainPem);
    assert.ok(leaf.checkIssued(authority) && leaf.verify(authority.publicKey));
    assert.deepEqual(leaf.validFromDate, new Date(NOW.getTime() - HOUR));
    assert.equal(leaf.validToDate.getTime() - leaf.validFromDate.getTime(), 397 * DAY);
    assert.deepEqual(loaded.certificates[0]!.names, NAMES);
  });

  test('keeps keys and the directory for the owner alone, and leaves no scraps', {
    skip: process.platform === 'win32' && 'no file modes',
  }, async () => {
    const directory = newDirectory();
    await load(directory);
    const modes = Object.fromEntries(
      readdirSync(directory).map((file) => [file, statSync(join(directory, file)).mode & 0o777]),
    );
    const readable = 0o644 & ~process.umask();
    assert.deepEqual(modes, {
      'local-ca.cert.pem': readable,
      'local-ca.key.pem': 0o600,
      'local-dns.example.org.cert.pem': readable,
      'local-dns.example.org.key.pem': 0o600,
    });
    assert.equal(statSync(directory).mode & 0o777, 0o700);
  });

  test('works in a directory that is there, whose mode it leaves', async () => {
    const directory = newDirectory();
    mkdirSync(directory, { mode: 0o755 });
    chmodSync(directory, 0o755);
    await load(directory);
    assert.equal(statSync(directory).mode & 0o777, 0o755);
  });

  test('is refused where the directory cannot be made or written, naming it', async () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    const below = join(file, 'certs');
    assert.ok((await rejection(load(below))).message.startsWith(`${below}: `));
    assert.match((await rejection(load(file))).message, /certificate directory cannot be made \(EEXIST\)/);
  });

  test('works on a machine whose name no certificate could carry as it is', async () => {
    const directory = newDirectory();
    await loadCertificates(local(directory), NOW, 'höst, "x"');
    assert.deepEqual((await loadCertificates(local(directory), NOW, 'höst, "x"')).notices, []);
  });
});

describe('the next start', () => {
  test('changes nothing', async () => {
    const directory = newDirectory();
    const first = await load(directory);
    const second = await load(directory, later(200));
    assert.deepEqual(second.certificates, first.certificates);
    assert.deepEqual(second.notices, []);
    assert.deepEqual(second.renewAt, first.renewAt);
  });

  test('renews when less than a third of its life is left, under the same CA', async () => {
    const directory = newDirectory();
    const first = await load(directory);
    const authority = readFileSync(first.localCaPath!);
    const renewAt = first.renewAt!;
    assert.ok(Math.abs(renewAt.getTime() - later((397 * 2) / 3).getTime()) < DAY);
    const before = await load(directory, new Date(renewAt.getTime() - 1));
    assert.deepEqual(before.certificates, first.certificates);
    const renewed = await load(directory, renewAt);
    assert.notEqual(renewed.certificates[0]!.chainPem, first.certificates[0]!.chainPem);
    assert.notEqual(renewed.certificates[0]!.keyPem, first.certificates[0]!.keyPem);
    assert.match(renewed.notices[0]!, /was made anew, since it would end on 2027-12-23/);
    assert.ok(renewed.renewAt! > renewAt);
    assert.deepEqual(readFileSync(first.localCaPath!), authority);
  });

  test('replaces a certificate that has ended', async () => {
    const directory = newDirectory();
    await load(directory);
    assert.match((await load(directory, later(500))).notices[0]!, /since it ended on 2027-12-23/);
  });

  test('follows a change of names, more or fewer', async () => {
    const directory = newDirectory();
    await load(directory);
    for (const names of [[...NAMES, 'more.example.org'], NAMES, [NAMES[0]!]]) {
      const changed = await load(directory, NOW, names);
      assert.match(changed.notices[0]!, /since its names have changed/);
      assert.deepEqual((await load(directory, NOW, names)).notices, []);
    }
  });

  test('closes a key that others can read', { skip: process.platform === 'win32' && 'no file modes' }, async () => {
    const directory = newDirectory();
    await load(directory);
    const key = join(directory, 'local-ca.key.pem');
    chmodSync(key, 0o644);
    await load(directory);
    assert.equal(statSync(key).mode & 0o777, 0o600);
  });

  test('keeps what is not valid yet, since the clock may be wrong, and says so', async () => {
    const directory = newDirectory();
    const first = await load(directory);
    const early = await load(directory, later(-4000));
    assert.deepEqual(early.certificates, first.certificates);
    assert.equal(early.notices.length, 2);
    for (const notice of early.notices) assert.match(notice, /not valid before 2026-11-21; check this machine's clock/);
  });
});

describe('damaged files', () => {
  const DAMAGES: readonly [string, (path: string) => void][] = [
    ['is empty', (path) => writeFileSync(path, '')],
    ['is cut short', (path) => writeFileSync(path, readFileSync(path, 'utf8').slice(0, 120))],
    ['holds other octets', (path) => writeFileSync(path, Buffer.alloc(500, 0xff))],
    ['is missing', (path) => rmSync(path)],
  ];
  for (const [what, damage] of DAMAGES)
    for (const half of ['cert', 'key'])
      test(`a local ${half} that ${what} is made anew, with a warning naming it`, async () => {
        const directory = newDirectory();
        const first = await load(directory);
        const path = join(directory, `local-dns.example.org.${half}.pem`);
        damage(path);
        const repaired = await load(directory);
        assert.equal(repaired.notices.length, 1);
        assert.ok(repaired.notices[0]!.includes(path), repaired.notices[0]!);
        assert.notDeepEqual(repaired.certificates, first.certificates);
        assert.deepEqual((await load(directory)).notices, []);
      });

  test('a pair that does not belong together is made anew', async () => {
    const [directory, other] = [newDirectory(), newDirectory()];
    await load(directory);
    await load(other);
    const key = 'local-dns.example.org.key.pem';
    writeFileSync(join(directory, key), readFileSync(join(other, key)));
    assert.match((await load(directory)).notices[0]!, /since .*key\.pem does not belong to .*cert\.pem/);
  });

  test('a damaged CA is replaced and kept aside; what it issued is replaced as well', async () => {
    const directory = newDirectory();
    const first = await load(directory);
    const path = join(directory, 'local-ca.key.pem');
    writeFileSync(path, 'damaged');
    const repaired = await load(directory);
    assert.match(repaired.notices[0]!, /the local CA was made anew, since .*local-ca\.key\.pem/);
    assert.match(repaired.notices[1]!, /since the local CA has changed/);
    assert.notDeepEqual(repaired.certificates, first.certificates);
    assert.equal(readFileSync(`${path}.replaced`, 'utf8'), 'damaged');
    assert.ok(existsSync(join(directory, 'local-ca.cert.pem.replaced')));
  });

  test('a file that is there and cannot be read stops the start and is not touched', async () => {
    const directory = newDirectory();
    await load(directory);
    const path = join(directory, 'local-ca.cert.pem');
    rmSync(path);
    mkdirSync(path);
    assert.ok((await rejection(load(directory))).message.startsWith(`${path}: `));
    assert.ok(statSync(path).isDirectory());
  });

  test('a CA that sotto did not make is never overwritten', async () => {
    const foreign = makeCertificate({ names: NAMES });
    after(() => foreign.remove());
    const directory = newDirectory();
    mkdirSync(directory);
    writeFileSync(join(directory, 'local-ca.cert.pem'), foreign.certPem);
    writeFileSync(join(directory, 'local-ca.key.pem'), foreign.keyPem);
    assert.match((await rejection(load(directory))).message, /not a CA that sotto made/);
    assert.equal(readFileSync(join(directory, 'local-ca.cert.pem'), 'utf8'), foreign.certPem);
  });
});

describe('the end of the CA', () => {
  test('is announced a year before', async () => {
    const directory = newDirectory();
    await load(directory);
    const { notices } = await load(directory, later(3650 - 300));
    assert.ok(
      notices.some((notice) => /the local CA ends on 2036-11-18/.test(notice)),
      notices.join('\n'),
    );
  });

  test('no certificate outlives it, and a new CA comes 30 days before', async () => {
    const directory = newDirectory();
    await load(directory);
    const near = await load(directory, later(3650 - 40));
    assert.ok(new X509Certificate(near.certificates[0]!.chainPem).validToDate <= later(3650));
    assert.ok(near.renewAt! <= later(3650 - 26));
    const { notices, certificates } = await load(directory, later(3650 - 29));
    assert.match(notices[0]!, /the local CA was made anew, since the old one ends on/);
    const leaf = new X509Certificate(certificates[0]!.chainPem);
    assert.ok(leaf.verify(certificateIn(directory, 'local-ca.cert.pem').publicKey));
  });
});

describe('several certificates', () => {
  test('share the CA, keep their order, and have files of their own', async () => {
    const directory = newDirectory();
    const sets = [
      ['dns.example.org'],
      ['*.example.org'],
      ['::1'],
      ['ca'],
      [`${'a'.repeat(60)}.${'b'.repeat(60)}.example`],
    ];
    const settings = {
      certificateDirectory: directory,
      certificates: sets.map((names) => ({ names, source: { kind: 'local-ca' } as const })),
    };
    const { certificates } = await loadCertificates(settings, NOW, 'gateway');
    assert.deepEqual(
      certificates.map(({ names }) => names),
      sets,
    );
    assert.deepEqual((await loadCertificates(settings, NOW, 'gateway')).notices, []);
    assert.equal(readdirSync(directory).length, 2 * (sets.length + 1));
    // All of them are known as the gateway's own, so that server.user gets them.
    assert.deepEqual(listOwnFiles(ownCertificateFiles(directory)).sort(), readdirSync(directory).sort());
  });

  test("until a CA's first certificate has arrived, the local CA stands in for it", async () => {
    const acme = acmeSource({ directory: 'letsencrypt' });
    const directory = newDirectory();
    const settings = { certificateDirectory: directory, certificates: [{ names: NAMES, source: acme }] };
    const { certificates } = await loadCertificates(settings, NOW, 'gateway');
    assert.equal(new X509Certificate(certificates[0]!.chainPem).issuer, 'CN=sotto local CA gateway');
    const given = makeCertificate({ names: NAMES });
    const file = join(directory, 'acme-dns.example.org.pem');
    writeFileSync(file, `# sotto, from https://ca.example/dir\n${given.keyPem}${given.certPem}`);
    given.remove();
    const [later] = (await loadCertificates(settings, NOW, 'gateway')).certificates;
    assert.equal(new X509Certificate(later!.chainPem).issuer, 'CN=test CA');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    writeFileSync(file, given.certPem);
    const damaged = await loadCertificates(settings, NOW, 'gateway');
    assert.match(
      damaged.notices[0]!,
      /acme-dns\.example\.org\.pem: it holds no private key; a new certificate is ordered/,
    );
  });
});

describe('source = "files"', () => {
  const own = makeCertificate({ names: NAMES });
  after(() => own.remove());
  const settings = (certPath: string, keyPath = own.keyPath, certificateDirectory = newDirectory()) => ({
    certificateDirectory,
    certificates: [{ names: NAMES, source: { kind: 'files', certPath, keyPath } as const }],
  });

  test('serves the chain and needs no local CA', async () => {
    const wanted = settings(join(own.directory, 'chain.pem'));
    const loaded = await loadCertificates(wanted, NOW, 'gateway');
    assert.equal(loaded.certificates[0]!.chainPem.match(/BEGIN/g)?.length, 2);
    assert.deepEqual([loaded.localCaPath, loaded.renewAt], [undefined, undefined]);
    assert.ok(!existsSync(wanted.certificateDirectory));
  });

  test('names the file and the fault', async () => {
    const missing = join(own.directory, 'none.pem');
    assert.equal(
      (await rejection(loadCertificates(settings(missing), NOW))).message,
      `${missing}: the file does not exist`,
    );
    const mismatch = await rejection(loadCertificates(settings(own.caPath), NOW));
    assert.match(mismatch.message, /key\.pem: the key does not belong to the certificate in .*ca\.pem/);
  });

  test('P16 at places that are kept nothing is looked at', async () => {
    const wanted = settings(join(own.directory, 'none.pem'));
    const kept = [{ names: NAMES, keyPem: 'key', chainPem: 'chain' }];
    const loaded = await loadCertificates(wanted, NOW, 'gateway', kept);
    assert.deepEqual([loaded.certificates, loaded.notices], [kept, []]);
  });
});
