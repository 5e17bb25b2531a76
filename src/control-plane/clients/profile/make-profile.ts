// A profile for this gateway as it is now: which name, which server, trusted how, signed by whom.

import { isIP } from 'node:net';
import { AccessList, type AddressRange, parseAccessEntry } from '../../../policy/access-list.ts';
import { parseAddress } from '../../../wire/ip-address.ts';
import { certificateCovers } from '../../certificates/certificate-names.ts';
import { canSign, signMessage } from '../../certificates/sign-message.ts';
import { canonicalAddress } from '../../settings/canonical-address.ts';
import { CLIENT_ID_FORM, clientServerName, clientUrl, readClientId } from '../client-id.ts';
import type { ClientFacts, ClientName, ServicePlace } from '../client-facts.ts';
import { appleProfile, type ProfileWish } from './apple-profile.ts';
import { isWritableText } from './property-list.ts';

/** As somebody wrote it. */
export interface ProfileOrder {
  readonly protocol: 'doh' | 'dot';
  /** Undefined: the best name there is. */
  readonly name: string | undefined;
  readonly clientId: string | undefined;
  /** None: see `addressesFor`. */
  readonly addresses: readonly string[];
  /** Networks in which the gateway is asked; none: all. */
  readonly onlyNetworks: readonly string[];
  readonly exceptNetworks: readonly string[];
  readonly exceptDomains: readonly string[];
  readonly onlyDomains: readonly string[];
  readonly isSigned: boolean;
}

export interface MadeProfile {
  /** XML, or DER where it is signed. */
  readonly octets: Uint8Array;
  readonly isSigned: boolean;
  readonly host: string;
  /** What whoever installs it has to know. */
  readonly notices: readonly string[];
}

/** Apple devices have no way to say another one. */
const DOT_PORT = 853;
const PRIVATE = new AccessList(['loopback', 'private'].flatMap((entry) => parseAccessEntry(entry) as AddressRange[]));
const SSID_BYTES_MAX = 32;
const LIST_MAX = 50;
const DOMAIN = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/** Or what is wrong with the order, as a sentence. */
export function makeProfile(order: ProfileOrder, facts: ClientFacts, now: Date): MadeProfile | { wrong: string } {
  const wrong = faultOf(order);
  if (wrong !== undefined) return { wrong };
  const name = nameFor(order, facts);
  if ('wrong' in name) return name;
  const server = serverFor(order, name, facts);
  if ('wrong' in server) return server;
  const localCa = name.isByLocalCa ? facts.localCa : undefined;
  const addresses = addressesFor(order, name, facts[order.protocol]);
  const xml = appleProfile({
    host: name.name,
    clientId: order.clientId?.toLowerCase(),
    server,
    addresses,
    onlyNetworks: order.onlyNetworks,
    exceptNetworks: order.exceptNetworks,
    exceptDomains: order.exceptDomains,
    onlyDomains: order.onlyDomains,
    localCaDer: localCa?.raw,
  });
  const isSigned = order.isSigned && canSign(name.certificate.keyPem);
  const content = Buffer.from(xml);
  return {
    octets: isSigned ? signMessage(content, name.certificate, now) : content,
    isSigned,
    host: name.name,
    notices: [
      ...(facts[order.protocol].addresses.every(isLoopback)
        ? ['the gateway listens on loopback addresses alone: the profile is of use on this machine only']
        : []),
      ...(order.onlyNetworks.length + order.onlyDomains.length === 0 && holdsAtHomeAlone(addresses)
        ? [
            'the profile leads to addresses of this network: elsewhere the device finds no names, as long as it is installed. To have it hold in your own Wi-Fi alone, add --only-ssid NETWORK',
          ]
        : []),
      ...(order.isSigned && !isSigned ? ['not signed: devices take no signatures of this kind of key'] : []),
      ...(localCa === undefined
        ? []
        : [
            'the local CA is part of the profile; on an iPhone or iPad, switch it on afterwards: Settings, General, About, Certificate Trust Settings',
          ]),
    ],
  };
}

/** Whether a device that knows these addresses, and looks up none, gets to the gateway in this network and nowhere else. */
export function holdsAtHomeAlone(addresses: readonly string[]): boolean {
  const octets = new Uint8Array(16);
  return (
    addresses.some((address) => !isLoopback(address)) &&
    addresses.every((address) => parseAddress(address, octets) && PRIVATE.permits(octets))
  );
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function faultOf(order: ProfileOrder): string | undefined {
  const { clientId, addresses, onlyNetworks, exceptNetworks, exceptDomains, onlyDomains } = order;
  if (clientId !== undefined && readClientId(clientId) === undefined)
    return `"${clientId}" is not a client ID; allowed: ${CLIENT_ID_FORM}`;
  for (const list of [addresses, onlyNetworks, exceptNetworks, exceptDomains, onlyDomains])
    if (list.length > LIST_MAX) return `more than ${LIST_MAX} of one kind are not written into a profile`;
  for (const address of addresses)
    if (canonicalAddress(address) === undefined || address.includes('%')) return `"${address}" is not an address`;
  if (onlyNetworks.length > 0 && exceptNetworks.length > 0)
    return 'networks to use the gateway in, or networks to leave it out in: not both';
  for (const network of [...onlyNetworks, ...exceptNetworks])
    if (network === '' || Buffer.byteLength(network) > SSID_BYTES_MAX || !isWritableText(network))
      return `"${network}" is not the name of a wireless network: 1 to ${SSID_BYTES_MAX} octets of text`;
  for (const domain of [...exceptDomains, ...onlyDomains])
    if (!DOMAIN.test(domain)) return `"${domain}" is not a domain`;
  return undefined;
}

function nameFor({ name }: ProfileOrder, { names }: ClientFacts): ClientName | { wrong: string } {
  const usable = names.map((it) => it.name).join(', ');
  if (name === undefined) return names[0] ?? { wrong: 'no certificate has a name that clients could enter' };
  const wanted = canonicalAddress(name) ?? name.toLowerCase();
  const found = names.find((it) => it.name === wanted);
  return found ?? { wrong: `no certificate in force is for "${name}"; there are: ${usable}` };
}

function serverFor(
  order: ProfileOrder,
  name: ClientName,
  facts: ClientFacts,
): ProfileWish['server'] | { wrong: string } {
  const clientId = order.clientId?.toLowerCase();
  if (order.protocol === 'doh') {
    const { port } = facts.doh;
    if (port === undefined) return { wrong: 'listen.doh is empty; for DNS over TLS add --dot' };
    return { protocol: 'doh', url: clientUrl(name.name, port, clientId) };
  }
  if (facts.dot.port !== DOT_PORT)
    return { wrong: `Apple devices use port ${DOT_PORT} for DNS over TLS, and listen.dot has none; leave out --dot` };
  if (isIP(name.name) !== 0)
    return { wrong: 'DNS over TLS needs a name, and the certificates in force have addresses alone; leave out --dot' };
  const serverName = clientServerName(name.name, clientId);
  if (!certificateCovers(name.leaf, serverName))
    return { wrong: `the certificate is not for ${serverName}; add "*.${name.name}" to its names, or leave out --dot` };
  return { protocol: 'dot', serverName };
}

/**
 * Those that were ordered. Else, for a name of this network alone, where the gateway listens; a public name is looked up by the
 * device, since the address that it has at home would be of no use on the road.
 */
function addressesFor(order: ProfileOrder, name: ClientName, place: ServicePlace): readonly string[] {
  if (order.addresses.length > 0) return order.addresses.map((address) => canonicalAddress(address)!);
  return name.isLocal ? place.addresses : [];
}
