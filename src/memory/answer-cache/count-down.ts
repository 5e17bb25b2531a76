// TTLs of a cached answer as they are now (RFC 1035 section 3.2.1, RFC 2181 section 8). Runs on the query threads, on their own copy.

import { readUint32, writeUint32 } from '../../wire/header.ts';

/**
 * Takes the seconds since the answer was stored off each TTL, in place and never below 0. A TTL with its top bit set counts as 0.
 * A negative `elapsedSeconds` counts as 0, so a TTL never grows.
 */
export function countDownTtls(
  message: Uint8Array,
  ttlOffsets: Uint16Array,
  ttlCount: number,
  elapsedSeconds: number,
): void {
  const elapsed = Math.max(0, Math.floor(elapsedSeconds));
  for (let i = 0; i < ttlCount; i++) {
    const offset = ttlOffsets[i]!;
    const ttlSeconds = readUint32(message, offset);
    const isValid = ttlSeconds < 0x8000_0000;
    writeUint32(message, offset, isValid && ttlSeconds > elapsed ? ttlSeconds - elapsed : 0);
  }
}
