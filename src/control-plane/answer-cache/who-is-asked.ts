// Whom the gateway asks, as a short fingerprint: answers of others are none of today's. Pure; main thread.

import { createHash } from 'node:crypto';
import type { Settings } from '../settings/settings.ts';

export const FINGERPRINT_BYTES = 16;

/**
 * The same for the same upstream URLs and the same zones of the local network, in whatever order they stand. Who answers for a zone
 * is no part of it: such answers are never kept (names-not-kept.ts).
 */
export function fingerprintOfAsked({ upstreams, zones }: Pick<Settings, 'upstreams' | 'zones'>): Uint8Array {
  const asked = [upstreams.map(({ url }) => url).sort(), zones.map(({ text }) => text).sort()];
  return Uint8Array.from(createHash('sha256').update(JSON.stringify(asked)).digest().subarray(0, FINGERPRINT_BYTES));
}
