// unbound as a DoH, DoT and plain DNS server: resolves from the test zone, NXDOMAIN for everything else.

import { join } from 'node:path';
import { startDaemon } from './daemon.ts';
import type { DnsPeer, DnsPeerOptions } from './dns-peer.ts';
import { type PeerPlace, startPeer } from './start-peer.ts';
import { ZONE_ORIGIN, ZONE_READY_NAME, zoneFile } from './zone.ts';

export function startUnbound(options: DnsPeerOptions = {}): Promise<DnsPeer> {
  return startPeer('unbound', options, (place) =>
    startDaemon({
      command: 'unbound',
      parameters: (directory) => ['-d', '-c', join(directory, 'unbound.conf')],
      files: (directory) => ({
        'unbound.conf': configuration(directory, place, options),
        'lab.zone': zoneFile(options.records),
      }),
      readiness: { address: place.address, port: place.dnsPort, name: ZONE_READY_NAME },
    }),
  );
}

/** Lines of a `server:` clause: as whoever started it, all of it below `directory`, with nothing told to the system. */
export function unboundInForeground(directory: string): string {
  return `  directory: "${directory}"
  username: ""
  chroot: ""
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  logfile: ""
`;
}

/** Everything below a name with a star is answered as that name. */
function elsewhereLines(lines: readonly string[]): string {
  return lines
    .map((line) => {
      const [owner] = line.split(' ', 1);
      const zone = owner!.startsWith('*.') ? `  local-zone: "${owner!.slice(2)}." redirect\n` : '';
      return `${zone}  local-data: '${line.replace(/^\*\./, '')}'\n`;
    })
    .join('');
}

function forwardLines({ name, port }: NonNullable<DnsPeerOptions['forward']>): string {
  return `  local-zone: "${name}." transparent
  do-not-query-localhost: no
forward-zone:
  name: "${name}."
  forward-addr: 127.0.0.1@${port}
`;
}

function configuration(
  directory: string,
  place: PeerPlace,
  { dns64, elsewhere = [], forward }: Pick<DnsPeerOptions, 'dns64' | 'elsewhere' | 'forward'>,
): string {
  const { address, dnsPort, dotPort, dohPort, certificate } = place;
  return `
server:
${unboundInForeground(directory)}  interface: ${address}@${dnsPort}
  interface: ${address}@${dotPort}
  interface: ${address}@${dohPort}
  tls-port: ${dotPort}
  https-port: ${dohPort}
  http-endpoint: "/dns-query"
  tls-service-key: "${certificate.keyPath}"
  tls-service-pem: "${certificate.certPath}"
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  module-config: "${dns64 === undefined ? '' : 'dns64 '}iterator"
${dns64 === undefined ? '' : `  dns64-prefix: ${dns64}\n`}  local-zone: "." static
  local-zone: "${ZONE_ORIGIN}." transparent
${elsewhereLines(elsewhere)}${forward === undefined ? '' : forwardLines(forward)}auth-zone:
  name: "${ZONE_ORIGIN}."
  zonefile: "${join(directory, 'lab.zone')}"
  for-downstream: no
  for-upstream: yes
remote-control:
  control-enable: no
`;
}
