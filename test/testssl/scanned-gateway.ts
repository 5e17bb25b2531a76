// A gateway as testssl.sh is to see one: with the chain that a public CA would give, and a wildcard name, so that what clients say first
// is read before TLS too.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gatewayConfig } from '../e2e/gateway-config.ts';
import { makeGatewayDirectory, startGatewayProcess } from '../e2e/gateway-process.ts';
import { makeCertificateChain } from '../fixtures/certificate-chain.ts';

export interface ScannedPort {
  readonly protocol: 'DNS over TLS' | 'DNS over HTTPS';
  readonly port: number;
}

export interface ScannedGateway {
  readonly name: string;
  readonly address: string;
  readonly ports: readonly ScannedPort[];
  /** PEM file of the root that its chain leads to. */
  readonly rootPath: string;
  stop(): Promise<void>;
}

/** Needs openssl. */
export async function startScannedGateway(): Promise<ScannedGateway> {
  const name = 'dns.home.test';
  const names = [name, `*.${name}`];
  const directory = makeGatewayDirectory();
  const { rootPem, intermediatePem, leafPem, keyPem } = makeCertificateChain(names);
  const rootPath = join(directory, 'root.pem');
  writeFileSync(rootPath, rootPem);
  writeFileSync(join(directory, 'key.pem'), keyPem, { mode: 0o600 });
  writeFileSync(join(directory, 'chain.pem'), `${leafPem}${intermediatePem}`);
  const upstream = { hostName: 'upstream.test', dohPort: 1, address: '127.0.0.1', caPem: rootPem };
  const certificate = `[[certificate]]\nnames = ${JSON.stringify(names)}\nsource = "files"\ncert = "chain.pem"\nkey = "key.pem"`;
  const gateway = await startGatewayProcess({
    directory,
    config: gatewayConfig({ directory, upstreams: [upstream], extra: certificate }),
  });
  return {
    name,
    address: '127.0.0.1',
    ports: [
      { protocol: 'DNS over TLS', port: gateway.ports.dot },
      { protocol: 'DNS over HTTPS', port: gateway.ports.doh },
    ],
    rootPath,
    stop: async () => {
      await gateway.stop();
    },
  };
}
