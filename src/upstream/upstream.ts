// The encrypted way out, as the rest of the program sees it. One per thread; answers are checked before they count.

export type UpstreamFailureCode =
  /** No address could be connected to. */
  | 'unreachable'
  /** Certificate wrong for the name, unknown issuer, expired. */
  | 'certificate'
  /** No HTTP/2 by ALPN. */
  | 'protocol'
  /** HTTP status other than 200, wrong media type, wrong ID or question, malformed or too large message. */
  | 'bad-reply'
  | 'timeout'
  /** Too many questions already waiting. */
  | 'overloaded';

export type UpstreamOutcome =
  | { readonly ok: true; readonly message: Uint8Array; readonly server: string }
  | { readonly ok: false; readonly code: UpstreamFailureCode; readonly detail: string };

export interface Upstream {
  /**
   * Sends a query built by wire/query-builder and resolves within 4 s (`deadlineMilliseconds`) with a message that has the right ID
   * and question and is well formed, or with a failure. Never rejects. Fails over between addresses and servers; one safe retry.
   */
  exchange(query: Uint8Array): Promise<UpstreamOutcome>;
  /** Ends the connections; pending exchanges fail. */
  close(): Promise<void>;
}

/** What an upstream reports about itself: once per change, not per query. */
export type UpstreamEvent =
  | { readonly kind: 'up'; readonly server: string; readonly address: string }
  | { readonly kind: 'down'; readonly server: string; readonly code: UpstreamFailureCode; readonly detail: string };
