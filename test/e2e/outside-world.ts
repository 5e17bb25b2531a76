// The world at the other end of the cable, a process in its namespace: a resolver that answers DoH, and plain DNS and DoT too
// for whoever would ask it so; a publisher of a block list; and clients that come over the cable. Run by `startRemote`.

import { once } from 'node:events';
import { createServer } from 'node:https';
import { type FakeDirectory, fakeDirectory } from '../fixtures/acme/fake-directory.ts';
import type { TestCertificate } from '../fixtures/make-certificate.ts';
import type { DnsPeer } from '../peers/dns-peer.ts';
import { type Dnsmasq, startDnsmasq } from '../peers/dnsmasq.ts';
import { type Pebble, startPebble } from '../peers/pebble.ts';
import { startUnbound } from '../peers/unbound.ts';
import { answerCalls } from './remote-functions.ts';

/** A certificate as it travels between processes. */
export type CertificateFiles = Omit<TestCertificate, 'remove'>;

export type PebblePlaces = Pick<Pebble, 'challengeUrl' | 'dnsPort'>;

export interface ListRequest {
  /** The TLS server name of its connection. */
  readonly serverName: string;
  readonly path: string;
}

const endings = new AsyncDisposableStack();
let upstream: DnsPeer | undefined;
let lanResolver: Dnsmasq | undefined;
let directory: FakeDirectory | undefined;
const listRequests: ListRequest[] = [];

const functions = {
  /** DoH on port 443, plain DNS on 53, DoT on 853. `records`: further lines of its zone; `elsewhere`: of other names. */
  async startUpstream(
    address: string,
    certificate: CertificateFiles,
    records: readonly string[],
    elsewhere: readonly string[] = [],
    forward?: { readonly name: string; readonly port: number },
  ): Promise<void> {
    const ports = { dnsPort: 53, dotPort: 853, dohPort: 443 };
    const held = { ...certificate, remove: () => {} };
    const more = forward === undefined ? {} : { forward };
    upstream = await startUnbound({ address, certificate: held, records, elsewhere, ...ports, ...more });
  },

  async stopUpstream(): Promise<void> {
    await upstream?.stop();
    upstream = undefined;
  },

  /** A resolver of the local network: dnsmasq at port 53. */
  async startLanResolver(address: string, domain: string, hosts: readonly string[]): Promise<void> {
    lanResolver = await startDnsmasq({ address, port: 53, domain, hosts });
  },

  async stopLanResolver(): Promise<void> {
    await lanResolver?.stop();
    lanResolver = undefined;
  },

  /** Over HTTPS at port 443 of each address, under every path. */
  async publishList(addresses: readonly string[], certificate: CertificateFiles, text: string): Promise<void> {
    for (const address of addresses) {
      const server = createServer({ cert: certificate.certPem, key: certificate.keyPem }, (request, response) => {
        const { servername } = request.socket as typeof request.socket & { readonly servername?: string };
        listRequests.push({ serverName: servername ?? '', path: request.url ?? '' });
        response.writeHead(200, { 'content-type': 'text/plain' }).end(text);
      });
      server.listen(443, address);
      await once(server, 'listening');
    }
  },

  listRequests: (): readonly ListRequest[] => listRequests,

  /** Let's Encrypt's test CA, which refuses some of the good nonces. */
  async startPebble(address: string, port: number, certificate: CertificateFiles): Promise<PebblePlaces> {
    const place = { address, port, certificate: { ...certificate, remove: () => {} } };
    const pebble = await startPebble({ refusedNonces: 15, place });
    endings.defer(() => pebble.stop());
    return { challengeUrl: pebble.challengeUrl, dnsPort: pebble.dnsPort };
  },

  /** A CA that has renewal information; its URL, and the file with the CA of its HTTPS. */
  async startDirectory(address: string, hostName: string): Promise<{ readonly url: string; readonly caPath: string }> {
    directory = await fakeDirectory(
      { after: (end) => void endings.defer(end) },
      {
        address,
        hostName,
        hasRenewalInformation: true,
      },
    );
    const { url, caPath } = directory;
    return { url, caPath };
  },

  informationAsked: (): readonly string[] => directory?.informationAsked ?? [],
};

export type OutsideWorld = typeof functions;

answerCalls(functions, async () => {
  await functions.stopUpstream();
  await functions.stopLanResolver();
  await endings.disposeAsync();
});
