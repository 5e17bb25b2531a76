// The part that the starters of all real servers share: certificate, ports, and the peer's description.

import { makeCertificate, type TestCertificate } from '../fixtures/make-certificate.ts';
import type { Daemon } from './daemon.ts';
import { type DnsPeer, type DnsPeerOptions, PEER_HOST_NAME } from './dns-peer.ts';
import { freePorts } from './free-ports.ts';

export interface PeerPlace {
  readonly address: string;
  readonly dnsPort: number;
  readonly dotPort: number;
  readonly dohPort: number;
  readonly certificate: TestCertificate;
}

/** `start` runs the server at the place that was found for it. */
export async function startPeer(
  name: string,
  options: DnsPeerOptions,
  start: (place: PeerPlace) => Promise<Daemon>,
): Promise<DnsPeer> {
  const address = options.address ?? '127.0.0.1';
  const certificate = options.certificate ?? makeCertificate({ names: [PEER_HOST_NAME, address] });
  const removeCertificate = (): void => {
    if (options.certificate === undefined) certificate.remove();
  };
  const [dns, dot, doh] = await freePorts(3, address);
  const place: PeerPlace = {
    address,
    dnsPort: options.dnsPort ?? dns!,
    dotPort: options.dotPort ?? dot!,
    dohPort: options.dohPort ?? doh!,
    certificate,
  };
  try {
    const daemon = await start(place);
    return {
      name,
      hostName: PEER_HOST_NAME,
      address,
      dnsPort: place.dnsPort,
      dotPort: place.dotPort,
      dohPort: place.dohPort,
      caPem: certificate.caPem,
      pid: daemon.pid,
      log: daemon.log,
      stop: async () => {
        await daemon.stop();
        removeCertificate();
      },
    };
  } catch (error) {
    removeCertificate();
    throw error;
  }
}
