// Configuration text for a gateway under test: loopback, any free port, a test server as upstream, no lists unless named.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DnsPeer } from '../peers/dns-peer.ts';

export interface GatewayConfigOptions {
  readonly upstreams: readonly Pick<DnsPeer, 'hostName' | 'dohPort' | 'address' | 'caPem'>[];
  /** The gateway's folder: CA files are written there. */
  readonly directory: string;
  readonly threads?: number;
  /** Tables and keys that stand at the end. */
  readonly extra?: string;
  readonly listen?: string;
  readonly topLevel?: string;
  readonly server?: string;
  /** Further lines of each table [[upstream]]. */
  readonly upstream?: string;
  /** Further lines of the table [cache]. */
  readonly cache?: string;
}

export const LOOPBACK_LISTEN = `[listen]
dns = ["127.0.0.1:0"]
dot = ["127.0.0.1:0"]
doh = ["127.0.0.1:0"]
http = []`;

export function gatewayConfig(options: GatewayConfigOptions): string {
  const upstreams = options.upstreams.map((peer, index) => {
    const ca = `upstream-${index}.ca.pem`;
    writeFileSync(join(options.directory, ca), peer.caPem);
    return `[[upstream]]
url = "https://${peer.hostName}:${peer.dohPort}/dns-query"
addresses = ["${peer.address}"]
ca = "${ca}"
${options.upstream ?? ''}`;
  });
  const noLists = options.extra?.includes('[[list]]') ? '' : 'list = []';
  return [
    noLists,
    options.topLevel ?? '',
    `[server]\nthreads = ${options.threads ?? 2}\n${options.server ?? ''}`,
    options.listen ?? LOOPBACK_LISTEN,
    `[cache]\nmax_bytes = "4MB"\n${options.cache ?? ''}`,
    ...upstreams,
    options.extra ?? '',
  ].join('\n\n');
}
