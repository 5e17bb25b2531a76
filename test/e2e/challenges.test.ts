// Challenge certificates (TLS-ALPN-01) in real query threads, beside clients that ask for the same name.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { pino } from 'pino';
import { loadSettings } from '../../src/control-plane/settings/load-settings.ts';
import { type Gateway, startGateway } from '../../src/main.ts';
import { connectTls } from '../fixtures/listener-clients.ts';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory } from './gateway-process.ts';
import { runCommand } from './run-command.ts';
import { threadCounters } from './thread-counters.ts';

const THREADS = 3;
/** So many that the kernel gives some to each thread. */
const CONNECTIONS = 40;
const NAME = 'dns.example.org';
const real = makeCertificate({ names: [NAME] });
const challenge = makeCertificate({ names: [NAME] });
const pending = { serverName: NAME, keyPem: challenge.keyPem, chainPem: challenge.certPem };
const AUTHORITY = { servername: NAME, ALPNProtocols: ['acme-tls/1'], ca: challenge.caPem };
const PHONE = { servername: NAME, ca: real.caPem };
const refused = { code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' };

describe('challenges in all query threads', () => {
  let gateway: Gateway;

  before(async () => {
    const directory = makeGatewayDirectory();
    const upstream = { hostName: NAME, dohPort: 9, address: '127.0.0.1', caPem: real.caPem };
    const extra = `[[certificate]]\nnames = ["${NAME}"]\nsource = "files"\ncert = "${real.certPath}"\nkey = "${real.keyPath}"`;
    const config = gatewayConfig({ directory, upstreams: [upstream], threads: THREADS, extra });
    writeFileSync(join(directory, 'config.toml'), config);
    const result = loadSettings(join(directory, 'config.toml'));
    assert.ok(result.ok, JSON.stringify(result));
    gateway = await startGateway(result.settings, { log: pino({ level: 'silent' }) });
  });
  after(async () => {
    await gateway.close(1_000);
    for (const certificate of [real, challenge]) certificate.remove();
  });

  function portOf(kind: 'dot' | 'doh'): number {
    return gateway.addresses.find((address) => address.kind === kind)!.port;
  }

  /** Rejects if the certificate is not the one that the CA in `options` has issued. */
  async function connectOften(options: ConnectionOptions): Promise<void> {
    for (let count = 0; count < CONNECTIONS; count++) {
      const port = portOf(count % 2 === 0 ? 'dot' : 'doh');
      const version = count % 4 < 2 ? ('TLSv1.2' as const) : ('TLSv1.3' as const);
      const only = { minVersion: version, maxVersion: version };
      (await connectTls({ address: '127.0.0.1', port }, { ...options, ...only })).destroy();
    }
  }

  test('P21 without one, an authority gets no_application_protocol', async () => {
    for (const kind of ['dot', 'doh'] as const)
      await assert.rejects(connectTls({ address: '127.0.0.1', port: portOf(kind) }, AUTHORITY), refused);
  });

  test('P21 once it is told to be ready, every thread shows it to authorities and the real certificate to phones', async () => {
    const before = (await threadCounters(gateway.control.path)).map(({ connectionsOpened }) => connectionsOpened!);
    await gateway.publishChallenges([pending]);
    await connectOften(AUTHORITY);
    await connectOften(PHONE);
    const later = (await threadCounters(gateway.control.path)).map(({ connectionsOpened }) => connectionsOpened!);
    assert.ok(
      later.every((opened, index) => opened > before[index]!),
      'each thread had connections',
    );
  });

  test('P21 a thread that is started anew has it', async () => {
    await gateway.publishChallenges([pending]);
    for (const worker of gateway.pool.workers.values()) {
      const exited = once(worker, 'exit');
      await worker.terminate();
      await exited;
    }
    await connectOften(AUTHORITY);
    await connectOften(PHONE);
    assert.equal(gateway.pool.workers.size, THREADS);
  });

  test('P21 openssl s_client gets it over TLS 1.2 and 1.3, on both ports', async (t) => {
    if (!hasCommands(t, 'openssl')) return;
    await gateway.publishChallenges([pending]);
    for (const kind of ['dot', 'doh'] as const)
      for (const version of ['-tls1_2', '-tls1_3']) {
        const words = [
          '-c',
          '"$@" </dev/null',
          'sh',
          'openssl',
          's_client',
          '-connect',
          `127.0.0.1:${portOf(kind)}`,
          '-servername',
          NAME,
          version,
        ];
        const trust = ['-verify_return_error', '-CAfile'];
        const authority = await runCommand('sh', ...words, '-alpn', 'acme-tls/1', ...trust, challenge.caPath);
        assert.match(authority.output, /ALPN protocol: acme-tls\/1/);
        assert.match(authority.output, /Verify return code: 0 \(ok\)|Verification: OK/);
        const phone = await runCommand('sh', ...words, ...trust, real.caPath);
        assert.match(phone.output, /No ALPN negotiated/);
        assert.match(phone.output, /Verify return code: 0 \(ok\)|Verification: OK/);
      }
  });

  test('P21 once it is withdrawn, no thread shows it', async () => {
    await gateway.publishChallenges([]);
    for (let count = 0; count < CONNECTIONS; count++)
      await assert.rejects(connectTls({ address: '127.0.0.1', port: portOf('doh') }, AUTHORITY), refused);
    await connectOften(PHONE);
  });
});
