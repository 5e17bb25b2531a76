// How long local certificates live and when they are renewed.

import type { X509Certificate } from 'node:crypto';

export const DAY_MILLISECONDS = 86_400_000;
/** Certificates begin earlier than now, for clients whose clock is behind. */
export const CLOCK_SKEW_MILLISECONDS = 3_600_000;
/** Clients refuse server certificates that live longer than 398 days. */
export const LEAF_LIFE_MILLISECONDS = 397 * DAY_MILLISECONDS;

/** When less than a third of its life is left. */
export function leafRenewalTime(certificate: X509Certificate): Date {
  const begin = certificate.validFromDate.getTime();
  const end = certificate.validToDate.getTime();
  return new Date(end - (end - begin) / 3);
}
