// Which certificate a TLS client gets, by the name it asks for (SNI), for DoT and DoH alike.

import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsCertificate } from './listener.ts';

/** SSL_OP_NO_RENEGOTIATION of OpenSSL: a TLS 1.2 client may not shake hands again (it costs us more than it costs the client). */
const NO_RENEGOTIATION = 0x4000_0000;

/** RFC 9325: TLS 1.2 and 1.3, ephemeral key exchange, authenticated encryption; no early data, no compression. */
export const TLS_RULES: SecureContextOptions = {
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
  /** Every client has one of these. Not P-521, which costs us several times as much, nor X448 and finite fields. */
  ecdhCurve: 'X25519MLKEM768:X25519:prime256v1:secp384r1',
  secureOptions: NO_RENEGOTIATION,
  /** Sessions of any thread and any listener may be resumed on any other: all serve the same names. */
  sessionIdContext: 'sotto',
  /** A phone that slept over lunch resumes; tickets end with their keys in any case, which are replaced daily. */
  sessionTimeout: 43_200,
};

export class CertificateChooser {
  #ticketKeys: Buffer;
  #certificates: readonly TlsCertificate[] = [];
  #byName = new Map<string, SecureContext>();
  #hasWildcards = false;
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
    this.#hasWildcards = certificates.some(({ names }) => names.some((name) => name.startsWith('*.')));
    this.#certificates = certificates;
    this.#default = this.#optionsFor(first);
    return this.#default;
  }

  /** Has new sessions sealed with these 48 octets, whichever certificate they got, and returns `defaultOptions`. */
  sealWith(ticketKeys: Uint8Array): SecureContextOptions {
    this.#ticketKeys = Buffer.from(ticketKeys);
    return this.replace(this.#certificates);
  }

  /**
   * The certificate for a name as the client sent it: the exact name, else the wildcard one label up. Addresses are looked
   * up as the text they are. Undefined for any other name.
   */
  choose(serverName: string): SecureContext | undefined {
    const name = serverName.toLowerCase();
    return this.#byName.get(name) ?? this.#byName.get(wildcardOver(name));
  }

  get hasWildcards(): boolean {
    return this.#hasWildcards;
  }

  /** Whether it is a wildcard alone that stands for this lower-case name. */
  isUnderWildcard(serverName: string): boolean {
    return this.#hasWildcards && !this.#byName.has(serverName) && this.#byName.has(wildcardOver(serverName));
  }

  #optionsFor(certificate: TlsCertificate): SecureContextOptions {
    return { ...TLS_RULES, ticketKeys: this.#ticketKeys, key: certificate.keyPem, cert: certificate.chainPem };
  }
}

/** One label up; empty for a name of one label. */
function wildcardOver(name: string): string {
  const dot = name.indexOf('.');
  return dot > 0 ? `*${name.slice(dot)}` : '';
}
