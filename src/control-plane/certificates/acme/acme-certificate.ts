// One certificate of a CA over the years: orders it and asks the CA about it whenever its schedule says so, and tells what became of
// the last orders. Owns one timer. Main thread.

import { createHash } from 'node:crypto';
import type { CertificateSnapshot } from '../../../plane-messages/thread-start.ts';
import type { AcmeSettings } from '../../settings/acme-settings.ts';
import { dayOf } from '../certificate-files.ts';
import type { KeeperSurroundings } from '../certificate-keeper.ts';
import type { CertificateState } from '../certificate-state.ts';
import { accountEmails } from './account-emails.ts';
import { asAcmeFailure } from './acme-failure.ts';
import type { AcmeState } from './acme-state.ts';
import { CertificateNews } from './certificate-news.ts';
import { directoryUrl, STAGING_DIRECTORY } from './directory.ts';
import { KeptCertificate } from './kept-certificate.ts';
import { type OrderRecord, OrderRecords } from './order-record.ts';
import { shortText } from './plain-text.ts';
import { RenewalSchedule } from './renewal-schedule.ts';
import { askRenewalWindow } from './renewal-window.ts';
import { type OrderParts, runOrder } from './run-order.ts';
import { certificateId, checkOrdered, type IssuedCertificate } from './stored-certificate.ts';

/** Timers do not notice that a clock was set or a machine slept: dates are looked at this often. */
const LOOK_MILLISECONDS = 3_600_000;

export interface AcmeSurroundings extends KeeperSurroundings {
  /** From 0 to below 1. */
  random(): number;
}

export interface AcmeCertificateOptions {
  readonly names: readonly string[];
  readonly source: AcmeSettings;
  /** Those of all tables: some share an account. */
  readonly sources: readonly AcmeSettings[];
  readonly certificateDirectory: string;
  readonly parts: OrderParts;
  readonly state: AcmeState;
  readonly surroundings: AcmeSurroundings;
  /** Conversations with CAs take turns. */
  inTurn(task: () => Promise<void>): Promise<void>;
  /** Numbers of orders, over all certificates. */
  nextOrderNumber(): number;
  /** A new certificate is there; resolves when every thread has it. */
  onCertificate(snapshot: CertificateSnapshot): Promise<void>;
}

/** Part of the state of a certificate. */
export type AcmeReport = Pick<CertificateState, 'isStandIn' | 'nextRenewal' | 'lastError' | 'order' | 'rehearsal'>;

export class AcmeCertificate {
  readonly #options: AcmeCertificateOptions;
  readonly #id: string;
  readonly #schedule: RenewalSchedule;
  readonly #kept: KeptCertificate;
  readonly #orders = new OrderRecords();
  readonly #news: CertificateNews;
  /** Tasks that take their turn or wait for it. */
  #tasks = 0;
  #isStopped = false;
  #cancel: (() => void) | undefined;

  constructor(options: AcmeCertificateOptions) {
    const { names, source, state, surroundings, certificateDirectory } = options;
    this.#options = options;
    this.#id = certificateId(names[0]!);
    this.#news = new CertificateNews(names, (level, message) => surroundings.log(level, message));
    this.#kept = new KeptCertificate({ names, certificateDirectory, directoryUrl: directoryUrl(source.directory) });
    const settingsId = createHash('sha256')
      .update(JSON.stringify([names, source]))
      .digest('hex')
      .slice(0, 16);
    const { random } = surroundings;
    const now = (): number => this.#now();
    this.#schedule = new RenewalSchedule(
      { certificateId: this.#id, settingsId, state, now, random },
      this.#kept.current?.leaf,
    );
  }

  get id(): string {
    return this.#id;
  }

  get names(): readonly string[] {
    return this.#options.names;
  }

  get isUsable(): boolean {
    return this.#kept.current !== undefined;
  }

  start(): void {
    const { lastError } = this.#schedule;
    const orderAt = this.#orderAt();
    const isMissed = !this.isUsable && lastError !== undefined && orderAt > this.#now();
    if (isMissed) this.#news.stillMissing(lastError.message, orderAt);
    this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#storeAgain();
  }

  networkIsBack(): void {
    if (this.#tasks === 0 && this.#schedule.networkIsBack()) this.#look();
  }

  /**
   * Begins an order now, whatever was planned; the result is its number, or that of one like it which is under way. A rehearsal keeps
   * nothing.
   */
  orderNow(isRehearsal: boolean): number {
    const before = this.#orders.last(isRehearsal);
    if (before?.isUnderWay) return before.number;
    const order = this.#orders.begin(this.#options.nextOrderNumber(), isRehearsal);
    void this.#runInTurn(() => this.#orderOnce(order));
    return order.number;
  }

  get report(): AcmeReport {
    return {
      isStandIn: !this.isUsable,
      nextRenewal: this.#orders.last(false)?.isUnderWay ? undefined : this.#orderAt(),
      lastError: this.#schedule.lastError,
      ...this.#orders.states,
    };
  }

  /** When it is to be renewed, also while that is under way; undefined where there is none, or something has gone wrong. */
  get plannedRenewal(): number | undefined {
    return this.isUsable && this.#schedule.lastError === undefined ? this.#orderAt() : undefined;
  }

  #look(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#isStopped || this.#tasks > 0) return;
    this.#storeAgain();
    const now = this.#now();
    const orderAt = this.#orderAt();
    const { askAt } = this.#schedule;
    if (now >= orderAt) this.orderNow(false);
    else if (this.isUsable && now >= askAt) void this.#runInTurn(() => this.#askRenewal());
    else {
      const next = this.isUsable ? Math.min(orderAt, askAt) : orderAt;
      const wait = Math.min(Math.max(next - now, 1), LOOK_MILLISECONDS);
      this.#cancel = this.#options.surroundings.schedule(wait, () => this.#look());
    }
  }

  /** One thing at a time for each certificate, and one for each CA's patience. */
  async #runInTurn(task: () => Promise<void>): Promise<void> {
    this.#tasks++;
    this.#cancel?.();
    try {
      await this.#options.inTurn(task);
    } finally {
      this.#tasks--;
      this.#look();
    }
  }

  #orderAt(): number {
    return this.#schedule.orderAt(!this.#kept.isRight);
  }

  async #orderOnce(order: OrderRecord): Promise<void> {
    if (this.#isStopped) return;
    const { names, source, sources, parts } = this.#options;
    const onStep = (said: string): void => {
      const text = shortText(said);
      order.addStep(text);
      this.#news.step(text);
    };
    const directory = order.isRehearsal ? STAGING_DIRECTORY : source.directory;
    try {
      const replaces = order.isRehearsal ? undefined : this.#kept.replaceable;
      const emails = accountEmails(directory, source, sources);
      const issued = await runOrder({ names, source, directory, emails, replaces, onStep }, parts);
      if (order.isRehearsal) {
        checkOrdered(`${issued.keyPem}${issued.chainPem}`, names);
        onStep('it works: the test environment gave a certificate; nothing of it is kept');
      } else await this.#succeeded(issued, onStep);
      order.end('done');
    } catch (error) {
      order.end('failed');
      if (this.#isStopped) return;
      const failure = asAcmeFailure(error);
      onStep(failure.message);
      if (order.isRehearsal) return;
      const { retryAt, isRepeated } = this.#schedule.failed(failure);
      this.#news.failed(failure, isRepeated, this.#kept.current?.leaf, retryAt);
    }
  }

  async #succeeded(issued: IssuedCertificate, onStep: (text: string) => void): Promise<void> {
    const { names, onCertificate } = this.#options;
    const { leaf, keyPem, chainPem } = checkOrdered(`${issued.keyPem}${issued.chainPem}`, names);
    // Before it is kept: what no thread can serve is not for the next start either.
    await onCertificate({ names, keyPem, chainPem });
    // It was given to us, and CAs count what they give: it serves until the next start at least.
    const fault = this.#kept.keep(issued);
    const storeFault = fault && `the new certificate could not be stored, and is gone with a restart: ${fault}`;
    this.#schedule.succeeded(leaf, storeFault);
    onStep(`the certificate is in use; it ends on ${dayOf(leaf.validToDate)}`);
    this.#news.inUse(leaf, this.#schedule.isOverdue);
    if (storeFault === undefined) return;
    onStep(storeFault);
    this.#news.notStored(storeFault, false);
  }

  #storeAgain(): void {
    if (this.#kept.isStored) return;
    const fault = this.#kept.store();
    if (fault !== undefined) this.#news.notStored(fault, true);
    else {
      this.#schedule.stored();
      this.#news.stored();
    }
  }

  /** Asks the CA when it would like to be asked for the next one. What goes wrong here costs nothing: the plan stays. */
  async #askRenewal(): Promise<void> {
    const { source, parts, surroundings } = this.#options;
    const leaf = this.#kept.current?.leaf;
    if (leaf === undefined || this.#isStopped) return;
    try {
      const information = await askRenewalWindow(leaf, source, parts, surroundings.now());
      const isChanged = this.#schedule.heard(leaf, information);
      if (!isChanged || information === undefined || !this.#schedule.isOverdue) return;
      this.#news.renewalWanted(information);
    } catch (error) {
      this.#schedule.heardNothing();
      this.#news.noInformation(error);
    }
  }

  #now(): number {
    return this.#options.surroundings.now().getTime();
  }
}
