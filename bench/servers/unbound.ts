// unbound as its manual's page on optimisation sets it: one thread, one slab, large caches and socket buffers, no statistics.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unboundInForeground } from '../../test/peers/unbound.ts';
import { findCommand } from '../../test/setup/missing-components.ts';
import { type BlockedNames, SERVER_ADDRESS, type ServerKind, type StartOptions } from './server.ts';
import { type Place, startServer } from './start-server.ts';
import { versionOf } from './version.ts';

/** Once more than half of its places are taken, it closes connections after a hundredth of the idle time. */
const PLACES_PER_IDLE_CONNECTION = 2;
const IDLE_MILLISECONDS = 120_000;

export const unbound: ServerKind = {
  name: 'unbound',
  role: 'peer',
  command: 'unbound',
  debianPackage: 'unbound',
  speaks: ['udp', 'tcp', 'dot', 'doh'],
  canBlock: true,
  wayOut: 'dot',
  version: () => versionOf('unbound', '-V'),
  start: (options) =>
    startServer(unbound, options, {
      configurationFile: 'unbound.conf',
      configuration: (place) => configuration(place, options),
      parameters: ({ directory }) => ['-d', '-c', join(directory, 'unbound.conf')],
      files: (): Record<string, string> =>
        options.blockedNames === undefined ? {} : { 'blocked.conf': blockedZones(options.blockedNames) },
      forgetAnswers: async (_, { directory }) => {
        const control = findCommand('unbound-control');
        if (control === undefined) throw new Error('unbound-control is missing');
        execFileSync(control, ['-c', join(directory, 'unbound.conf'), 'flush_zone', '.'], { stdio: 'ignore' });
      },
    }),
};

/** always_nxdomain covers the name and everything below it. */
function blockedZones({ path }: BlockedNames): string {
  const lines = readFileSync(path, 'latin1').trimEnd().split('\n');
  return `server:\n${lines.map((name) => `local-zone: "${name}." always_nxdomain`).join('\n')}\n`;
}

function configuration({ directory, ports }: Place, options: StartOptions): string {
  const { outside, certificate, blockedNames, idleConnections, threads = 1 } = options;
  const { keyPath, certPath } = certificate;
  return `server:
${unboundInForeground(directory)}  verbosity: 0
  num-threads: ${threads}
  msg-cache-slabs: ${threads}
  rrset-cache-slabs: ${threads}
  infra-cache-slabs: ${threads}
  key-cache-slabs: ${threads}
  msg-cache-size: 128m
  rrset-cache-size: 256m
  outgoing-range: ${idleConnections === undefined ? 8192 : 512}
  num-queries-per-thread: 4096
  outgoing-num-tcp: 100
  incoming-num-tcp: ${idleConnections === undefined ? 1000 : idleConnections * PLACES_PER_IDLE_CONNECTION}
${idleConnections === undefined ? '' : `  tcp-idle-timeout: ${IDLE_MILLISECONDS}\n`}  so-rcvbuf: 4m
  so-sndbuf: 4m
  so-reuseport: yes
  http-max-streams: 1000
  http-query-buffer-size: 64m
  http-response-buffer-size: 64m
  minimal-responses: yes
  module-config: "iterator"
  do-not-query-localhost: no
  unblock-lan-zones: yes
  local-zone: "test." nodefault
  interface: ${SERVER_ADDRESS}@${ports.dns}
  interface: ${SERVER_ADDRESS}@${ports.dot}
${idleConnections === undefined ? `  interface: ${SERVER_ADDRESS}@${ports.doh}\n` : ''}  tls-port: ${ports.dot}
  https-port: ${ports.doh}
  tls-service-key: "${keyPath}"
  tls-service-pem: "${certPath}"
  tls-cert-bundle: "${outside.certificate.caPath}"
${blockedNames === undefined ? '' : `  include: "${directory}/blocked.conf"\n`}forward-zone:
  name: "."
  forward-tls-upstream: yes
  forward-addr: ${outside.address}@${outside.dotPort}#${outside.hostName}
remote-control:
  control-enable: yes
  control-use-cert: no
  control-interface: "${directory}/control.sock"
`;
}
