// How each certificate stands: for `sotto cert`, and for whoever watches the gateway.

export interface CertificateState {
  readonly names: readonly string[];
  readonly source: 'local-ca' | 'files' | 'acme';
  /** For acme: the directory, as the settings name it. */
  readonly directory: string | undefined;
  /** Of the certificate in use: who signed it. */
  readonly issuer: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** The local CA's serves until the first one of the CA arrives. */
  readonly isStandIn: boolean;
  /** Milliseconds since 1970; undefined where we do not renew it, or while it is being ordered. */
  readonly nextRenewal: number | undefined;
  readonly lastError: { readonly at: number; readonly message: string } | undefined;
  /** The order under way, or the last one since the start. */
  readonly order: OrderState | undefined;
  /** The same of rehearsals. */
  readonly rehearsal: OrderState | undefined;
}

export interface OrderState {
  /** Rises with every order of this run. */
  readonly number: number;
  /** Against the CA's test environment: nothing is kept of it. */
  readonly isRehearsal: boolean;
  readonly steps: readonly string[];
  readonly outcome: 'under way' | 'done' | 'failed';
}
