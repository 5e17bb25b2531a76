// One question on its way: up to three tries over different routes, the first good answer wins, and it ends in time.

import type { Clock } from '../memory/monotonic-clock.ts';
import { chooseRoute } from './choose-route.ts';
import { DohRequest, type RequestOwner } from './doh-request.ts';
import type { Health } from './health.ts';
import type { Route } from './route.ts';
import type { UpstreamOutcome } from './upstream.ts';
import { failure, hasNoWay, moreTelling, mostTelling, type UpstreamFailure } from './upstream-failure.ts';
import type { UpstreamLimits } from './upstream-limits.ts';

/** What all exchanges of a thread share. */
export interface ExchangeContext {
  /** Of all servers, in the order of the settings. */
  readonly routes: readonly Route[];
  readonly health: Health;
  readonly limits: UpstreamLimits;
  readonly clock: Clock;
  /** Called once, when the exchange has ended. */
  onEnd(exchange: Exchange): void;
}

export class Exchange implements RequestOwner {
  readonly #context: ExchangeContext;
  readonly #query: Uint8Array;
  readonly #resolve: (outcome: UpstreamOutcome) => void;
  readonly #startedAt: number;
  readonly #tries: DohRequest[] = [];
  /** Tries that never left the host do not count. */
  #uncounted = 0;
  #failure: UpstreamFailure | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(context: ExchangeContext, query: Uint8Array, resolve: (outcome: UpstreamOutcome) => void) {
    this.#context = context;
    this.#query = query;
    this.#resolve = resolve;
    this.#startedAt = context.clock();
  }

  start(): void {
    if (!this.#startTry()) this.end(this.#reasonNotToTry());
    this.#arm();
  }

  onAnswer(request: DohRequest, message: Uint8Array): void {
    const { health, limits, clock } = this.#context;
    health.noteGood(request.route);
    const overdueSince = clock() - limits.nextTryMilliseconds;
    for (const other of this.#tries) {
      // The question was not too hard, so the connection that says nothing at all is the likely fault.
      if (!other.unheard || other.sentAt > overdueSince) continue;
      if (other.silent) other.route.replace(other.connection!);
      health.noteSilent(other.route);
    }
    this.end({ ok: true, message, server: request.route.server.name });
  }

  onFailure(request: DohRequest, reason: UpstreamFailure): void {
    if (hasNoWay(reason.cause)) this.#uncounted++;
    this.#context.health.noteFailure(request.route, reason);
    this.#failure = moreTelling(this.#failure, reason);
    if (!this.#startTry() && !this.#tries.some((other) => other.pending)) this.end(this.#failure);
  }

  /** Ends the exchange from outside or inside; what is still under way is called back. */
  end(outcome: UpstreamOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    for (const request of this.#tries) request.cancel();
    this.#context.onEnd(this);
    this.#resolve(outcome.ok ? outcome : { ok: false, code: outcome.code, detail: outcome.detail });
  }

  #startTry(): boolean {
    const { routes, limits, clock } = this.#context;
    if (this.#ended || this.#tries.length - this.#uncounted >= limits.triesPerExchange) return false;
    const route = chooseRoute(routes, this.#tries, clock() - limits.staleMilliseconds);
    if (route === undefined) return false;
    route.server.budget.take();
    const before = this.#tries.find((request) => request.route === route);
    if (before?.silent) route.replace(before.connection!);
    const request = new DohRequest(route, this.#query, this);
    this.#tries.push(request);
    route.send(request);
    return true;
  }

  #arm(): void {
    if (this.#ended) return;
    const { limits, clock } = this.#context;
    const elapsed = clock() - this.#startedAt;
    const untilDeadline = limits.deadlineMilliseconds - elapsed;
    this.#timer = setTimeout(this.#onTimer, Math.max(1, Math.min(untilDeadline, limits.nextTryMilliseconds)));
  }

  /** After a pause of the whole process, answers that already arrived are read before anything is held against a server. */
  readonly #onTimer = (): void => {
    setImmediate(this.#onDue);
  };

  readonly #onDue = (): void => {
    if (this.#ended) return;
    const { limits, clock } = this.#context;
    if (clock() - this.#startedAt >= limits.deadlineMilliseconds - 1) {
      this.#giveUp();
    } else {
      this.#startTry();
      this.#arm();
    }
  };

  #giveUp(): void {
    const { health, limits, clock } = this.#context;
    const overdueSince = clock() - limits.nextTryMilliseconds;
    const seconds = limits.deadlineMilliseconds / 1000;
    const pending = this.#tries.filter((request) => request.pending);
    const silent = pending.filter((request) => request.silent && request.sentAt <= overdueSince);
    const late = (request: DohRequest): UpstreamFailure =>
      failure('timeout', 'silent', `${request.route.where}: no answer within ${seconds} s`);
    for (const request of pending) this.#failure = moreTelling(this.#failure, late(request));
    this.end(this.#failure!);
    // All of them before the first probe, which must not go out on a connection that is about to end.
    for (const request of silent) request.route.giveUp(request.connection!);
    for (const request of pending) {
      if (silent.includes(request)) health.noteSilent(request.route);
      else health.noteFailure(request.route, late(request));
    }
  }

  #reasonNotToTry(): UpstreamFailure {
    if (this.#failure !== undefined) return this.#failure;
    const failing = this.#context.routes.filter((route) => route.state === 'failing');
    const reason = mostTelling(failing.map((route) => route.failure));
    return reason ?? failure('overloaded', 'not-sent', 'max_queries_per_second of every upstream is used up');
  }
}
