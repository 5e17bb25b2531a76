// The certificate of one table that is in use, and its file. One that the disk does not take serves all the same, and is stored later.

import { certificateIdentifier } from './certificate-identifier.ts';
import {
  checkOrdered,
  type IssuedCertificate,
  isOrderOf,
  readStoredCertificate,
  type StoredCertificate,
  storedCertificatePath,
  storedText,
  writeStoredCertificate,
} from './stored-certificate.ts';

export interface KeptCertificateOptions {
  readonly names: readonly string[];
  readonly certificateDirectory: string;
  /** Of the CA that it is to be from. */
  readonly directoryUrl: string;
}

/** A certificate that a new one takes the place of in the eyes of its CA (RFC 9773 section 5). */
export interface ReplacedCertificate {
  readonly identifier: string;
  /** Of the account that ordered it; undefined where that is not known. */
  readonly accountId: string | undefined;
}

export class KeptCertificate {
  readonly #options: KeptCertificateOptions;
  #current: StoredCertificate | undefined;
  /** What the file is to hold and does not. */
  #unstored: string | undefined;

  constructor(options: KeptCertificateOptions) {
    const reading = readStoredCertificate(storedCertificatePath(options.certificateDirectory, options.names[0]!));
    this.#options = options;
    this.#current = reading.state === 'usable' ? reading.stored : undefined;
  }

  get current(): StoredCertificate | undefined {
    return this.#current;
  }

  /** There is one, and it is the one that the settings speak of. */
  get isRight(): boolean {
    const { names, directoryUrl } = this.#options;
    return this.#current !== undefined && isOrderOf(this.#current, names, directoryUrl);
  }

  get isStored(): boolean {
    return this.#unstored === undefined;
  }

  /** Only a certificate of the same CA and the same names is replaced in its eyes. */
  get replaceable(): ReplacedCertificate | undefined {
    if (this.#current === undefined || !this.isRight) return undefined;
    const identifier = certificateIdentifier(this.#current.leaf);
    return identifier === undefined ? undefined : { identifier, accountId: this.#current.accountId };
  }

  /** This one is in use from now on. The result: why it could not be stored. */
  keep(issued: IssuedCertificate): string | undefined {
    const { names, directoryUrl } = this.#options;
    const text = storedText(issued, names, directoryUrl);
    this.#current = checkOrdered(text, names);
    this.#unstored = text;
    return this.store();
  }

  /** Stores what could not be stored before. The result: why it still cannot. */
  store(): string | undefined {
    if (this.#unstored === undefined) return undefined;
    const { certificateDirectory, names } = this.#options;
    try {
      writeStoredCertificate(certificateDirectory, names[0]!, this.#unstored);
    } catch (error) {
      return (error as Error).message;
    }
    this.#unstored = undefined;
    return undefined;
  }
}
