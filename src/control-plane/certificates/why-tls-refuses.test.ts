import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect, createServer, type SecureVersion } from 'node:tls';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { hasCommands } from '../../../test/setup/require-components.ts';
import { CertificateChooser } from '../../data-plane/listeners/certificate-chooser.ts';
import { whyTlsRefuses } from './why-tls-refuses.ts';

interface Pair {
  readonly keyPem: string;
  readonly chainPem: string;
}

/** `key`: words for `openssl genpkey`. */
function makePair(t: TestContext, key: string): Pair {
  const { path: directory, remove } = temporaryDirectory('key-kinds');
  t.after(remove);
  const openssl = (line: string): void => {
    execFileSync('openssl', line.split(' '), { cwd: directory, stdio: 'pipe' });
  };
  if (key === 'dsa') {
    openssl('genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:2048 -out parameters.pem');
    openssl('genpkey -paramfile parameters.pem -out key.pem');
  } else openssl(`genpkey -algorithm ${key} -out key.pem`);
  openssl('req -x509 -new -key key.pem -days 3 -subj /CN=dns.example.org -out certificate.pem');
  const read = (file: string): string => readFileSync(join(directory, file), 'utf8');
  return { keyPem: read('key.pem'), chainPem: read('certificate.pem') };
}

/** Whether a client gets through the handshake with a listener as query threads have it. */
async function isServed({ keyPem, chainPem }: Pair, version: SecureVersion): Promise<boolean> {
  const chooser = new CertificateChooser([{ names: ['dns.example.org'], keyPem, chainPem }], new Uint8Array(48));
  const server = createServer(chooser.defaultOptions, (socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const rules = { minVersion: version, maxVersion: version, rejectUnauthorized: false };
  const client = connect({ host: '127.0.0.1', port, ...rules });
  try {
    return await once(client, 'secureConnect').then(
      () => true,
      () => false,
    );
  } finally {
    client.destroy();
    server.close();
  }
}

const KINDS: readonly (readonly [key: string, isTaken: boolean])[] = [
  ['EC -pkeyopt ec_paramgen_curve:P-256', true],
  ['EC -pkeyopt ec_paramgen_curve:P-384', true],
  ['EC -pkeyopt ec_paramgen_curve:P-521', true],
  ['RSA -pkeyopt rsa_keygen_bits:2048', true],
  ['RSA-PSS -pkeyopt rsa_keygen_bits:2048', true],
  ['ED25519', true],
  ['ED448', true],
  ['EC -pkeyopt ec_paramgen_curve:secp256k1', false],
  ['dsa', false],
];

for (const [key, isTaken] of KINDS)
  test(`a key of this kind is ${isTaken ? 'taken' : 'refused'}, as a client would find: ${key}`, async (t) => {
    if (!hasCommands(t, 'openssl')) return;
    const pair = makePair(t, key);
    const refusal = whyTlsRefuses(pair.keyPem, pair.chainPem);
    assert.equal(refusal === undefined, isTaken);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
      assert.equal(await isServed(pair, version), isTaken, version);
    if (!isTaken) assert.match(refusal ?? '', /^no client takes a key of the kind (secp256k1|dsa); P-256/);
  });
