// Asks one address a question that every resolver can answer from memory: the name servers of the root. Any answer will do.

import { CLASS, TYPE } from '../wire/numbers.ts';
import { buildQuery } from '../wire/query-builder.ts';
import { DohRequest, type RequestOwner } from './doh-request.ts';
import type { Route } from './route.ts';
import { failure, type UpstreamFailure } from './upstream-failure.ts';

const QUERY = buildQuery({
  name: new Uint8Array(1),
  nameLength: 1,
  type: TYPE.NS,
  class: CLASS.IN,
  dnssecOk: false,
  checkingDisabled: false,
});

export class Probe implements RequestOwner {
  readonly #route: Route;
  #request: DohRequest;
  #repeated = false;
  readonly #timeoutMilliseconds: number;
  readonly #onEnd: (request: DohRequest, reason: UpstreamFailure | undefined) => void;
  #timer: NodeJS.Timeout | undefined;

  /** `onEnd` is called once, with the reason if it failed; not at all after `cancel`. */
  constructor(
    route: Route,
    timeoutMilliseconds: number,
    onEnd: (request: DohRequest, reason: UpstreamFailure | undefined) => void,
  ) {
    this.#route = route;
    this.#request = new DohRequest(route, QUERY, this);
    this.#timeoutMilliseconds = timeoutMilliseconds;
    this.#onEnd = onEnd;
  }

  start(): void {
    this.#timer = setTimeout(this.#onTimer, this.#timeoutMilliseconds);
    this.#timer.unref();
    this.#route.send(this.#request);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#request.cancel();
  }

  onAnswer(request: DohRequest): void {
    clearTimeout(this.#timer);
    this.#onEnd(request, undefined);
  }

  onFailure(request: DohRequest, reason: UpstreamFailure): void {
    if (reason.cause === 'broken' && !this.#repeated) {
      // An open connection may have been closed by the server just now: only a new one tells.
      this.#repeated = true;
      this.#request = new DohRequest(this.#route, QUERY, this);
      this.#route.send(this.#request);
      return;
    }
    clearTimeout(this.#timer);
    this.#onEnd(request, reason);
  }

  /** As in exchange.ts: what has arrived is read first. */
  readonly #onTimer = (): void => {
    setImmediate(this.#onTimeout);
  };

  readonly #onTimeout = (): void => {
    if (!this.#request.pending) return;
    const { where } = this.#route;
    this.#onEnd(this.#request, failure('timeout', 'silent', `${where}: connected, but no answer`));
    this.#request.cancel();
  };
}
