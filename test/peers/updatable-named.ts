// BIND's named as the primary of one zone that takes dynamic updates signed with one key.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Daemon, startDaemon } from './daemon.ts';
import { freePorts } from './free-ports.ts';

export interface UpdatableNamed {
  readonly address: string;
  readonly port: number;
  readonly zone: string;
  readonly key: { readonly name: string; readonly algorithm: 'hmac-sha256' | 'hmac-sha512'; readonly secret: string };
  log: Daemon['log'];
  stop: Daemon['stop'];
}

export async function startUpdatableNamed(
  zone: string,
  algorithm: 'hmac-sha256' | 'hmac-sha512' = 'hmac-sha256',
): Promise<UpdatableNamed> {
  const [port] = await freePorts(1);
  const address = '127.0.0.1';
  const key = { name: 'update.key', algorithm, secret: randomBytes(32).toString('base64') };
  const daemon = await startDaemon({
    command: 'named',
    parameters: (directory) => ['-g', '-n', '1', '-c', join(directory, 'named.conf')],
    files: (directory) => ({
      'named.conf': `
key "${key.name}" { algorithm ${algorithm}; secret "${key.secret}"; };
options {
  directory "${directory}"; pid-file none; session-keyfile none; recursion no; notify no; dnssec-validation no;
  empty-zones-enable no; listen-on port ${port} { ${address}; }; listen-on-v6 { none; };
};
controls { };
zone "${zone}" {
  type primary; file "zone";
  update-policy { grant ${key.name} wildcard *.${zone}. TXT; };
};
`,
      zone: `$TTL 300\n$ORIGIN ${zone}.\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n`,
    }),
    readiness: { address, port: port!, name: `ns.${zone}` },
  });
  return { address, port: port!, zone, key, log: daemon.log, stop: daemon.stop };
}
