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
  /** Wireless networks in which the device uses the network's own resolver. */
  readonly exceptNetworks: readonly string[];
  /** Domains that are asked at the network's own resolver. */
  readonly exceptDomains: readonly string[];
  /** The only domains that are asked here; none: all. */
  readonly onlyDomains: readonly string[];
  readonly localCaDer: Uint8Array | undefined;
}

/** XML. UUIDs and identifiers follow from host and client: a device replaces an older profile by a newer one. */
export function appleProfile(wish: ProfileWish): string {
  const { host, clientId, localCaDer } = wish;
  const who = clientId === undefined ? host : `${clientId}@${host}`;
  const identifier = ['sotto', ...host.split('.').reverse(), ...(clientId === undefined ? [] : [clientId])].join('.');
  const payloads = [dnsPayload(wish, identifier, who)];
  if (localCaDer !== undefined) payloads.push(authorityPayload(localCaDer, identifier, who));
  return propertyList({
    PayloadContent: payloads,
    PayloadDescription: `DNS questions of this device go to ${host}, encrypted.`,
    PayloadDisplayName: `Encrypted DNS: ${who}`,
    PayloadIdentifier: identifier,
    PayloadRemovalDisallowed: false,
    PayloadType: 'Configuration',
    PayloadUUID: stableUuid(`profile ${who}`),
    PayloadVersion: 1,
  });
}

function dnsPayload(wish: ProfileWish, identifier: string, who: string): PropertyValue {
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
    PayloadIdentifier: `${identifier}.dns`,
    PayloadType: 'com.apple.dnsSettings.managed',
    PayloadUUID: stableUuid(`dns ${who}`),
    PayloadVersion: 1,
  };
}

/** The first rule that fits the network decides; without rules the settings always hold. */
function onDemandRules({ exceptNetworks, exceptDomains }: ProfileWish): PropertyValue | undefined {
  if (exceptNetworks.length + exceptDomains.length === 0) return undefined;
  const rules: PropertyValue[] = [];
  if (exceptNetworks.length > 0)
    rules.push({ Action: 'Disconnect', InterfaceTypeMatch: 'WiFi', SSIDMatch: exceptNetworks });
  if (exceptDomains.length > 0)
    rules.push({
      Action: 'EvaluateConnection',
      ActionParameters: [{ Domains: exceptDomains, DomainAction: 'NeverConnect' }],
    });
  else rules.push({ Action: 'Connect' });
  return rules;
}

function authorityPayload(der: Uint8Array, identifier: string, who: string): PropertyValue {
  return {
    PayloadCertificateFileName: 'sotto-local-ca.cer',
    PayloadContent: der,
    PayloadDescription: 'The local CA of the gateway: it signs its own certificate.',
    PayloadDisplayName: 'sotto local CA',
    PayloadIdentifier: `${identifier}.ca`,
    PayloadType: 'com.apple.security.root',
    PayloadUUID: stableUuid(`ca ${who}`),
    PayloadVersion: 1,
  };
}
