// How long a list is left alone: `refresh`, or up to a tenth less, for each list another share, the same every time. Lists that once came
// together, at the first start, do not for ever come together, and neither do those of all gateways that were installed by one script.

import { createHash } from 'node:crypto';
import type { ListSettings } from '../settings/settings.ts';
import { sourceText } from './list-store.ts';

const EARLIEST = 0.1;
const HASH_RANGE = 0x1_0000_0000;

/** `hashKey`: the installation's. */
export function refreshMilliseconds(list: ListSettings, hashKey: Uint8Array): number {
  const digest = createHash('sha256')
    .update(hashKey)
    .update(JSON.stringify([list.name, sourceText(list)]))
    .digest();
  const share = digest.readUInt32BE(0) / HASH_RANGE;
  return Math.round(list.refreshSeconds * 1000 * (1 - EARLIEST * share));
}
