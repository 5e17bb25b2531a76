// One certificate of a CA over the years: orders it and asks the CA about it whenever its schedule says so, and tells what became of
// the last order. Owns its file in certificate_dir and one timer. Main thread.

import { createHash } from 'node:crypto';
import type { CertificateSnapshot } from '../../../plane-messages/thread-start.ts';
import type { AcmeSettings } from '../../settings/acme-settings.ts';
import { dayOf } from '../certificate-files.ts';
import type { KeeperSurroundings } from '../certificate-keeper.ts';
import type { CertificateState } from '../certificate-state.ts';
import { type AcmeFailure, asAcmeFailure } from './acme-failure.ts';
import type { AcmeState } from './acme-state.ts';
import { certificateIdentifier } from './certificate-identifier.ts';
import { directoryUrl, STAGING_DIRECTORY } from './directory.ts';
import type { OrderedCertificate } from './order-certificate.ts';
import { OrderRecord } from './order-record.ts';
import { RenewalSchedule } from './renewal-schedule.ts';
import { askRenewalWindow } from './renewal-window.ts';
import { type OrderParts, runOrder } from './run-order.ts';
import {
  certificateId,
  checkOrdered,
  isOrderOf,
  readStoredCertificate,
  type StoredCertificate,
  storeCertificate,
  storedCertificatePath,
} from './stored-certificate.ts';

/** Timers do not notice that a clock was set or a machine slept: dates are looked at this often. */
const LOOK_MILLISECONDS = 3_600_000;

export interface AcmeSurroundings extends KeeperSurroundings {
  /** From 0 to below 1. */
  random(): number;
}

export interface AcmeCertificateOptions {
  readonly names: readonly string[];
  readonly source: AcmeSettings;
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

type Part = Pick<CertificateState, 'isStandIn' | 'nextRenewal' | 'lastError' | 'order'>;

export class AcmeCertificate {
  readonly #options: AcmeCertificateOptions;
  readonly #id: string;
  readonly #schedule: RenewalSchedule;
  #stored: StoredCertificate | undefined;
  #order: OrderRecord | undefined;
  #isBusy = false;
  #isStopped = false;
  #cancel: (() => void) | undefined;

  constructor(options: AcmeCertificateOptions) {
    const { names, source, state, surroundings, certificateDirectory } = options;
    this.#options = options;
    this.#id = certificateId(names[0]!);
    const reading = readStoredCertificate(storedCertificatePath(certificateDirectory, names[0]!));
    this.#stored = reading.state === 'usable' ? reading.stored : undefined;
    const settingsId = createHash('sha256')
      .update(JSON.stringify([names, source]))
      .digest('hex')
      .slice(0, 16);
    const { random } = surroundings;
    const now = (): number => this.#now();
    this.#schedule = new RenewalSchedule(
      { certificateId: this.#id, settingsId, state, now, random },
      this.#stored?.leaf,
    );
  }

  get id(): string {
    return this.#id;
  }

  get names(): readonly string[] {
    return this.#options.names;
  }

  get isUsable(): boolean {
    return this.#stored !== undefined;
  }

  start(): void {
    this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  networkIsBack(): void {
    if (!this.#isBusy && this.#schedule.networkIsBack()) this.#look();
  }

  /**
   * Begins an order now, whatever was planned; the result is its number, or that of one like it which is under way. A rehearsal keeps
   * nothing.
   */
  orderNow(isRehearsal: boolean): number {
    const before = this.#order?.state;
    if (before?.outcome === 'under way' && before.isRehearsal === isRehearsal) return before.number;
    const order = new OrderRecord(this.#options.nextOrderNumber(), isRehearsal);
    this.#order = order;
    void this.#runInTurn(() => this.#orderOnce(order));
    return order.number;
  }

  get report(): Part {
    return {
      isStandIn: this.#stored === undefined,
      nextRenewal: this.#order?.state.outcome === 'under way' ? undefined : this.#orderAt(),
      lastError: this.#schedule.lastError,
      order: this.#order?.state,
    };
  }

  #look(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#isStopped || this.#isBusy) return;
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
    this.#isBusy = true;
    this.#cancel?.();
    try {
      await this.#options.inTurn(task);
    } finally {
      this.#isBusy = false;
      this.#look();
    }
  }

  #orderAt(): number {
    return this.#schedule.orderAt(!this.#isRight());
  }

  /** There is one, and it is the one that the settings speak of. */
  #isRight(): boolean {
    if (this.#stored === undefined) return false;
    const { names, source } = this.#options;
    return isOrderOf(this.#stored, names, directoryUrl(source.directory));
  }

  async #orderOnce(order: OrderRecord): Promise<void> {
    if (this.#isStopped) return;
    const { names, source, parts, surroundings } = this.#options;
    const onStep = (text: string): void => {
      order.addStep(text);
      surroundings.log('debug', `certificate for ${names[0]}: ${text}`);
    };
    const directory = order.isRehearsal ? STAGING_DIRECTORY : source.directory;
    try {
      const replaces = order.isRehearsal ? undefined : this.#identifierToReplace();
      const ordered = await runOrder({ names, source, directory, replaces, onStep }, parts);
      if (order.isRehearsal) {
        checkOrdered(`${ordered.keyPem}${ordered.chainPem}`, names);
        onStep('it works: the test environment gave a certificate; nothing of it is kept');
      } else await this.#succeeded(ordered, onStep);
      order.end('done');
    } catch (error) {
      order.end('failed');
      if (this.#isStopped) return;
      const failure = asAcmeFailure(error);
      onStep(failure.message);
      if (!order.isRehearsal) this.#failed(failure);
    }
  }

  async #succeeded(ordered: OrderedCertificate, onStep: (text: string) => void): Promise<void> {
    const { names, source, certificateDirectory, surroundings, onCertificate } = this.#options;
    const url = directoryUrl(source.directory);
    const { leaf, keyPem, chainPem } = checkOrdered(`${ordered.keyPem}${ordered.chainPem}`, names);
    // Before it is kept: what no thread can serve is not for the next start either.
    await onCertificate({ names, keyPem, chainPem });
    let isStored = true;
    try {
      this.#stored = storeCertificate(certificateDirectory, names, url, ordered);
    } catch (error) {
      // It was given to us, and CAs count what they give: it serves until the next start at least.
      this.#stored = checkOrdered(`${ordered.keyPem}${ordered.chainPem}`, names);
      isStored = false;
      surroundings.log('error', `${(error as Error).message}; the new certificate serves, and is gone with a restart`);
    }
    this.#schedule.succeeded(leaf, isStored);
    if (this.#schedule.isOverdue)
      surroundings.log(
        'warn',
        `the new certificate for ${names[0]} is old already; is the clock of this machine right?`,
      );
    onStep(`the certificate is in use; it ends on ${dayOf(leaf.validToDate)}`);
    surroundings.log(
      'info',
      `a new certificate for ${names.join(', ')} is in use; it ends on ${dayOf(leaf.validToDate)}`,
    );
  }

  #failed(failure: AcmeFailure): void {
    const { names, surroundings } = this.#options;
    const { retryAt, isRepeated } = this.#schedule.failed(failure);
    const meanwhile =
      this.#stored === undefined
        ? "the local CA's serves meanwhile"
        : `the old one serves, until ${dayOf(this.#stored.leaf.validToDate)}`;
    const next = new Date(retryAt).toISOString().slice(0, 16).replace('T', ' ');
    surroundings.log(
      isRepeated ? 'debug' : 'warn',
      `no new certificate for ${names.join(', ')}: ${failure.message}; ${meanwhile}; next try ${next} UTC`,
    );
  }

  /** Asks the CA when it would like to be asked for the next one. What goes wrong here costs nothing: the plan stays. */
  async #askRenewal(): Promise<void> {
    const { source, parts, surroundings, names } = this.#options;
    const leaf = this.#stored?.leaf;
    if (leaf === undefined || this.#isStopped) return;
    try {
      const information = await askRenewalWindow(leaf, source, parts, surroundings.now());
      const isChanged = this.#schedule.heard(leaf, information);
      if (!isChanged || information === undefined || !this.#schedule.isOverdue) return;
      const why = information.explanationUrl === undefined ? '' : ` (${information.explanationUrl})`;
      surroundings.log('info', `the CA asks that the certificate for ${names[0]} is renewed now${why}`);
    } catch (error) {
      this.#schedule.heardNothing();
      surroundings.log('debug', `renewal information for ${names[0]}: ${asAcmeFailure(error).message}`);
    }
  }

  /** Only a certificate of the same CA and the same names is replaced in its eyes. */
  #identifierToReplace(): string | undefined {
    if (this.#stored === undefined || !this.#isRight()) return undefined;
    return certificateIdentifier(this.#stored.leaf);
  }

  #now(): number {
    return this.#options.surroundings.now().getTime();
  }
}
