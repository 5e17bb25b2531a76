// A machine with one gateway after another, and the doctor beside each: in a network namespace, on the standard ports.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type CertificateChain, makeCertificateChain } from '../fixtures/certificate-chain.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory, PROJECT_ROOT, startGatewayProcess } from './gateway-process.ts';
import { OUTSIDE_SERVERS } from './host-with-uplink.ts';
import type { NetworkNamespace } from './network-namespace.ts';

export const IPV4 = '203.0.113.53';
export const IPV6 = '2001:db8:5::53';
export const [UPSTREAM_ADDRESS] = OUTSIDE_SERVERS;
export const LISTEN = `[listen]
dns = ["${IPV4}:53", "127.0.0.1:53"]
dot = ["${IPV4}:853", "[${IPV6}]:853"]
doh = ["${IPV4}:443", "[${IPV6}]:443"]`;
const PLAIN = 'plain = ["loopback", "private", "203.0.113.0/24"]';

export interface SetUp {
  readonly listen?: string;
  /** Further tables. */
  readonly extra?: string;
  /** Further lines of the table [access]. */
  readonly access?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly encrypted?: string;
  readonly hasIntermediate?: boolean;
  /** In the place of one from files. */
  readonly certificate?: string;
  /** No gateway runs. */
  readonly isDown?: boolean;
}

/** A machine and the names of its certificate, for one gateway after another. */
export class DoctorStage {
  readonly #host: NetworkNamespace;
  readonly #upstreamCaPem: string;
  readonly #names: readonly string[];
  readonly #chain: CertificateChain;

  constructor(host: NetworkNamespace, upstreamCaPem: string, names: readonly string[]) {
    this.#host = host;
    this.#upstreamCaPem = upstreamCaPem;
    this.#names = names;
    this.#chain = makeCertificateChain(names);
  }

  /** Runs a gateway and the doctor beside it; what changes from run to run reads the same each time. */
  async examine(t: TestContext, setUp: SetUp): Promise<{ readonly exitCode: number; readonly text: string }> {
    const directory = makeGatewayDirectory();
    const { leafPem, intermediatePem, keyPem, rootPem } = this.#chain;
    const chainPem = setUp.hasIntermediate === false ? leafPem : leafPem + intermediatePem;
    const files = { 'chain.pem': chainPem, 'key.pem': keyPem, 'root.pem': rootPem, ...setUp.files };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, { mode: 0o600 });
    const config = gatewayConfig({
      directory,
      upstreams: [{ hostName: PEER_HOST_NAME, dohPort: 443, address: UPSTREAM_ADDRESS, caPem: this.#upstreamCaPem }],
      listen: setUp.listen ?? LISTEN,
      threads: 1,
      extra: `[access]\n${PLAIN}\nencrypted = ${setUp.encrypted ?? '["any"]'}\n${setUp.access ?? ''}\n
${setUp.certificate ?? `[[certificate]]\nnames = ${JSON.stringify(this.#names)}\nsource = "files"\ncert = "chain.pem"\nkey = "key.pem"`}\n${setUp.extra ?? ''}`,
    });
    const configPath = join(directory, 'config.toml');
    if (setUp.isDown === true) {
      writeFileSync(configPath, config);
    } else {
      const gateway = await startGatewayProcess({ directory, config, enter: this.#host.enter });
      t.after(() => gateway.stop());
    }
    const words = [join(PROJECT_ROOT, 'test/fixtures/doctor-with-roots.ts'), join(directory, 'root.pem')];
    const { exitCode, output, errors } = await this.#host.run(process.execPath, ...words, '--config', configPath);
    assert.equal(errors, '');
    return { exitCode, text: steady(output.trimEnd(), directory) };
  }
}

function steady(text: string, directory: string): string {
  return (
    text
      .replaceAll(directory, '/etc/sotto')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '2026-01-01 00:00 UTC')
      .replaceAll(/until \d{4}-\d\d-\d\d \(\d+ days\)/g, 'until 2026-04-01 (90 days)')
      .replaceAll(/process \d+/g, 'process 4242')
      // Whether the gateway has reached it depends on how long it has been running.
      .replaceAll(/in \d+ ms(?:, and the gateway reaches it as well)?/g, 'in 7 ms')
      .replaceAll(/\b[\da-f]{8}-dnsotls-ds/g, '0a1b2c3d-dnsotls-ds')
      .replaceAll(/\b[A-Za-z]{6}-dnsotls-ds/g, 'aBcDeF-dnsotls-ds')
      .replaceAll(
        /^unknown {2}firewall .*\n(?: +->.*\n)+|^ok +firewall .*\n/gm,
        'unknown  firewall   (as this machine has it)\n',
      )
  );
}
