// What a query thread is started with (workerData).

import type { AddressRange } from '../policy/access-list.ts';
import type { CacheSettings } from '../policy/cache-settings.ts';
import type { GroupMembers } from '../policy/client-groups.ts';
import type { GroupPolicy } from '../policy/group-policy.ts';
import type { ListErrorCodes } from '../policy/source-error-codes.ts';
import type { LanZone } from '../upstream/lan-resolver/lan-zone.ts';
import type { UpstreamSettings } from '../upstream/upstream-settings.ts';
import type { Ipv4Embedding } from '../wire/ipv4-embedding.ts';

/** Immutable; a new one replaces the old whole. */
export interface LiveSettings {
  /** What holds for each group of clients now; the first is everybody else's. */
  readonly groups: readonly GroupPolicy[];
  /** Who belongs to which of them. */
  readonly groupMembers: GroupMembers;
  /** `localNames`: who of those who may ask gets the names of this network. */
  readonly access: Readonly<Record<'plain' | 'encrypted' | 'localNames', readonly AddressRange[]>>;
  readonly cache: CacheSettings;
  /** Names of the upstreams whose NXDOMAIN without SOA means that they block. */
  readonly blockingUpstreams: readonly string[];
  /** Names that are answered here, or not like the others (memory/local-names). */
  readonly localNames: SharedArrayBuffer;
  /** The same for those who do not get the names of this network; undefined: everybody who may ask gets them. */
  readonly namesForOthers: SharedArrayBuffer | undefined;
  /** IPv6 addresses are made of IPv4 addresses where a name has none (DNS64); undefined: they are not. */
  readonly dns64: Ipv4Embedding | undefined;
  /** Extended errors of the lists that say another one than "Blocked", by name. */
  readonly listErrorCodes: ListErrorCodes;
  /** Lower-case wire names whose answers may lead into this network, and those of everything below them. */
  readonly rebindingExceptions: readonly Uint8Array[];
  /** Rises with every change of a table or a group; stored beside cached answers. */
  readonly policyGeneration: number;
}

export type NameTables = Pick<LiveSettings, 'localNames' | 'namesForOthers'>;

export interface CertificateSnapshot {
  readonly names: readonly string[];
  readonly keyPem: string;
  readonly chainPem: string;
}

/** What proves to a certificate authority that a name is ours (RFC 8737), while it looks. */
export interface ChallengeCertificate {
  /** SNI that the authority sends: the DNS name, lower-case, or the reverse name of an address (RFC 8738 section 6). */
  readonly serverName: string;
  readonly keyPem: string;
  readonly chainPem: string;
}

/**
 * DNS cookies (RFC 7873): a client that brings one gets one of ours; "require": over UDP it has to come again with it before it
 * gets an answer.
 */
export type CookieMode = 'answer' | 'require' | 'off';

export interface CookieSnapshot {
  readonly mode: CookieMode;
  /** 16 octets: fresh cookies are made with it. */
  readonly signing: Uint8Array;
  /** 16 octets: cookies made with it are taken too. The secret before, or the one that is about to be used. */
  readonly other: Uint8Array;
}

export interface ThreadStart {
  /** From 1; also the owner number in shared memory. A restarted thread keeps it. */
  readonly threadSlot: number;
  /** How many query threads share upstream budgets. */
  readonly threads: number;
  readonly hashKey: Uint8Array;
  readonly answerCache: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  /** What threads note for one another about the upstream (memory/upstream-notes). */
  readonly upstreamNotes: SharedArrayBuffer;
  /** Where questions for names that show where they go are noted (memory/sightings). */
  readonly sightings: SharedArrayBuffer;
  /** Rules of the lists. */
  readonly blockTable: SharedArrayBuffer;
  /** Everybody's own rules, those of groups, services and safe search, in a table of the same form. */
  readonly rulesTable: SharedArrayBuffer;
  readonly live: LiveSettings;
  readonly upstreams: readonly UpstreamSettings[];
  /** Zones with resolvers of their own, by number (local names say which). */
  readonly zones: readonly LanZone[];
  /** The first is the default. */
  readonly certificates: readonly CertificateSnapshot[];
  /** Those that wait for a certificate authority to look. */
  readonly challenges: readonly ChallengeCertificate[];
  /** 48 octets shared by all threads, so that a TLS session resumes on any of them. */
  readonly ticketKeys: Uint8Array;
  readonly cookies: CookieSnapshot;
  /** What the descriptors of the process leave for clients on this thread, of each kind of connection. */
  readonly connectionsMax: number;
}
