// When a certificate is renewed: somewhere in the time that the CA suggests, else after two thirds of its life, a little earlier or
// later, so that not everybody comes at the same moment.

import type { X509Certificate } from 'node:crypto';

/** What was decided for one certificate, kept over restarts so that the dice are thrown once. */
export interface RenewalPlan {
  /** Of the certificate the plan is for. */
  readonly serialNumber: string;
  /** Milliseconds since 1970. */
  readonly renewAt: number;
  /** What the CA suggested; undefined: nothing. */
  readonly window: { readonly startAt: number; readonly endAt: number } | undefined;
}

/** Of its life: at 2/3 give or take this much. */
const SPREAD = 1 / 24;

/** `random`: from 0 to below 1. A plan that still holds is kept as it is. */
export function planRenewal(
  certificate: X509Certificate,
  window: RenewalPlan['window'],
  before: RenewalPlan | undefined,
  random: () => number,
): RenewalPlan {
  const { serialNumber } = certificate;
  const holds =
    before?.serialNumber === serialNumber &&
    before.window?.startAt === window?.startAt &&
    before.window?.endAt === window?.endAt;
  if (holds) return before;
  const begin = certificate.validFromDate.getTime();
  const end = certificate.validToDate.getTime();
  if (window !== undefined) {
    const wanted = window.startAt + random() * (window.endAt - window.startAt);
    // A window behind the end of the certificate would leave us without one.
    return { serialNumber, renewAt: Math.round(Math.min(wanted, end - (end - begin) / 24)), window };
  }
  const renewAt = begin + (end - begin) * (2 / 3 + (random() * 2 - 1) * SPREAD);
  return { serialNumber, renewAt: Math.round(renewAt), window };
}
