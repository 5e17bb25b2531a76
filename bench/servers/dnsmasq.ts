// dnsmasq: its one process, a cache for all names, somewhat more questions under way than are asked at once.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BlockedNames, SERVER_ADDRESS, type ServerKind, type StartOptions } from './server.ts';
import { type Place, startServer } from './start-server.ts';
import { versionOf } from './version.ts';

/** It looks at half as many sockets, in use or not, twice each turn of its loop. */
const FORWARDED_MAX = 250;

export const dnsmasq: ServerKind = {
  name: 'dnsmasq',
  role: 'peer',
  command: 'dnsmasq',
  debianPackage: 'dnsmasq-base',
  // Over TCP it ends each connection after a hundred questions, and dnsperf takes what was under way for lost.
  speaks: ['udp'],
  canBlock: true,
  wayOut: 'plain',
  version: () => versionOf('dnsmasq', '--version'),
  start: (options) =>
    startServer(dnsmasq, options, {
      configurationFile: 'dnsmasq.conf',
      configuration: (place) => configuration(place, options),
      parameters: ({ directory }) => ['--keep-in-foreground', `--conf-file=${join(directory, 'dnsmasq.conf')}`],
      files: (): Record<string, string> =>
        options.blockedNames === undefined ? {} : { 'blocked.conf': blockedDomains(options.blockedNames) },
      forgetAnswers: async ({ pid }) => void process.kill(pid, 'SIGHUP'),
    }),
};

/** Without an address, the name and everything below it do not exist. */
function blockedDomains({ path }: BlockedNames): string {
  return `${readFileSync(path, 'latin1')
    .trimEnd()
    .split('\n')
    .map((name) => `address=/${name}/`)
    .join('\n')}\n`;
}

function configuration({ directory, ports }: Place, { outside, blockedNames }: StartOptions): string {
  return `port=${ports.dns}
listen-address=${SERVER_ADDRESS}
bind-interfaces
user=root
pid-file=
log-facility=-
no-resolv
no-hosts
no-poll
cache-size=150000
cache-rr=MX,SRV,PTR
dns-forward-max=${FORWARDED_MAX}
server=${outside.address}#${outside.dnsPort}
${blockedNames === undefined ? '' : `conf-file=${directory}/blocked.conf\n`}`;
}
