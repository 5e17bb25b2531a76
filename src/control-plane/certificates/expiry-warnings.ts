// Warns before a certificate in use ends, whatever it comes from: 14, 7, 3 and 1 days before, each once. Main thread.

import { X509Certificate } from 'node:crypto';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import { dayOf } from './certificate-files.ts';
import { DAY_MILLISECONDS, leafRenewalTime } from './lifetimes.ts';

const WARNED_BEFORE_DAYS = [14, 7, 3, 1, 0];
const LOOK_MILLISECONDS = 3_600_000;

export interface WatchedCertificate extends Pick<CertificateSnapshot, 'names' | 'chainPem'> {
  /** When it is to be renewed, if that is known and nothing has gone wrong; milliseconds since 1970. */
  readonly plannedRenewal?: number | undefined;
}

export class ExpiryWarnings {
  /** The last step told, by the certificate's fingerprint. */
  #told = new Map<string, number>();

  /** What is to be said now. */
  look(certificates: readonly WatchedCertificate[], now: Date): string[] {
    const told = new Map<string, number>();
    const warnings = certificates.flatMap(({ names, chainPem, plannedRenewal }) => {
      const leaf = new X509Certificate(chainPem);
      const before = this.#told.get(leaf.fingerprint256);
      const step = stepOf(leaf, plannedRenewal, now);
      const reached = step === undefined || (before !== undefined && before <= step) ? before : step;
      if (reached !== undefined) told.set(leaf.fingerprint256, reached);
      return reached === before ? [] : [textOf(names, leaf, now)];
    });
    this.#told = told;
    return warnings;
  }
}

/** The last step that is behind us, in days. Steps before a certificate's renewal are no news: some live for six days. */
function stepOf(leaf: X509Certificate, plannedRenewal: number | undefined, now: Date): number | undefined {
  const end = leaf.validToDate.getTime();
  const usualRenewal = Math.max(leafRenewalTime(leaf).getTime(), plannedRenewal ?? 0);
  return WARNED_BEFORE_DAYS.findLast((days) => {
    const at = end - days * DAY_MILLISECONDS;
    return at <= now.getTime() && at > usualRenewal;
  });
}

function textOf(names: readonly string[], { validToDate }: X509Certificate, now: Date): string {
  const of = `the certificate for ${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ''}`;
  const left = validToDate.getTime() - now.getTime();
  if (left <= 0) return `${of} ended on ${dayOf(validToDate)}: clients refuse it`;
  const days = Math.floor(left / DAY_MILLISECONDS);
  const inTime = days === 0 ? 'in less than a day' : days === 1 ? 'in a day' : `in ${days} days`;
  return `${of} ends ${inTime}, on ${dayOf(validToDate)}, and nothing has renewed it yet; from then on clients refuse it`;
}

/** Looks now and each hour; timers do not notice that a clock was set or a machine slept. Returns what ends it. */
export function warnBeforeExpiry(
  inForce: { readonly current: readonly CertificateSnapshot[] },
  plannedRenewal: (index: number) => number | undefined,
  warn: (message: string) => void,
): () => void {
  const warnings = new ExpiryWarnings();
  const look = () => {
    const watched = inForce.current.map((one, index) => ({ ...one, plannedRenewal: plannedRenewal(index) }));
    for (const warning of warnings.look(watched, new Date())) warn(warning);
  };
  look();
  const timer = setInterval(look, LOOK_MILLISECONDS).unref();
  return () => clearInterval(timer);
}
