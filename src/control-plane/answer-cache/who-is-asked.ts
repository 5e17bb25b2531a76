// Whom the gateway asks, as a short fingerprint: answers of others are none of today's. Pure; main thread.

import { createHash } from 'node:crypto';
import type { GroupChoices } from '../settings/group-settings.ts';
import type { Settings } from '../settings/settings.ts';

export const FINGERPRINT_BYTES = 16;

type Chosen = Pick<GroupChoices, 'upstreams'>;

export interface WhoIsAsked extends Pick<Settings, 'upstreams' | 'zones'> {
  readonly groups: readonly { readonly choices: Chosen; readonly when: readonly { readonly choices: Chosen }[] }[];
}

/**
 * The same for the same upstream URLs and the same zones of the local network, in whatever order they stand; only where groups have
 * upstreams of their own does the order of URLs count, since what such upstreams said is kept by their numbers. Who answers for a zone
 * is no part of it: such answers are never kept (names-not-kept.ts).
 */
export function fingerprintOfAsked({ upstreams, zones, groups }: WhoIsAsked): Uint8Array {
  const urls = upstreams.map(({ url }) => url);
  const asked = [areNumbered(groups) ? urls : urls.sort(), zones.map(({ text }) => text).sort()];
  return Uint8Array.from(createHash('sha256').update(JSON.stringify(asked)).digest().subarray(0, FINGERPRINT_BYTES));
}

/** Whether some group asks some upstreams alone, be it for hours. */
function areNumbered(groups: WhoIsAsked['groups']): boolean {
  return groups.some(({ choices, when }) =>
    [choices, ...when.map((it) => it.choices)].some(({ upstreams }) => upstreams),
  );
}
