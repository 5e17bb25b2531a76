// Every mutation there is, in the order of the sections.

import { HEADER_MUTATIONS } from './header.ts';
import { SIZES_MUTATIONS } from './sizes.ts';
import { CACHE_MUTATIONS } from './cache.ts';
import { DNSSEC_MUTATIONS } from './dnssec.ts';
import { EDNS_MUTATIONS } from './edns.ts';
import { PROXY_MUTATIONS } from './proxy.ts';
import { SPECIAL_USE_MUTATIONS } from './special-use.ts';
import { STREAMS_MUTATIONS } from './streams.ts';
import { PADDING_MUTATIONS } from './padding.ts';
import { HTTPS_MUTATIONS } from './https.ts';
import { DISCOVERY_MUTATIONS } from './discovery.ts';
import { FILTERING_MUTATIONS } from './filtering.ts';
import { PRIVACY_MUTATIONS } from './privacy.ts';
import type { Mutation } from './mutation.ts';

export const MUTATIONS: readonly Mutation[] = [
  ...HEADER_MUTATIONS,
  ...SIZES_MUTATIONS,
  ...CACHE_MUTATIONS,
  ...DNSSEC_MUTATIONS,
  ...EDNS_MUTATIONS,
  ...PROXY_MUTATIONS,
  ...SPECIAL_USE_MUTATIONS,
  ...STREAMS_MUTATIONS,
  ...PADDING_MUTATIONS,
  ...HTTPS_MUTATIONS,
  ...DISCOVERY_MUTATIONS,
  ...FILTERING_MUTATIONS,
  ...PRIVACY_MUTATIONS,
];
