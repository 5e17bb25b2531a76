// DNS cookies as a query thread sees them (RFC 7873): whether they are in use, and the secrets in force. The control plane makes
// the secrets, gives all threads the same, and rolls them.

import type { CookieSnapshot } from '../plane-messages/thread-start.ts';
import { OPTION_BIT } from '../wire/query-option.ts';
import { appendServerCookie, CLIENT_COOKIE_BYTES, isServerCookieValid } from '../wire/server-cookie.ts';
import type { Query } from './query.ts';

export class ServerCookies {
  #snapshot: CookieSnapshot;
  readonly #unixMilliseconds: () => number;

  /** The wall clock: clients keep a cookie for as long as it says itself. */
  constructor(snapshot: CookieSnapshot, unixMilliseconds: () => number = Date.now) {
    this.#snapshot = snapshot;
    this.#unixMilliseconds = unixMilliseconds;
  }

  replace(snapshot: CookieSnapshot): void {
    this.#snapshot = snapshot;
  }

  /** Whether cookies are answered at all. */
  get areOn(): boolean {
    return this.#snapshot.mode !== 'off';
  }

  /** Notes on the query whether its cookie is a valid one; to be called where there is one. */
  judge(query: Query): void {
    const { mode, signing, other } = this.#snapshot;
    if (mode === 'off') return;
    const { facts, clientAddress } = query;
    const now = this.#unixSeconds();
    query.hasValidCookie =
      isServerCookieValid(facts, clientAddress, now, signing) || isServerCookieValid(facts, clientAddress, now, other);
  }

  /**
   * Whether the client has to come again with the cookie that it gets now: only over UDP, where an address is easily forged,
   * and only if it speaks of cookies at all (RFC 7873 section 5.2). A question for a cookie alone is refused only with a bad one.
   */
  demandsAnother({ sink, facts, hasValidCookie }: Query): boolean {
    if (hasValidCookie || this.#snapshot.mode !== 'require' || !sink.transport.datagram) return false;
    return facts.nameLength > 0 || facts.cookieLength > CLIENT_COOKIE_BYTES;
  }

  /** Appends a fresh cookie to the OPT record, if the query had one; returns the new length. */
  append({ facts, reply, optStart, clientAddress }: Query, length: number): number {
    const { mode, signing } = this.#snapshot;
    if (mode === 'off' || (facts.options & OPTION_BIT.COOKIE) === 0) return length;
    return appendServerCookie(reply, optStart, length, facts, clientAddress, this.#unixSeconds(), signing);
  }

  #unixSeconds(): number {
    return Math.floor(this.#unixMilliseconds() / 1000);
  }
}
