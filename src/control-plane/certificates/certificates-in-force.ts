// The certificates that all query threads have, in the order of the settings (main thread). Whoever has a newer one for a place
// says so here; publications go out one after the other, and none is forgotten. One that cannot be served never gets among them.

import { OperatorError } from '../../errors.ts';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import { whyTlsRefuses } from './why-tls-refuses.ts';

export class CertificatesInForce {
  #current: readonly CertificateSnapshot[];
  readonly #publish: (certificates: readonly CertificateSnapshot[]) => Promise<void>;
  #last: Promise<void> = Promise.resolve();

  /** `publish` resolves when every thread has them. */
  constructor(
    initial: readonly CertificateSnapshot[],
    publish: (certificates: readonly CertificateSnapshot[]) => Promise<void>,
  ) {
    this.#current = initial;
    this.#publish = publish;
  }

  /** Also what a thread starts with: it holds as soon as it is set. */
  get current(): readonly CertificateSnapshot[] {
    return this.#current;
  }

  /** `index`: the place in the settings. Resolves when every thread has it; rejects, and leaves the one before, where one refuses it. */
  replace(index: number, certificate: CertificateSnapshot): Promise<void> {
    return this.replaceAll(this.#current.with(index, certificate));
  }

  /** As `replace`, for all at once. Rejects with an OperatorError CERTIFICATE where one cannot be used. */
  async replaceAll(certificates: readonly CertificateSnapshot[]): Promise<void> {
    const before = this.#current;
    for (const certificate of certificates) if (!before.includes(certificate)) refuseUnusable(certificate);
    this.#current = certificates;
    try {
      await this.#publishInTurn();
    } catch (error) {
      // What has come in the meantime for other places stays.
      this.#current = this.#current.map((one, index) => (one === certificates[index] ? before[index]! : one));
      // Some threads may have taken it.
      this.#publishInTurn().catch(() => undefined);
      throw error;
    }
  }

  #publishInTurn(): Promise<void> {
    const published = this.#last.then(() => this.#publish(this.#current));
    this.#last = published.catch(() => undefined);
    return published;
  }
}

function refuseUnusable({ names, keyPem, chainPem }: CertificateSnapshot): void {
  const refusal = whyTlsRefuses(keyPem, chainPem);
  if (refusal === undefined) return;
  throw new OperatorError('CERTIFICATE', `the certificate for ${names.join(', ')} cannot be used: ${refusal}`);
}
