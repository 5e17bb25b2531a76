// Knot Resolver as a DoH, DoT and plain DNS server. It has no zones of its own: a named beside it serves the zone.

import { join } from 'node:path';
import { startDaemon } from './daemon.ts';
import type { DnsPeer, DnsPeerOptions } from './dns-peer.ts';
import { startNamed } from './named.ts';
import { type PeerPlace, startPeer } from './start-peer.ts';
import { ZONE_ORIGIN, ZONE_READY_NAME } from './zone.ts';

/** Needs kresd and named. */
export function startKresd(options: DnsPeerOptions = {}): Promise<DnsPeer> {
  return startPeer('kresd', options, async (place) => {
    const { certificate, address } = place;
    const authority = await startNamed({ certificate, address, records: options.records ?? [] });
    try {
      const daemon = await startDaemon({
        command: 'kresd',
        parameters: (directory) => ['-n', '-c', join(directory, 'kresd.conf'), directory],
        files: () => ({ 'kresd.conf': configuration(place, authority.dnsPort) }),
        readiness: { address, port: place.dnsPort, name: ZONE_READY_NAME },
      });
      return {
        pid: daemon.pid,
        log: daemon.log,
        stop: async () => {
          await daemon.stop();
          await authority.stop();
        },
      };
    } catch (error) {
      await authority.stop();
      throw error;
    }
  });
}

function configuration({ address, dnsPort, dotPort, dohPort, certificate }: PeerPlace, authorityPort: number): string {
  // The modules that are unloaded ask the root servers at start and now and then.
  return `
net.listen('${address}', ${dnsPort}, { kind = 'dns' })
net.listen('${address}', ${dotPort}, { kind = 'tls' })
net.listen('${address}', ${dohPort}, { kind = 'doh2' })
net.tls('${certificate.certPath}', '${certificate.keyPath}')
modules.unload('priming')
modules.unload('ta_update')
modules.unload('ta_signal_query')
modules.unload('detect_time_skew')
trust_anchors.remove('.')
cache.size = 4 * MB
policy.add(policy.suffix(policy.STUB('${address}@${authorityPort}'), { todname('${ZONE_ORIGIN}') }))
policy.add(policy.all(policy.DENY))
`;
}
