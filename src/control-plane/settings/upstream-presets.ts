// Public resolvers known by name. Their addresses ship with sotto, since nothing may be asked to find them.

export interface UpstreamPreset {
  readonly url: string;
  readonly addresses: readonly string[];
  readonly maxQueriesPerSecond: number;
  readonly blockSignal: boolean;
}

/** The operator asks heavy users (from 500 queries a second) to get in touch: stay below. */
const QUAD9_QUERIES_PER_SECOND = 300;

export const UPSTREAM_PRESETS: Readonly<Record<string, UpstreamPreset>> = {
  /** Blocks known malicious names, validates DNSSEC. */
  quad9: {
    url: 'https://dns.quad9.net/dns-query',
    addresses: ['9.9.9.9', '149.112.112.112', '2620:fe::fe', '2620:fe::9'],
    maxQueriesPerSecond: QUAD9_QUERIES_PER_SECOND,
    blockSignal: true,
  },
  /** No blocking. */
  'quad9-unfiltered': {
    url: 'https://dns10.quad9.net/dns-query',
    addresses: ['9.9.9.10', '149.112.112.10', '2620:fe::10', '2620:fe::fe:10'],
    maxQueriesPerSecond: QUAD9_QUERIES_PER_SECOND,
    blockSignal: false,
  },
  /** Blocks as quad9 does and tells authoritative servers the client's network. */
  'quad9-ecs': {
    url: 'https://dns11.quad9.net/dns-query',
    addresses: ['9.9.9.11', '149.112.112.11', '2620:fe::11', '2620:fe::fe:11'],
    maxQueriesPerSecond: QUAD9_QUERIES_PER_SECOND,
    blockSignal: true,
  },
};
