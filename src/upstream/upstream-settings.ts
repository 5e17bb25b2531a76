// One configured upstream server. Its host name is never looked up: `addresses` says where it is.

export interface UpstreamSettings {
  /** What logs and errors call it, e.g. `dns.quad9.net`. */
  readonly name: string;
  /** https URL of the DoH endpoint; host name verified against the certificate. */
  readonly url: string;
  /** Textual addresses, tried in this order. At least one. */
  readonly addresses: readonly string[];
  /** PEM text of an additional CA trusted for this upstream alone. */
  readonly caPem: string | undefined;
  readonly maxQueriesPerSecond: number | undefined;
  /** Its NXDOMAIN without SOA and with RA=0 means that it takes the name for malicious. Default: false. */
  readonly blockSignal?: boolean;
}
