// Which certificate a TLS client gets, by the name it asks for (SNI), for DoT and DoH alike.

import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsCertificate } from './listener.ts';

/** SSL_OP_NO_RENEGOTIATION of OpenSSL: a TLS 1.2 client may not shake hands again (it costs us more than it costs the client). */
const NO_RENEGOTIATION = 0x4000_0000;

/** RFC 9325: TLS 1.2 and 1.3, ephemeral key exchange, authenticated encryption; no early data, no compression. */
const TLS_RULES: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
  honorCipherOrder: true,
  secureOptions: NO_RENEGOTIATION,
  /** Sessions of any thread and any listener may be resumed on any other: all serve the same names. */
  sessionIdContext: 'sotto',
};

export class CertificateChooser {
  readonly #ticketKeys: Buffer;
  #byName = new Map<string, SecureContext>();
  #default: SecureContextOptions;

  /** Throws if there is no certificate, or a key or chain cannot be used. `ticketKeys`: 48 octets. */
  constructor(certificates: readonly TlsCertificate[], ticketKeys: Uint8Array) {
    this.#ticketKeys = Buffer.from(ticketKeys);
    this.#default = this.replace(certificates);
  }

  /** For clients that send no name or one that no certificate bears: the first certificate. */
  get defaultOptions(): SecureContextOptions {
    return this.#default;
  }

  /** Takes new certificates into use and returns `defaultOptions`. Throws, and changes nothing, if one cannot be used. */
  replace(certificates: readonly TlsCertificate[]): SecureContextOptions {
    const [first] = certificates;
    if (first === undefined) throw new Error('a TLS listener needs a certificate');
    const byName = new Map<string, SecureContext>();
    for (const certificate of certificates) {
      const context = createSecureContext(this.#optionsFor(certificate));
      // Of two certificates with one name the earlier is used.
      for (const name of certificate.names) if (!byName.has(name)) byName.set(name, context);
    }
    this.#byName = byName;
    this.#default = this.#optionsFor(first);
    return this.#default;
  }

  /**
   * The certificate for a name as the client sent it: the exact name, else the wildcard one label up. Addresses are looked
   * up as the text they are. Undefined for any other name.
   */
  choose(serverName: string): SecureContext | undefined {
    const name = serverName.toLowerCase();
    const exact = this.#byName.get(name);
    if (exact !== undefined) return exact;
    const dot = name.indexOf('.');
    return dot > 0 ? this.#byName.get(`*${name.slice(dot)}`) : undefined;
  }

  #optionsFor(certificate: TlsCertificate): SecureContextOptions {
    return { ...TLS_RULES, ticketKeys: this.#ticketKeys, key: certificate.keyPem, cert: certificate.chainPem };
  }
}
