// What a [[certificate]] with source = "acme" says, checked: whom to ask, how to prove the names, and as whom.

import type { DatagramPeer } from '../../sockets/datagram-exchange.ts';

export type AcmeChallengeKind = 'tls-alpn-01' | 'http-01' | 'dns-01';

/** External account binding (RFC 8555 section 7.3.4): an account that the operator has with the CA already. */
export interface ExternalAccount {
  readonly keyId: string;
  /** base64url. */
  readonly hmacKey: string;
}

/** Who writes the TXT records of dns-01. Names as in the configuration; secrets are the secrets themselves. */
export type DnsProviderSettings =
  | { readonly kind: 'hook'; readonly path: string; readonly timeoutSeconds: number }
  | {
      readonly kind: 'rfc2136';
      readonly server: DatagramPeer;
      /** Without trailing dot; undefined: asked of the server. */
      readonly zone: string | undefined;
      readonly key: TransactionKey | undefined;
    }
  | {
      readonly kind: 'acme-dns';
      readonly url: string;
      readonly subdomain: string;
      readonly user: string;
      readonly password: string;
    }
  | { readonly kind: 'cloudflare' | 'hetzner' | 'desec'; readonly url: string | undefined; readonly token: string };

/** TSIG (RFC 8945). */
export interface TransactionKey {
  readonly name: string;
  readonly algorithm: 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';
  /** base64. */
  readonly secret: string;
}

export interface DnsChallengeSettings {
  readonly provider: DnsProviderSettings;
  /** So long at most it is waited until the upstream sees a new record. */
  readonly propagationSeconds: number;
  /** Waited after that, before the CA is told to look. */
  readonly delaySeconds: number;
}

export interface AcmeSettings {
  readonly kind: 'acme';
  /** "letsencrypt", "letsencrypt-staging", or the URL of a directory. */
  readonly directory: string;
  readonly directoryCaPath: string | undefined;
  readonly challenge: AcmeChallengeKind;
  readonly email: string | undefined;
  readonly profile: string | undefined;
  readonly externalAccount: ExternalAccount | undefined;
  /** There for challenge "dns-01". */
  readonly dns: DnsChallengeSettings | undefined;
}
