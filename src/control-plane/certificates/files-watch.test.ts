import assert from 'node:assert/strict';
import { type KeyObject, X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { makeCertificate, type TestCertificate } from '../../../test/fixtures/make-certificate.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import { readCertificateFiles } from './certificate-files.ts';
import { type FilesWatch, watchCertificateFiles } from './files-watch.ts';

const NAMES = ['dns.example.org', '192.0.2.53'];
const first = makeCertificate({ names: NAMES });
const second = makeCertificate({ names: NAMES, keyType: 'rsa' });
const third = makeCertificate({ names: NAMES });
const expired = makeCertificate({ names: NAMES, expired: true });
const elsewhere = makeCertificate({ names: ['other.example.org'] });
const partial = makeCertificate({ names: [NAMES[0]!] });
const partialAnew = makeCertificate({ names: [NAMES[0]!] });
const home = temporaryDirectory('files-watch');
after(() => {
  home.remove();
  for (const certificate of [first, second, third, expired, elsewhere, partial, partialAnew]) certificate.remove();
});

/** A watch over one pair, and what it did. */
class Watched {
  readonly log: string[] = [];
  serving: CertificateSnapshot;
  readonly watch: FilesWatch;
  #onEvent: () => void = () => {};

  constructor(certPath: string, keyPath: string, patienceMilliseconds = 60_000) {
    const reading = readCertificateFiles(certPath, keyPath);
    assert.ok(reading.ok);
    this.serving = { names: NAMES, keyPem: reading.files.keyPem, chainPem: reading.files.chainPem };
    this.watch = watchCertificateFiles({
      certificates: [
        { names: ['gateway.lan'], source: { kind: 'local-ca' } },
        { names: NAMES, source: { kind: 'files', certPath, keyPath } },
      ],
      serving: () => this.serving,
      onChange: (index, certificate) => {
        assert.equal(index, 1);
        this.serving = certificate;
        this.#onEvent();
      },
      log: (level, message) => {
        this.log.push(`${level}: ${message}`);
        this.#onEvent();
      },
      patienceMilliseconds,
    });
  }

  isServing({ certPem }: TestCertificate): boolean {
    return this.serving.chainPem.startsWith(certPem.trim().slice(0, 200));
  }

  /** Resolves once it holds; rejects after 20 s. */
  until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const overdue = setTimeout(() => reject(new Error(`${what}; it said: ${this.log.join('; ')}`)), 20_000);
      this.#onEvent = () => {
        if (!holds()) return;
        clearTimeout(overdue);
        resolve();
      };
    });
  }
}

describe('certificate files that are watched', () => {
  let watched: Watched | undefined;
  afterEach(() => watched?.watch.stop());
  let rounds = 0;

  function directoryWith(certificate: TestCertificate): string {
    const directory = join(home.path, String(++rounds));
    mkdirSync(directory);
    copyPair(certificate, directory);
    return directory;
  }

  function start(directory: string, patienceMilliseconds?: number): Watched {
    watched = new Watched(join(directory, 'cert.pem'), join(directory, 'key.pem'), patienceMilliseconds);
    return watched;
  }

  test('as certbot renews: new files beside the old ones, then one link after the other', async () => {
    const archive = join(home.path, 'archive');
    const live = join(home.path, 'live');
    mkdirSync(archive);
    mkdirSync(live);
    const issue = (number: number, certificate: TestCertificate) => {
      copyFileSync(certificate.certPath, join(archive, `cert${number}.pem`));
      copyFileSync(certificate.keyPath, join(archive, `key${number}.pem`));
      for (const file of ['cert', 'key']) {
        const link = join(live, `${file}.pem`);
        symlinkSync(`../archive/${file}${number}.pem`, `${link}.new`);
        renameSync(`${link}.new`, link);
      }
    };
    issue(1, first);
    const it = start(live);
    issue(2, second);
    await it.until('the renewed pair is in use', () => it.isServing(second));
    issue(3, third);
    await it.until('and the next', () => it.isServing(third));
    await it.until('both are told', () => it.log.filter((line) => /new certificate is in use/.test(line)).length === 2);
    assert.ok(!it.log.some((line) => /does not belong/.test(line)), it.log.join());
  });

  test('key and certificate written one after the other are waited for without a word', async () => {
    for (const order of [
      ['keyPath', 'certPath'],
      ['certPath', 'keyPath'],
    ] as const) {
      const directory = directoryWith(first);
      const it = start(directory);
      copyFileSync(second[order[0]], join(directory, order[0] === 'keyPath' ? 'key.pem' : 'cert.pem'));
      // Until the watch has seen the half.
      await pollUntil(() => it.watch.faultAt(1) !== undefined);
      assert.match(it.watch.faultAt(1)!.message, /does not belong/);
      assert.ok(it.isServing(first));
      copyFileSync(second[order[1]], join(directory, order[1] === 'keyPath' ? 'key.pem' : 'cert.pem'));
      await it.until('the whole pair is in use', () => it.isServing(second));
      assert.equal(it.watch.faultAt(1), undefined);
      assert.ok(!it.log.some((line) => /does not belong/.test(line)), it.log.join());
      it.watch.stop();
    }
  });

  test('a certificate without its chain does not take the place of one with it; the whole one does', async () => {
    const directory = directoryWith(first);
    const chain = ({ certPem, caPem }: TestCertificate) => certPem + caPem;
    writeFileSync(join(directory, 'cert.pem'), chain(first));
    const it = start(directory, 100);
    copyPair(second, directory);
    await it.until('the fault is told', () => it.log.some((line) => /without the chain/.test(line)));
    assert.ok(it.isServing(first));
    writeFileSync(join(directory, 'cert.pem'), chain(second));
    await it.until('the whole one is in use', () => it.isServing(second));
  });

  const faults: readonly [string, (directory: string) => void, RegExp][] = [
    [
      'a key of another certificate',
      (at) => copyFileSync(second.keyPath, join(at, 'key.pem')),
      /key\.pem: the key does not belong/,
    ],
    ['a certificate that has ended', (at) => copyPair(expired, at), /cert\.pem: the certificate expired on/],
    [
      'a certificate without the names',
      (at) => copyPair(elsewhere, at),
      /cert\.pem: the certificate does not cover dns\.example\.org/,
    ],
    [
      'half a certificate',
      (at) => writeFileSync(join(at, 'cert.pem'), second.certPem.slice(0, 300)),
      /cert\.pem: a certificate in it is cut off/,
    ],
    ['no file at all', (at) => unlinkSync(join(at, 'cert.pem')), /cert\.pem: the file does not exist/],
  ];
  for (const [what, spoil, wrong] of faults) {
    test(`${what}: the old one stays in use, told once, until the files are in order`, async () => {
      const directory = directoryWith(first);
      const it = start(directory, 100);
      spoil(directory);
      await it.until('the fault is told', () => it.log.length > 0);
      assert.match(it.log[0]!, wrong);
      assert.match(it.log[0]!, /^warn: .*; the certificate before stays in use$/);
      assert.ok(it.isServing(first));
      assert.match(it.watch.faultAt(1)!.message, wrong);
      copyPair(third, directory);
      await it.until('the good pair is in use', () => it.isServing(third));
      assert.equal(it.log.filter((line) => line.startsWith('warn: ') && wrong.test(line)).length, 1, it.log.join());
      assert.equal(it.watch.faultAt(1), undefined);
    });
  }

  test('a fault that is looked at again is not told again', async () => {
    const directory = directoryWith(first);
    const it = start(directory, 100);
    const spoil = () => copyFileSync(second.keyPath, join(directory, 'key.pem'));
    spoil();
    await it.until('the fault is told', () => it.log.length > 0);
    const { at } = it.watch.faultAt(1)!;
    spoil();
    await pollUntil(() => it.watch.faultAt(1)!.at !== at);
    copyPair(third, directory);
    await it.until('the good pair is in use', () => it.isServing(third));
    assert.equal(it.log.filter((line) => /does not belong/.test(line)).length, 1, it.log.join());
  });

  test('the old pair put back is in order again', async () => {
    const directory = directoryWith(first);
    const it = start(directory, 100);
    unlinkSync(join(directory, 'key.pem'));
    await it.until('the fault is told', () => it.log.length === 1);
    copyPair(first, directory);
    await it.until('that it is over, too', () => it.log.some((line) => /in order again/.test(line)));
    assert.equal(it.watch.faultAt(1), undefined);
  });

  test('where what is in use is refused by clients anyway, a pair that is no better is taken', async () => {
    const directory = directoryWith(expired);
    const it = start(directory);
    copyPair(elsewhere, directory);
    await it.until('it is in use, with a warning', () => it.log.some((line) => /^warn: .*does not cover/.test(line)));
    assert.ok(it.isServing(elsewhere));
  });

  for (const [what, worse, wrong] of [
    ['of other names', elsewhere, /does not cover dns\.example\.org, 192\.0\.2\.53/],
    ['that has ended', expired, /expired on/],
  ] as const)
    test(`one that some clients accept is not replaced by one ${what}, but by one that they accept as well`, async () => {
      const directory = directoryWith(partial);
      const it = start(directory, 100);
      copyPair(worse, directory);
      await it.until('the fault is told', () => it.log.length > 0);
      assert.match(it.log[0]!, wrong);
      assert.ok(it.isServing(partial));
      copyPair(partialAnew, directory);
      await it.until('the next of the same names is in use', () => it.isServing(partialAnew));
    });

  test('a key that goes while the pair is being looked at ends nothing', async (t) => {
    const directory = directoryWith(first);
    const it = start(directory, 100);
    let isRemoved = false;
    const { checkPrivateKey } = X509Certificate.prototype;
    t.mock.method(X509Certificate.prototype, 'checkPrivateKey', function (this: X509Certificate, key: KeyObject) {
      if (this.raw.equals(new X509Certificate(second.certPem).raw) && !isRemoved) {
        rmSync(join(directory, 'key.pem'));
        isRemoved = true;
      }
      return checkPrivateKey.call(this, key);
    });
    copyPair(second, directory);
    await it.until('it is looked at', () => isRemoved);
    copyPair(third, directory);
    await it.until('the next pair is in use', () => it.isServing(third));
  });

  test('whatever goes wrong in a look is a fault like others, and the next look is taken', async () => {
    const directory = directoryWith(first);
    const it = start(directory, 100);
    const { serving } = it;
    let isBroken = true;
    Object.defineProperty(it, 'serving', {
      get: () => {
        if (isBroken) throw new Error('out of order');
        return serving;
      },
      set: (value: CertificateSnapshot) => Object.defineProperty(it, 'serving', { value }),
      configurable: true,
    });
    copyPair(second, directory);
    await it.until('the fault is told', () => it.log.some((line) => /cert\.pem: out of order/.test(line)));
    isBroken = false;
    copyPair(third, directory);
    await it.until('the next pair is in use', () => !isBroken && it.isServing(third));
  });

  test('what has changed since it was loaded is seen at once', () => {
    const directory = directoryWith(first);
    const before = start(directory);
    before.watch.stop();
    copyPair(second, directory);
    const taken: CertificateSnapshot[] = [];
    const watch = watchCertificateFiles({
      certificates: [
        {
          names: NAMES,
          source: { kind: 'files', certPath: join(directory, 'cert.pem'), keyPath: join(directory, 'key.pem') },
        },
      ],
      serving: () => before.serving,
      onChange: (_index, certificate) => void taken.push(certificate),
      log: () => {},
    });
    watch.stop();
    assert.equal(taken.length, 1);
  });

  test('the directory may go and come back', async () => {
    const directory = directoryWith(first);
    const it = start(directory, 100);
    rmSync(directory, { recursive: true });
    await it.until('the fault is told', () => it.log.length > 0);
    mkdirSync(directory);
    copyPair(second, directory);
    await it.until('the new pair is in use', () => it.isServing(second));
  });
});

function copyPair({ certPath, keyPath }: TestCertificate, directory: string): void {
  copyFileSync(certPath, join(directory, 'cert.pem'));
  copyFileSync(keyPath, join(directory, 'key.pem'));
}

async function pollUntil(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    assert.ok(performance.now() < deadline);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
