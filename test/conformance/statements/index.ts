// All sections, in order.

import { HEADER } from './header.ts';
import { SIZES } from './sizes.ts';
import { CACHE } from './cache.ts';
import { DNSSEC } from './dnssec.ts';
import { EDNS } from './edns.ts';
import { PROXY } from './proxy.ts';
import { SPECIAL_USE } from './special-use.ts';
import { STREAMS } from './streams.ts';
import { PADDING } from './padding.ts';
import { HTTPS } from './https.ts';
import { DISCOVERY } from './discovery.ts';
import { FILTERING } from './filtering.ts';
import { PRIVACY } from './privacy.ts';
import type { Section } from './statement.ts';

export const SECTIONS: readonly Section[] = [
  HEADER,
  SIZES,
  CACHE,
  DNSSEC,
  EDNS,
  PROXY,
  SPECIAL_USE,
  STREAMS,
  PADDING,
  HTTPS,
  DISCOVERY,
  FILTERING,
  PRIVACY,
];
