// When one certificate of a CA is ordered, renewed and tried again, and when the CA is asked for its wishes. Owns the certificate's
// place in the kept state; knows no timer, no network and no file. Main thread. Times are milliseconds since 1970.

import type { X509Certificate } from 'node:crypto';
import type { AcmeFailure } from './acme-failure.ts';
import type { AcmeState, Remembered } from './acme-state.ts';
import { shortText } from './plain-text.ts';
import type { RenewalInformation } from './renewal-information.ts';
import { planRenewal, type RenewalPlan } from './renewal-time.ts';
import { RETRY_LONGEST_MILLISECONDS, retryMilliseconds } from './retry-time.ts';

const HOUR_MILLISECONDS = 3_600_000;
const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;
const FIRST_QUESTION_MILLISECONDS = 60_000;
const QUESTION_AFTER_FAILURE_MILLISECONDS = HOUR_MILLISECONDS;
const WITHOUT_INFORMATION_MILLISECONDS = DAY_MILLISECONDS;
/** Far below the life of the shortest certificates that CAs of a household give (minutes). */
const PAUSE_SHORTEST_MILLISECONDS = 120_000;
const PAUSE_LONGEST_MILLISECONDS = DAY_MILLISECONDS;

export interface RenewalScheduleOptions {
  readonly certificateId: string;
  /** Of the settings that failures belong to. */
  readonly settingsId: string;
  readonly state: Pick<AcmeState, 'get' | 'set'>;
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export class RenewalSchedule {
  readonly #options: RenewalScheduleOptions;
  #remembered: Remembered;
  #lastFailure: AcmeFailure | undefined;
  /** The last error is that the certificate could not be stored. */
  #isUnstored = false;
  #askAt: number;

  /** `leaf`: the certificate that is there; undefined: none. */
  constructor(options: RenewalScheduleOptions, leaf: X509Certificate | undefined) {
    const { certificateId, settingsId, state, now } = options;
    this.#options = options;
    const kept = state.get(certificateId);
    // Whoever changes the settings has done something about what failed.
    const isSame = kept?.settingsId === settingsId;
    this.#remembered = isSame ? kept : { settingsId, failuresInARow: 0, plan: kept?.plan };
    if (leaf !== undefined) this.#plan(leaf, this.#remembered.plan?.window);
    // It came, and is gone or damaged: somebody's hand, no reason to wait.
    else if (this.#remembered.failuresInARow === 0) this.#remembered = { ...this.#remembered, retryAt: undefined };
    this.#askAt = now() + FIRST_QUESTION_MILLISECONDS;
  }

  get lastError(): Remembered['lastError'] {
    return this.#remembered.lastError;
  }

  /** When the CA is asked next for its wishes. */
  get askAt(): number {
    return this.#askAt;
  }

  /** What was planned lies in the past. */
  get isOverdue(): boolean {
    const { plan } = this.#remembered;
    return plan !== undefined && plan.renewAt <= this.#options.now();
  }

  /** When an order is wanted. `isDue`: there is no certificate, or it is not the right one. */
  orderAt(isDue: boolean): number {
    const { plan, retryAt } = this.#remembered;
    const dueAt = isDue || plan === undefined ? 0 : plan.renewAt;
    // A clock that was set back makes old times look far away.
    const holds = retryAt !== undefined && retryAt - this.#options.now() <= RETRY_LONGEST_MILLISECONDS;
    return Math.max(dueAt, holds ? retryAt : 0);
  }

  /**
   * A new one is there; `storeFault`: why it is gone with a restart. The next one comes at the earliest after a while, whatever clocks
   * and suggestions say: a certificate that is to be renewed as soon as it has come would be ordered on and on.
   */
  succeeded(leaf: X509Certificate, storeFault?: string): void {
    const now = this.#options.now();
    const quarter = (leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / 4;
    const retryAt = now + Math.min(Math.max(quarter, PAUSE_SHORTEST_MILLISECONDS), PAUSE_LONGEST_MILLISECONDS);
    this.#lastFailure = undefined;
    const { settingsId } = this.#options;
    this.#isUnstored = storeFault !== undefined;
    this.#remembered =
      storeFault === undefined
        ? { settingsId, failuresInARow: 0, retryAt }
        : { settingsId, failuresInARow: 1, retryAt, lastError: { at: now, message: shortText(storeFault) } };
    this.#plan(leaf, undefined);
    this.#askAt = now;
    this.#remember();
  }

  /** What `succeeded` told of could be stored after all. */
  stored(): void {
    // Another order has failed since then: that is what is to be told.
    if (!this.#isUnstored) return;
    this.#isUnstored = false;
    this.#remembered = { ...this.#remembered, failuresInARow: 0, lastError: undefined };
    this.#remember();
  }

  /** An order failed. The result: when the next is tried, and whether the one before failed for the same reason. */
  failed(failure: AcmeFailure): { readonly retryAt: number; readonly isRepeated: boolean } {
    const { now, random } = this.#options;
    const at = now();
    const failuresInARow = this.#remembered.failuresInARow + 1;
    const retryAt = at + retryMilliseconds(failure, failuresInARow, random);
    const isRepeated = this.#lastFailure?.message === failure.message;
    this.#lastFailure = failure;
    this.#isUnstored = false;
    const lastError = { at, message: failure.message };
    this.#remembered = { ...this.#remembered, failuresInARow, retryAt, lastError };
    this.#remember();
    return { retryAt, isRepeated };
  }

  /** What failed for want of a network need not wait, unless it was the CA who asked for time. True if there is such a thing. */
  networkIsBack(): boolean {
    if (this.#lastFailure?.kind !== 'network' || this.#lastFailure.retryAfterSeconds !== undefined) return false;
    this.#remembered = { ...this.#remembered, retryAt: undefined };
    return true;
  }

  /** The CA has said its wishes for this certificate; undefined: it has none. True if that changes the plan. */
  heard(leaf: X509Certificate, information: RenewalInformation | undefined): boolean {
    const before = this.#remembered.plan?.renewAt;
    const wait = information === undefined ? WITHOUT_INFORMATION_MILLISECONDS : information.askAgainSeconds * 1000;
    this.#askAt = this.#options.now() + wait;
    this.#plan(leaf, information && { startAt: information.startAt, endAt: information.endAt });
    if (this.#remembered.plan?.renewAt === before) return false;
    this.#remember();
    return true;
  }

  /** The CA could not be asked: the plan stays. */
  heardNothing(): void {
    this.#askAt = this.#options.now() + QUESTION_AFTER_FAILURE_MILLISECONDS;
  }

  #plan(leaf: X509Certificate, window: RenewalPlan['window']): void {
    const { plan } = this.#remembered;
    const before = plan === undefined ? undefined : { ...plan, window: plan.window };
    this.#remembered = { ...this.#remembered, plan: planRenewal(leaf, window, before, this.#options.random) };
  }

  #remember(): void {
    this.#options.state.set(this.#options.certificateId, this.#remembered);
  }
}
