// The names Android looks up through a Private DNS server before it trusts it: <random>-dnsotls-ds.metric.gstatic.com, or
// -dnsohttps-ds for DoH. Unanswered, the device shows "Private DNS server cannot be accessed" and has no network at all.

import type { NameHasher } from '../memory/name-hash/name-hasher.ts';

const encoder = new TextEncoder();
const PARENT = encoder.encode('\x06metric\x07gstatic\x03com\x00');
const PARENT_LABELS = 3;
const TLS_PROBE = encoder.encode('-dnsotls-ds');
const HTTPS_PROBE = encoder.encode('-dnsohttps-ds');

/** Whether the lower-cased name last given to `hasher` is such a probe: exactly one label in front of metric.gstatic.com. */
export function isClientProbe(name: Uint8Array, nameLength: number, hasher: NameHasher): boolean {
  if (hasher.labelCount !== PARENT_LABELS + 1) return false;
  const parentStart = hasher.suffixOffset[PARENT_LABELS - 1]!;
  if (nameLength - parentStart !== PARENT.length || !endsWith(name, nameLength, PARENT)) return false;
  return endsWith(name, parentStart, TLS_PROBE) || endsWith(name, parentStart, HTTPS_PROBE);
}

/** Whether `ending` stands in front of `end`; the length octet at the start of the name is no part of it. */
function endsWith(name: Uint8Array, end: number, ending: Uint8Array): boolean {
  const start = end - ending.length;
  if (start < 1) return false;
  for (let index = 0; index < ending.length; index++) {
    if (name[start + index] !== ending[index]) return false;
  }
  return true;
}
