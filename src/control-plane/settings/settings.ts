// The checked and normalized settings: what the rest of the program reads. Paths are absolute, sizes in octets, times in seconds.

import type { CookieMode } from '../../plane-messages/thread-start.ts';
import type { AddressRange } from '../../policy/access-list.ts';
import type { GroupMembers } from '../../policy/client-groups.ts';
import type { CacheSettings } from '../../policy/cache-settings.ts';
import type { PolicySettings } from '../../policy/policy-settings.ts';
import type { LanZone } from '../../upstream/lan-resolver/lan-zone.ts';
import type { UpstreamSettings } from '../../upstream/upstream-settings.ts';
import type { Ipv4Embedding } from '../../wire/ipv4-embedding.ts';
import type { ListFormatName } from '../lists/formats/format-names.ts';
import type { HoldBackLimits } from '../lists/versions/version-change.ts';
import type { AcmeSettings } from './acme-settings.ts';
import type { GroupSettings, WrittenRule } from './group-settings.ts';

export interface ListenAddress {
  /** Textual address without brackets; `0.0.0.0` and `::` are wildcards. */
  readonly address: string;
  readonly port: number;
  /** A built-in [::1], or the :: of ":53": skipped with a notice where the machine lacks it. */
  readonly optional: boolean;
}

export type ListFormat = 'auto' | ListFormatName;

export interface ListSettings {
  readonly name: string;
  readonly source: { readonly kind: 'url'; readonly url: string } | { readonly kind: 'file'; readonly path: string };
  readonly action: 'block' | 'allow';
  readonly format: ListFormat;
  /** hosts and domains formats name exact names; true widens them to everything below. */
  readonly subdomains: boolean;
  readonly refreshSeconds: number;
  /** From where on a new version waits until somebody accepts it; undefined: none does. */
  readonly holdBack?: HoldBackLimits | undefined;
  /** EDE info code for what it blocks, 15 to 18. Default: 15, Blocked. */
  readonly extendedErrorCode?: number;
}

export type CertificateSource =
  | { readonly kind: 'local-ca' }
  | { readonly kind: 'files'; readonly certPath: string; readonly keyPath: string }
  | AcmeSettings;

export interface CertificateSettings {
  /** DNS names and textual addresses; the first certificate is the default. */
  readonly names: readonly string[];
  readonly source: CertificateSource;
}

/** A record of the operator's own: wire owner, lower-case; RDATA with names uncompressed. */
export interface RecordSettings {
  readonly owner: Uint8Array;
  readonly type: number;
  readonly ttlSeconds: number;
  readonly rdata: Uint8Array;
  /** Written as one of `resolve.rewrites`. */
  readonly isRewrite?: true;
  /** 0 where unknown. */
  readonly line: number;
}

export interface ResolveSettings {
  /** Absolute paths of files that may come and go. */
  readonly hostsFile: string | undefined;
  readonly leaseFiles: readonly string[];
  /** Lower-case wire name below which leases are named. */
  readonly leaseDomain: Uint8Array;
  /** What a question for designated resolvers gets (RFC 9462). */
  readonly discovery: 'answer' | 'nodata' | 'nxdomain';
  /** A page about this resolver (RFC 9606). */
  readonly infoUrl: string | undefined;
  /** Browsers are told to use this resolver rather than one of their own. */
  readonly firefoxCanary: boolean;
  readonly privateRelay: 'leave' | 'block';
  /** Where a name has no IPv6 address, its IPv4 addresses are given as IPv6 addresses of a translator. */
  readonly dns64: Ipv4Embedding | undefined;
}

export interface Settings {
  /** Absolute path, undefined for the built-in defaults. */
  readonly configFile: string | undefined;
  readonly stateDirectory: string;
  readonly certificateDirectory: string;
  readonly server: { readonly threads: number; readonly user: string | undefined; readonly cookies: CookieMode };
  readonly listen: {
    readonly dns: readonly ListenAddress[];
    readonly dot: readonly ListenAddress[];
    readonly doh: readonly ListenAddress[];
    readonly http: readonly ListenAddress[];
    readonly acmeHttp: readonly ListenAddress[];
  };
  readonly access: {
    readonly plain: readonly AddressRange[];
    readonly encrypted: readonly AddressRange[];
    /** Who may open the set-up page. */
    readonly http: readonly AddressRange[];
    /** Who of those gets the names of this network. */
    readonly localNames: readonly AddressRange[];
    /** What a client gets whose ID is in no group. */
    readonly unknownClientIds: 'answer' | 'refuse';
  };
  readonly upstreams: readonly UpstreamSettings[];
  /** Names that are asked in plain DNS at a resolver of the local network, and nowhere else. */
  readonly zones: readonly LanZone[];
  readonly cache: {
    readonly maxBytes: number;
    readonly rules: CacheSettings;
    /** Lower-case wire names: they and everything below them are not kept. */
    readonly exclude: readonly Uint8Array[];
    /** Answers are kept on disk over a restart. */
    readonly persist: boolean;
  };
  readonly resolve: ResolveSettings;
  readonly records: readonly RecordSettings[];
  readonly lists: readonly ListSettings[];
  /** Own rules as written (checked by policy/rule.ts), each with the line it stands in, 0 where unknown. */
  readonly rules: readonly WrittenRule[];
  /** Absolute path of a file with more of them, which may come and go. */
  readonly rulesFile: string | undefined;
  /** Of everybody; `groups` says it for each group. */
  readonly policy: PolicySettings;
  /** Lower-case wire names: they and everything below them may have private addresses. */
  readonly rebindingExceptions: readonly Uint8Array[];
  /** The first is that of everybody whom no other one names. */
  readonly groups: readonly GroupSettings[];
  readonly groupMembers: GroupMembers;
  readonly certificates: readonly CertificateSettings[];
}

/** One fault: where it stands, what is wrong, what is allowed. */
export interface SettingsFault {
  /** 1-based; 0 where no line can be named. */
  readonly line: number;
  /** Dotted key, e.g. `listen.dns[1]` (counted from 0); empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
}

export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings; readonly notices: readonly SettingsFault[] }
  | { readonly ok: false; readonly faults: readonly SettingsFault[] };
