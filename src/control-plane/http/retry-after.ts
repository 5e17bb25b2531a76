// The Retry-After header (RFC 9110 section 10.2.3): seconds, or a date.

/** Seconds from `now`, at least 0; undefined where there is none that can be read. */
export function retryAfterSeconds(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
}
