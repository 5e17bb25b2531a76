// Renews local certificates before they end, while the gateway runs (main thread). Owns one timer.

import { hostname } from 'node:os';
import type { LogLevel } from '../../plane-messages/messages.ts';
import type { CertificatesInForce } from './certificates-in-force.ts';
import { type CertificateChoice, type LoadedCertificates, loadCertificates } from './load-certificates.ts';

export interface KeeperSurroundings {
  now(): Date;
  /** Runs once after the given time; the result cancels it. */
  schedule(milliseconds: number, run: () => void): () => void;
  log(level: LogLevel, message: string): void;
}

export interface CertificateKeeper {
  stop(): void;
}

/** Timers do not notice that a clock was set or a machine slept: the date is looked at this often. */
const LOOK_MILLISECONDS = 3_600_000;
/** Small machines start with a wrong clock and get the right one soon after. */
const FIRST_LOOK_MILLISECONDS = 60_000;

/**
 * Watches over what `loadCertificates` returned. `inForce` gets the whole new set; a renewal that fails is logged and tried
 * again within the hour, while the old certificates go on serving.
 */
export function keepCertificates(
  settings: CertificateChoice,
  loaded: LoadedCertificates,
  inForce: Pick<CertificatesInForce, 'current' | 'replaceAll'>,
  surroundings: KeeperSurroundings,
): CertificateKeeper {
  let current = loaded;
  let cancel: (() => void) | undefined;
  let stopped = false;

  const arm = (atMostMilliseconds: number) => {
    if (current.renewAt === undefined || stopped) return;
    const remaining = current.renewAt.getTime() - surroundings.now().getTime();
    const wait = remaining > 0 ? Math.min(remaining, atMostMilliseconds) : atMostMilliseconds;
    cancel = surroundings.schedule(wait, () => void look());
  };

  const look = async () => {
    const now = surroundings.now();
    try {
      if (current.renewAt !== undefined && now >= current.renewAt) {
        // What came from elsewhere, as an order's result or the operator's files, is not ours to touch.
        const kept = inForce.current.map((one) => (current.fromLocalCa.has(one) ? undefined : one));
        const renewed = await loadCertificates(settings, now, hostname(), kept);
        for (const notice of renewed.notices) surroundings.log('warn', notice);
        if (stopped) return;
        await inForce.replaceAll(renewed.certificates);
        current = renewed;
      }
    } catch (error) {
      surroundings.log('error', `the certificates could not be renewed: ${(error as Error).message}`);
    }
    arm(LOOK_MILLISECONDS);
  };

  arm(FIRST_LOOK_MILLISECONDS);
  return {
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}

/** The real clock and timers, which do not keep the process alive. */
export function systemSurroundings(log: KeeperSurroundings['log']): KeeperSurroundings {
  return {
    now: () => new Date(),
    schedule(milliseconds, run) {
      const timer = setTimeout(run, milliseconds).unref();
      return () => clearTimeout(timer);
    },
    log,
  };
}
