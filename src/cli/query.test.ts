import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { sotto } from '../../test/fixtures/command-line.ts';
import { startPlainServer, startTlsServer } from '../../test/fixtures/dns-server.ts';
import { makeCertificate } from '../../test/fixtures/make-certificate.ts';
import { concat, name, pointer, question, record } from '../../test/fuzz/wire/messages.ts';
import { answerTo } from '../../test/peers/scripted-doh-server.ts';
import { TYPE } from '../wire/numbers.ts';

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-test-query-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function makeCertificateFor(t: TestContext) {
  const certificate = makeCertificate({ names: ['127.0.0.1'] });
  t.after(() => certificate.remove());
  return certificate;
}

describe('sotto query', () => {
  test('prints the answer of the gateway that the configuration describes, and exits with 0', async (t) => {
    const port = await startPlainServer(t, ({ query, send }) => send(answerTo(query)));
    const config = join(temporaryDirectory(t), 'config.toml');
    writeFileSync(config, `listen.dns = ["127.0.0.1:${port}"]\nlisten.http = ["127.0.0.1:8053"]\n`);
    const { exitCode, stdout, stderr } = await sotto(t, 'query', 'example.org', '--config', config);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^NOERROR {2}flags qr rd ra {2}45 octets {2}[\d.]+ ms {2}udp:\/\/127\.0\.0\.1:\d+\n/);
    assert.match(
      stdout,
      /\n\nQUESTION\nexample\.org\. {2}IN {2}A\n\nANSWER\nexample\.org\. {2}300 {2}IN {2}A {2}192\.0\.2\.1\n$/,
    );
  });

  test('exits with 0 for any RCODE, and lets no octet of a server reach the terminal raw', async (t) => {
    const hostile = Buffer.from('\x1b[2J\x1b]0;title\x07\r\n\x9b31m\u202e');
    const port = await startPlainServer(t, ({ query, send }) => {
      const header = Buffer.from([query[0]!, query[1]!, 0x81, 0x82, 0, 1, 0, 1, 0, 1, 0, 0]);
      const txt = record(pointer(12), TYPE.TXT, 1, concat(Uint8Array.of(hostile.length), hostile));
      const alias = record(concat(Uint8Array.of(hostile.length), hostile, name('')), TYPE.HTTPS, 1, concat(hostile));
      send(concat(header, question(name('example.org'), TYPE.TXT), txt, alias));
    });
    const { exitCode, stdout } = await sotto(t, 'query', 'example.org', 'TXT', '--server', `udp://127.0.0.1:${port}`);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^SERVFAIL/);
    assert.match(stdout, /"\\027\[2J\\027\]0;title\\007\\013\\010/);
    assert.doesNotMatch(stdout, /[^\n\x20-\x7e]/);
  });

  test('trusts the local CA of the gateway, and further ones of --ca', async (t) => {
    const [local, other] = [makeCertificateFor(t), makeCertificateFor(t)];
    const directory = temporaryDirectory(t);
    copyFileSync(local.caPath, join(directory, 'local-ca.cert.pem'));
    const config = join(directory, 'config.toml');
    writeFileSync(config, 'certificate_dir = "."\n');
    const ask = async (certificate: typeof local, ...further: string[]) => {
      const port = await startTlsServer(t, certificate, ({ query, send }) => send(answerTo(query)));
      const server = `tls://127.0.0.1:${port}`;
      return await sotto(t, 'query', 'example.org', '--server', server, '--config', config, ...further);
    };
    assert.equal((await ask(local)).exitCode, 0);
    assert.equal((await ask(other, '--ca', other.caPath)).exitCode, 0);
    assert.equal((await ask(local, '--ca', other.caPath)).exitCode, 0);
    const distrusted = await ask(other);
    assert.equal(distrusted.exitCode, 1);
    assert.match(distrusted.stderr, /^sotto: tls:.* not trusted here; name its CA with --ca FILE/);
  });

  test('exits with 1 and a sentence where no answer comes', async (t) => {
    const { exitCode, stdout, stderr } = await sotto(t, 'query', 'example.org', '--server', 'tcp://127.0.0.1:1');
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, /^sotto: tcp:\/\/127\.0\.0\.1:1: connection refused; is a gateway running there\?/);
  });

  const faults: readonly [string[], RegExp][] = [
    [['query'], /NAME is missing/],
    [['query', 'example.org', '--address', '192.0.2.1'], /--address says where a server is; name the server/],
    [['query', 'example.org', '--ca', 'x'], /--ca is for servers with a certificate/],
    [['query', 'example.org', '--server', 'udp://127.0.0.1', '--ca', 'x'], /--ca is for servers with a certificate/],
    [['query', 'example.org', '--server', 'tls://127.0.0.1', '--ca', '/nowhere'], /--ca \/nowhere: the file does not/],
    [['query', 'example.org', '--server', 'tls://127.0.0.1', '--ca', import.meta.filename], /holds no PEM certificate/],
    [['query', 'example.org', '--config', '/nowhere'], /there is no such file/],
  ];
  for (const [args, message] of faults) {
    test(`"${args.join(' ')}" exits with 2`, async (t) => {
      const { exitCode, stdout, stderr } = await sotto(t, ...args);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, message);
    });
  }
});
