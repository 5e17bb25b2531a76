// Section P, certificates: one from files, of RSA, with an intermediate authority.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectTls } from '../fixtures/listener-clients.ts';
import { temporaryDirectory } from '../fixtures/temporary-directory.ts';
import { gatewayUnderTest } from './gateway.ts';
import { conformsWith, ENCRYPTED } from './over-transports.ts';

const NAME = 'gateway.example.org';
const certificates = makeChain();
const stage = gatewayUnderTest({
  files: { 'leaf.pem': certificates.chain, 'leaf.key': certificates.key },
  extra: `[[certificate]]
names = ["${NAME}"]
source = "files"
cert = "leaf.pem"
key = "leaf.key"

[[certificate]]
names = ["localhost"]`,
});
const conforms = conformsWith(stage);

conforms(
  'P17',
  ENCRYPTED,
  'a client that knows the root alone verifies a chain with an intermediate',
  async ({ t, transport, stage }) => {
    const endpoint = transport === 'dot' ? stage.dot : stage.doh;
    const socket = await connectTls(endpoint, { ca: certificates.root, servername: NAME });
    t.after(() => socket.destroy());
    assert.equal(socket.authorized, true);
  },
);

conforms(
  'P18',
  ENCRYPTED,
  'a certificate from files may be RSA, that of the local CA is ECDSA P-256',
  async ({ t, transport, stage }) => {
    const endpoint = transport === 'dot' ? stage.dot : stage.doh;
    const keyOf = async (servername: string, ca: string) => {
      const socket = await connectTls(endpoint, { ca, servername });
      t.after(() => socket.destroy());
      const { publicKey } = socket.getPeerX509Certificate()!;
      return [publicKey.asymmetricKeyType, publicKey.asymmetricKeyDetails?.namedCurve];
    };
    assert.deepEqual(await keyOf(NAME, certificates.root), ['rsa', undefined]);
    assert.deepEqual(await keyOf('localhost', stage.trust.ca), ['ec', 'prime256v1']);
  },
);

/** A root, an intermediate and an RSA leaf. */
function makeChain(): { readonly root: string; readonly chain: string; readonly key: string } {
  const { path: directory, remove } = temporaryDirectory('chain');
  const openssl = (...parameters: string[]) => execFileSync('openssl', parameters, { cwd: directory, stdio: 'pipe' });
  const read = (file: string) => readFileSync(join(directory, file), 'utf8');
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=keyCertSign,cRLSign'];
  openssl('req', '-x509', ...ec, '-days', '30', '-subj', '/CN=root', '-keyout', 'root.key', '-out', 'root.pem');
  openssl(
    'req',
    '-x509',
    ...ec,
    '-days',
    '30',
    '-subj',
    '/CN=middle',
    ...authority,
    '-CA',
    'root.pem',
    '-CAkey',
    'root.key',
    '-keyout',
    'middle.key',
    '-out',
    'middle.pem',
  );
  writeFileSync(join(directory, 'extensions'), `basicConstraints=CA:FALSE\nsubjectAltName=DNS:${NAME}\n`);
  openssl(
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=leaf',
    '-keyout',
    'leaf.key',
    '-out',
    'leaf.csr',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'leaf.csr',
    '-days',
    '30',
    '-CA',
    'middle.pem',
    '-CAkey',
    'middle.key',
    '-extfile',
    'extensions',
    '-out',
    'leaf.pem',
  );
  const made = { root: read('root.pem'), chain: read('leaf.pem') + read('middle.pem'), key: read('leaf.key') };
  remove();
  return made;
}
