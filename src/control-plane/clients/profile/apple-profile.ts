// A configuration profile (.mobileconfig) that has an iPhone, iPad or Mac ask this gateway over encrypted DNS: payload
// com.apple.dnsSettings.managed, and the local CA where the certificate comes from there. iOS 14, macOS 11 and later.

import { type PropertyValue, propertyList } from './property-list.ts';
import { stableUuid } from './stable-uuid.ts';

export interface ProfileWish {
  /** The name of the certificate, without the client ID. */
  readonly host: string;
  readonly clientId: string | undefined;
  readonly server:
    | { readonly protocol: 'doh'; readonly url: string }
    | { readonly protocol: 'dot'; readonly serverName: string };
  /** Where the server is; none: the device looks up its name with the resolver of its network. */
  readonly addresses: readonly string[];
  /** The only wireless networks in which the gateway is asked; none: all. */
  readonly onlyNetworks: readonly string[];
  /** Wireless networks in which the device uses the network's own resolver. */
  readonly exceptNetworks: readonly string[];
  /** Domains that are asked at the network's own resolver. */
  readonly exceptDomains: readonly string[];
  /** The only domains that are asked here; none: all. */
  readonly onlyDomains: readonly string[];
  readonly localCaDer: Uint8Array | undefined;
}

/**
 * XML. UUIDs and identifiers follow from host, client and protocol: a device replaces an older profile by a newer one, and has
 * others beside it.
 */
export function appleProfile(wish: ProfileWish): string {
  const { host, clientId, localCaDer } = wish;
  const who = clientId === undefined ? host : `${clientId}@${host}`;
  const payloads = [dnsPayload(wish, who)];
  if (localCaDer !== undefined) payloads.push(authorityPayload(localCaDer, wish));
  return propertyList({
    PayloadContent: payloads,
    PayloadDescription: `DNS questions of this device go to ${host}, encrypted.`,
    PayloadDisplayName: `Encrypted DNS: ${who}`,
    ...identityOf('profile', wish),
    PayloadRemovalDisallowed: false,
    // A Mac refuses DNS settings that are for one of its users alone.
    PayloadScope: 'System',
    PayloadType: 'Configuration',
    PayloadVersion: 1,
  });
}

/** What it is stands first, each part in its place: no label of a host or client can be taken for another part. */
function identityOf(part: 'profile' | 'settings' | 'ca', { host, clientId, server }: ProfileWish) {
  const client = clientId === undefined ? 'everybody' : `client-${clientId}`;
  const identifier = ['sotto', part, server.protocol, client, ...host.split('.').reverse()].join('.');
  return { PayloadIdentifier: identifier, PayloadUUID: stableUuid(identifier) };
}

function dnsPayload(wish: ProfileWish, who: string): PropertyValue {
  const { server, addresses, onlyDomains } = wish;
  return {
    DNSSettings: {
      DNSProtocol: server.protocol === 'doh' ? 'HTTPS' : 'TLS',
      ServerURL: server.protocol === 'doh' ? server.url : undefined,
      ServerName: server.protocol === 'dot' ? server.serverName : undefined,
      ServerAddresses: addresses.length === 0 ? undefined : addresses,
      SupplementalMatchDomains: onlyDomains.length === 0 ? undefined : onlyDomains,
    },
    OnDemandRules: onDemandRules(wish),
    PayloadDisplayName: `Encrypted DNS: ${who}`,
    ...identityOf('settings', wish),
    PayloadType: 'com.apple.dnsSettings.managed',
    PayloadVersion: 1,
  };
}

/** The first rule that fits the network decides; without rules the settings always hold. */
function onDemandRules({ onlyNetworks, exceptNetworks, exceptDomains }: ProfileWish): PropertyValue | undefined {
  if (onlyNetworks.length + exceptNetworks.length + exceptDomains.length === 0) return undefined;
  const rules: PropertyValue[] = [];
  const here = onlyNetworks.length === 0 ? {} : { InterfaceTypeMatch: 'WiFi', SSIDMatch: onlyNetworks };
  if (exceptNetworks.length > 0)
    rules.push({ Action: 'Disconnect', InterfaceTypeMatch: 'WiFi', SSIDMatch: exceptNetworks });
  if (exceptDomains.length > 0)
    rules.push({
      Action: 'EvaluateConnection',
      ...here,
      ActionParameters: [{ Domains: exceptDomains, DomainAction: 'NeverConnect' }],
    });
  else rules.push({ Action: 'Connect', ...here });
  if (onlyNetworks.length > 0) rules.push({ Action: 'Disconnect' });
  return rules;
}

function authorityPayload(der: Uint8Array, wish: ProfileWish): PropertyValue {
  return {
    PayloadCertificateFileName: 'sotto-local-ca.cer',
    PayloadContent: der,
    PayloadDescription: 'The local CA of the gateway: it signs its own certificate.',
    PayloadDisplayName: 'sotto local CA',
    ...identityOf('ca', wish),
    PayloadType: 'com.apple.security.root',
    PayloadVersion: 1,
  };
}
