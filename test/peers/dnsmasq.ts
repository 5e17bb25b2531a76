// dnsmasq as the resolver of a home network: knows the hosts it is told, and asks nobody.

import { join } from 'node:path';
import { type Daemon, startDaemon } from './daemon.ts';

export interface Dnsmasq {
  readonly port: number;
  stop(): Promise<void>;
}

export interface DnsmasqOptions {
  /** Default 127.0.0.1. */
  readonly address?: string;
  readonly port: number;
  /** Its own: what it does not know there is NXDOMAIN. */
  readonly domain: string;
  /** Lines of a hosts file, the first one with an IPv4 address. */
  readonly hosts: readonly string[];
}

export async function startDnsmasq({ address = '127.0.0.1', port, domain, hosts }: DnsmasqOptions): Promise<Dnsmasq> {
  const daemon: Daemon = await startDaemon({
    command: 'dnsmasq',
    parameters: (directory) => ['--keep-in-foreground', `--conf-file=${join(directory, 'dnsmasq.conf')}`],
    files: (directory) => ({
      hosts: `${hosts.join('\n')}\n`,
      'dnsmasq.conf': `port=${port}
listen-address=${address}
bind-interfaces
no-resolv
no-hosts
user=
group=
pid-file=
log-facility=-
addn-hosts=${join(directory, 'hosts')}
local=/${domain}/
`,
    }),
    readiness: { address, port, name: hosts[0]!.split(' ')[1]! },
  });
  return { port, stop: daemon.stop };
}
