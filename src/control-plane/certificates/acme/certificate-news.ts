// What the log says of one certificate of a CA as the years go by.

import type { X509Certificate } from 'node:crypto';
import type { LogLevel } from '../../../plane-messages/messages.ts';
import { dayOf } from '../certificate-files.ts';
import { type AcmeFailure, asAcmeFailure } from './acme-failure.ts';
import type { RenewalInformation } from './renewal-information.ts';

export class CertificateNews {
  readonly #first: string;
  readonly #all: string;
  readonly #log: (level: LogLevel, message: string) => void;

  constructor(names: readonly string[], log: (level: LogLevel, message: string) => void) {
    this.#first = names[0]!;
    this.#all = names.join(', ');
    this.#log = log;
  }

  step(text: string): void {
    this.#log('debug', `certificate for ${this.#first}: ${text}`);
  }

  inUse(leaf: X509Certificate, isOverdue: boolean): void {
    if (isOverdue)
      this.#log('warn', `the new certificate for ${this.#first} is old already; is the clock of this machine right?`);
    this.#log('info', `a new certificate for ${this.#all} is in use; it ends on ${dayOf(leaf.validToDate)}`);
  }

  notStored(fault: string, isRepeated: boolean): void {
    this.#log(isRepeated ? 'debug' : 'error', fault);
  }

  stored(): void {
    this.#log('info', `the certificate for ${this.#all} could be stored after all`);
  }

  /** `inUse`: the certificate before. `retryAt`: milliseconds since 1970. */
  failed(failure: AcmeFailure, isRepeated: boolean, inUse: X509Certificate | undefined, retryAt: number): void {
    const meanwhile =
      inUse === undefined ? "the local CA's serves meanwhile" : `the old one serves, until ${dayOf(inUse.validToDate)}`;
    const text = `no new certificate for ${this.#all}: ${failure.message}; ${meanwhile}; next try ${minuteOf(retryAt)}`;
    this.#log(isRepeated ? 'debug' : 'warn', text);
  }

  /** At a start: the failure was before it. */
  stillMissing(lastError: string, retryAt: number): void {
    this.#log('warn', `no certificate for ${this.#all} is there: ${lastError}; next try ${minuteOf(retryAt)}`);
  }

  renewalWanted({ explanationUrl }: RenewalInformation): void {
    const why = explanationUrl === undefined ? '' : ` (${explanationUrl})`;
    this.#log('info', `the CA asks that the certificate for ${this.#first} is renewed now${why}`);
  }

  noInformation(error: unknown): void {
    this.#log('debug', `renewal information for ${this.#first}: ${asAcmeFailure(error).message}`);
  }
}

function minuteOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
