// One DNS query as one HTTP request (RFC 8484 section 4.1) on one connection: collects the reply and decides whether it counts.

import { ERROR, errorName } from '../http2/frame.ts';
import { MESSAGE_MAX_BYTES } from '../wire/header.ts';
import { replyFault, subtractAge } from './check-reply.ts';
import type { Connection } from './connection.ts';
import type { ResponseHead } from './response-head.ts';
import type { ResponseReader } from './response-reader.ts';
import type { Route } from './route.ts';
import { failure, type UpstreamFailure } from './upstream-failure.ts';

/** Who asked: an exchange or a probe. Exactly one of the two is called, once, unless the request is cancelled. */
export interface RequestOwner {
  /** `message` is the owner's to write to, and valid during the call. */
  onAnswer(request: DohRequest, message: Uint8Array): void;
  onFailure(request: DohRequest, failure: UpstreamFailure): void;
}

const NOTHING = new Uint8Array(0);
const DNS_MESSAGE = 'application/dns-message';
/** A server that refuses a request unread is asked once more at once; a second time counts as a failure. */
const REPEATS_MAX = 1;

export class DohRequest implements ResponseReader {
  readonly route: Route;
  readonly query: Uint8Array;
  readonly #owner: RequestOwner;
  /** Set once it is handed to a connection; until then it waits for a free stream. */
  connection: Connection | undefined;
  /** On that connection; 0 until it is open. */
  streamId = 0;
  /** When it was handed to a connection. */
  sentAt = Infinity;
  /** How it ended, if it failed. */
  failure: UpstreamFailure | undefined;
  #settled = false;
  #repeats = 0;
  /** The last piece as it came; with several, a buffer of ours that grows. */
  #body: Uint8Array = NOTHING;
  #length = 0;
  #announcedLength = -1;
  #ageSeconds = 0;

  constructor(route: Route, query: Uint8Array, owner: RequestOwner) {
    this.route = route;
    this.query = query;
    this.#owner = owner;
  }

  /** Still without an answer or a failure. */
  get pending(): boolean {
    return !this.#settled;
  }

  /** Handed to a connection, and nothing at all was heard there since. */
  get unheard(): boolean {
    return this.pending && this.connection !== undefined && this.connection.heardAt < this.sentAt;
  }

  /** Unheard on an open connection, which may be dead. (One that still connects has its own time.) */
  get silent(): boolean {
    return this.unheard && this.connection!.open;
  }

  /** The asker lost interest: the stream is reset, the owner hears nothing more. */
  cancel(): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.connection === undefined) this.route.forget(this);
    else this.connection.cancel(this);
  }

  fail(reason: UpstreamFailure): void {
    if (this.#settled) return;
    this.#settled = true;
    this.failure = reason;
    this.#owner.onFailure(this, reason);
  }

  // The rest is called by the connection's HTTP/2 client.

  onHead(head: ResponseHead): void {
    this.connection!.noteHeard();
    this.#ageSeconds = head.ageSeconds;
    this.#announcedLength = head.contentLength;
    if (head.status !== 200) this.#reject(`HTTP status ${head.status}`);
    else if (!isDnsMessage(head.contentType)) this.#reject('reply that is not application/dns-message');
    else if (head.contentLength > MESSAGE_MAX_BYTES) this.#reject('reply larger than a DNS message');
  }

  onData(bytes: Uint8Array, start: number, end: number, isLast: boolean): void {
    const length = this.#length + end - start;
    if (length > MESSAGE_MAX_BYTES) {
      this.#reject('reply larger than a DNS message');
    } else if (isLast && this.#length === 0) {
      this.#body = bytes.subarray(start, end);
      this.#length = length;
    } else {
      this.#append(bytes.subarray(start, end));
    }
  }

  onEnd(): void {
    const connection = this.connection!;
    connection.noteHeard();
    connection.noteEnded(this);
    if (this.#settled) return;
    const message = this.#length === this.#body.length ? this.#body : this.#body.subarray(0, this.#length);
    const isCut = this.#announcedLength >= 0 && this.#announcedLength !== this.#length;
    const fault = isCut ? 'reply of another length than its content-length' : replyFault(this.query, message);
    if (fault === undefined) {
      this.#settled = true;
      // What is not a number says nothing.
      if (this.#ageSeconds > 0) subtractAge(message, this.#ageSeconds);
      this.#owner.onAnswer(this, message);
    } else {
      this.fail(failure('bad-reply', 'reply', `${this.route.where}: ${fault}`));
    }
  }

  onReset(errorCode: number): void {
    this.connection!.noteEnded(this);
    this.fail(failure('unreachable', 'broken', `${this.route.where}: stream broken (HTTP/2: ${errorName(errorCode)})`));
  }

  onUnprocessed(): void {
    // A GOAWAY gives back several; one of the others may have ended this one.
    if (this.#settled) return;
    const connection = this.connection!;
    if (this.#repeats === REPEATS_MAX) {
      this.onReset(ERROR.REFUSED_STREAM);
      return;
    }
    this.#repeats++;
    this.connection = undefined;
    this.streamId = 0;
    this.sentAt = Infinity;
    this.route.repeat(this, connection);
  }

  /** Copied, not collected: pieces of one octet each would take a hundred times their size. */
  #append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#body.length) {
      const larger = new Uint8Array(Math.min(MESSAGE_MAX_BYTES, Math.max(length, 2 * this.#length)));
      larger.set(this.#body.subarray(0, this.#length));
      this.#body = larger;
    }
    this.#body.set(piece, this.#length);
    this.#length = length;
  }

  #reject(what: string): void {
    if (this.#settled) return;
    // First, so that the stream is over before anything is asked instead.
    this.connection!.cancel(this);
    this.fail(failure('bad-reply', 'reply', `${this.route.where}: ${what}`));
  }
}

/** RFC 8484 section 6; parameters are allowed. */
function isDnsMessage(contentType: string): boolean {
  return contentType === DNS_MESSAGE || contentType.split(';', 1)[0]!.trim().toLowerCase() === DNS_MESSAGE;
}
