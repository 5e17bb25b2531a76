// BIND's named as a DoH, DoT and plain DNS server: authoritative for the test zone and for an empty root.

import { join } from 'node:path';
import { startDaemon } from './daemon.ts';
import type { DnsPeer, DnsPeerOptions } from './dns-peer.ts';
import { type PeerPlace, startPeer } from './start-peer.ts';
import { ZONE_ORIGIN, ZONE_READY_NAME, zoneFile } from './zone.ts';

/** Without servers outside: every other name is NXDOMAIN. */
const EMPTY_ROOT =
  '$TTL 300\n. SOA localhost. localhost. 1 3600 600 86400 60\n. NS localhost.\nlocalhost. A 127.0.0.1\n';

export function startNamed(options: DnsPeerOptions = {}): Promise<DnsPeer> {
  return startPeer('named', options, (place) =>
    startDaemon({
      command: 'named',
      parameters: (directory) => ['-g', '-n', '1', '-c', join(directory, 'named.conf')],
      files: (directory) => ({
        'named.conf': configuration(directory, place, options),
        'lab.zone': zoneFile(options.records),
        'root.zone': EMPTY_ROOT,
      }),
      readiness: { address: place.address, port: place.dnsPort, name: ZONE_READY_NAME },
    }),
  );
}

function configuration(directory: string, place: PeerPlace, { dns64, recursion = true }: DnsPeerOptions): string {
  const { address, dnsPort, dotPort, dohPort, certificate } = place;
  const listen = address.includes(':') ? 'listen-on-v6' : 'listen-on';
  const other = address.includes(':') ? 'listen-on { none; };' : 'listen-on-v6 { none; };';
  return `
tls test { cert-file "${certificate.certPath}"; key-file "${certificate.keyPath}"; };
http test { endpoints { "/dns-query"; }; };
options {
  directory "${directory}";
  pid-file none;
  session-keyfile none;
  recursion ${recursion ? 'yes' : 'no'};
  allow-query { any; };
  ${recursion ? 'allow-recursion { any; };' : ''}
  dnssec-validation no;
  empty-zones-enable no;
  notify no;
  ${dns64 === undefined ? '' : `dns64 ${dns64} { clients { any; }; exclude { ::ffff:0:0/96; }; };`}
  ${listen} port ${dnsPort} { ${address}; };
  ${listen} port ${dotPort} tls test { ${address}; };
  ${listen} port ${dohPort} tls test http test { ${address}; };
  ${other}
};
controls { };
${recursion ? 'zone "." { type primary; file "root.zone"; };' : ''}
zone "${ZONE_ORIGIN}" { type primary; file "lab.zone"; };
`;
}
