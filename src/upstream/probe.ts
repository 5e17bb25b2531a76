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
  readonly route: Route;
  #request: DohRequest;
  #isRepeated = false;
  /** Time was up once while the connection was still being opened: that has its own limit, and tells why it failed. */
  #wasPatient = false;
  #isOver = false;
  readonly #timeoutMilliseconds: number;
  readonly #onEnd: (probe: Probe, reason: UpstreamFailure | undefined) => void;
  #timer: NodeJS.Timeout | undefined;
  /** It ended because an open connection said nothing: that one is dead. */
  deadConnection: DohRequest['connection'];

  /** `onEnd` is called once, with the reason if it failed; not at all after `cancel`. */
  constructor(
    route: Route,
    timeoutMilliseconds: number,
    onEnd: (probe: Probe, reason: UpstreamFailure | undefined) => void,
  ) {
    this.route = route;
    this.#request = new DohRequest(route, QUERY, this);
    this.#timeoutMilliseconds = timeoutMilliseconds;
    this.#onEnd = onEnd;
  }

  /** `onFreshConnection`: not on the one there is, which has kept an earlier probe waiting. */
  start(onFreshConnection: boolean): void {
    this.#arm();
    if (onFreshConnection) this.route.replacePresent();
    this.route.send(this.#request);
  }

  cancel(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#request.cancel();
  }

  onAnswer(): void {
    this.#end(undefined);
  }

  onFailure(_request: DohRequest, reason: UpstreamFailure): void {
    if (this.#isOver) return;
    if (reason.cause === 'broken' && !this.#isRepeated) {
      // An open connection may have been closed by the server just now: only a new one tells.
      this.#isRepeated = true;
      this.#request = new DohRequest(this.route, QUERY, this);
      this.route.send(this.#request);
      return;
    }
    this.#end(reason);
  }

  #arm(): void {
    this.#timer = setTimeout(this.#onTimer, this.#timeoutMilliseconds);
    this.#timer.unref();
  }

  #end(reason: UpstreamFailure | undefined): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#onEnd(this, reason);
  }

  /** As in exchange.ts: what has arrived is read first. */
  readonly #onTimer = (): void => {
    setImmediate(this.#onTimeout);
  };

  readonly #onTimeout = (): void => {
    if (this.#isOver) return;
    const { connection, silent } = this.#request;
    if (connection?.open === false && !this.#wasPatient) {
      this.#wasPatient = true;
      this.#arm();
      return;
    }
    if (silent) this.deadConnection = connection;
    // Over first: giving the connection up must not make it ask again.
    this.cancel();
    this.#end(failure('timeout', 'silent', `${this.route.where}: connected, but no answer`));
  };
}
