// One DNS query as one HTTP request (RFC 8484 section 4.1) on one connection: collects the reply and decides whether it counts.

import { type Dispatcher, errors } from 'undici';
import { MESSAGE_MAX_BYTES } from '../wire/header.ts';
import { replyFault, subtractAge } from './check-reply.ts';
import type { Connection } from './connection.ts';
import type { Route } from './route.ts';
import { failure, type UpstreamFailure } from './upstream-failure.ts';

/** Who asked: an exchange or a probe. Exactly one of the two is called, once, unless the request is cancelled. */
export interface RequestOwner {
  onAnswer(request: DohRequest, message: Uint8Array): void;
  onFailure(request: DohRequest, failure: UpstreamFailure): void;
}

const NOTHING = new Uint8Array(0);

export class DohRequest implements Dispatcher.DispatchHandler {
  readonly route: Route;
  readonly query: Uint8Array;
  readonly #owner: RequestOwner;
  /** Set once it is handed to a connection; until then it waits for a free stream. */
  connection: Connection | undefined;
  /** When it was handed to a connection. */
  sentAt = Infinity;
  /** How it ended, if it failed. */
  failure: UpstreamFailure | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  /** The first chunk as it came; with further ones, a buffer of ours that grows. */
  #body: Uint8Array = NOTHING;
  #length = 0;
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
    else this.#reset();
  }

  fail(reason: UpstreamFailure): void {
    if (this.#settled) return;
    this.#settled = true;
    this.failure = reason;
    this.#owner.onFailure(this, reason);
  }

  // The rest is called by undici.

  /** Also called again when undici repeats the request after a GOAWAY or a refused stream. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#body = NOTHING;
    this.#length = 0;
    if (this.#settled) this.#reset();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.connection!.noteHeard();
    if (status < 200) return;
    this.#ageSeconds = Number(headers.age ?? 0);
    if (status !== 200) this.#reject(`HTTP status ${status}`);
    else if (!isDnsMessage(headers['content-type'])) this.#reject('reply that is not application/dns-message');
    else if (Number(headers['content-length']) > MESSAGE_MAX_BYTES) this.#reject('reply larger than a DNS message');
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#settled) return;
    const start = this.#length;
    this.#length += chunk.length;
    if (this.#length > MESSAGE_MAX_BYTES) this.#reject('reply larger than a DNS message');
    else if (start === 0) this.#body = chunk;
    else this.#append(chunk, start);
  }

  onResponseEnd(): void {
    const connection = this.connection!;
    connection.noteHeard();
    connection.noteEnded();
    if (this.#settled) return;
    const message = this.#body.subarray(0, this.#length);
    const fault = replyFault(this.query, message);
    if (fault === undefined) {
      this.#settled = true;
      if (this.#ageSeconds > 0) subtractAge(message, this.#ageSeconds);
      this.#owner.onAnswer(this, message);
    } else {
      this.fail(failure('bad-reply', 'reply', `${this.route.where}: ${fault}`));
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    const connection = this.connection!;
    // First, so that nothing is sent on the dying connection from inside its own error handling.
    if (!isOfOneStream(error)) this.route.replace(connection);
    connection.noteEnded();
    this.fail(connection.failureOf(error));
  }

  /** Copied, not collected: chunks of one octet each would take a hundred times their size. */
  #append(chunk: Uint8Array, start: number): void {
    if (this.#length > this.#body.length) {
      const larger = new Uint8Array(Math.min(MESSAGE_MAX_BYTES, Math.max(this.#length, 2 * start)));
      larger.set(this.#body.subarray(0, start));
      this.#body = larger;
    }
    this.#body.set(chunk, start);
  }

  #reject(what: string): void {
    if (this.#settled) return;
    this.fail(failure('bad-reply', 'reply', `${this.route.where}: ${what}`));
    this.#reset();
  }

  /** Ends the stream with RST_STREAM; `onResponseError` follows and gives the stream back. */
  #reset(): void {
    this.#controller?.abort(new errors.InformationalError('no longer wanted'));
  }
}

/** Whether an error ended this request alone and left the connection as it was. */
function isOfOneStream(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'UND_ERR_INFO' || code === 'ERR_HTTP2_STREAM_ERROR';
}

/** RFC 8484 section 6; parameters are allowed. */
function isDnsMessage(contentType: string | string[] | undefined): boolean {
  if (typeof contentType !== 'string') return false;
  return contentType.split(';', 1)[0]!.trim().toLowerCase() === 'application/dns-message';
}
