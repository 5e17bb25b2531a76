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
  | UpstreamFailed;

/** Who waits for an answer. Exactly one of the two is called, once, after `ask` has returned. */
export interface Asker {
  /** `message` may be written to, and is valid during the call. `server`: as the settings name it. */
  onAnswer(message: Uint8Array, server: string): void;
  onFailure(failure: UpstreamFailed): void;
}

export interface UpstreamFailed {
  readonly ok: false;
  readonly code: UpstreamFailureCode;
  readonly detail: string;
}

/** The way out for queries of clients: nothing is allocated for the waiting itself. */
export interface AsksUpstream {
  /**
   * Sends a query built by wire/query-builder; the asker hears within 4 s (`deadlineMilliseconds`): a message that has the right
   * ID and question and is well formed, or a failure. Fails over between addresses and servers; one safe retry. `servers`: a bit for each
   * server that may be asked, in the order of the settings; 0, or left out: all.
   */
  ask(query: Uint8Array, asker: Asker, servers?: number): void;
}

/** For the process's own questions. */
export interface AnswersQuestions {
  /** As `ask`, as a promise with a message of its own. Never rejects. */
  exchange(query: Uint8Array): Promise<UpstreamOutcome>;
}

export interface Upstream extends AnswersQuestions {
  /** Ends the connections; pending exchanges fail. */
  close(): Promise<void>;
}

/** What an upstream reports about itself: once per change, not per query. */
export type UpstreamEvent =
  | { readonly kind: 'up'; readonly server: string; readonly address: string }
  | { readonly kind: 'down'; readonly server: string; readonly code: UpstreamFailureCode; readonly detail: string };
