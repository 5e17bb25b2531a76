// One question on its way: up to three tries over different routes, the first good answer wins, and it ends in time.

import type { Clock } from '../memory/monotonic-clock.ts';
import { chooseRoute } from './choose-route.ts';
import { DohRequest, type RequestOwner } from './doh-request.ts';
import type { Health } from './health.ts';
import type { Route } from './route.ts';
import type { Asker } from './upstream.ts';
import { failure, hasNoWay, moreTelling, mostTelling, type UpstreamFailure } from './upstream-failure.ts';
import type { UpstreamLimits } from './upstream-limits.ts';

/** What the exchanges of a thread share that may ask the same servers. */
export interface ExchangeContext {
  /** Of those servers, in the order of the settings. */
  readonly routes: readonly Route[];
  readonly health: Health;
  readonly limits: UpstreamLimits;
  readonly clock: Clock;
  /** Called once, when the exchange has ended, before its asker hears of it. */
  onEnd(exchange: Exchange): void;
}

export class Exchange implements RequestOwner {
  readonly startedAt: number;
  readonly #context: ExchangeContext;
  readonly #query: Uint8Array;
  readonly #asker: Asker;
  readonly #tries: DohRequest[] = [];
  /** Tries that never left the host do not count. */
  #uncounted = 0;
  #failure: UpstreamFailure | undefined;
  #dueAt: number;
  #ended = false;

  constructor(context: ExchangeContext, query: Uint8Array, asker: Asker) {
    this.#context = context;
    this.#query = query;
    this.#asker = asker;
    this.startedAt = context.clock();
    this.#dueAt = this.startedAt + this.#firstDueMilliseconds;
  }

  /** Sends the first try; what is wrong if none can be sent. Never calls the asker. */
  start(): UpstreamFailure | undefined {
    const route = this.#nextRoute(this.startedAt);
    if (route === undefined) {
      this.#ended = true;
      return this.#reasonNotToTry();
    }
    this.#try(route);
    return undefined;
  }

  onAnswer(request: DohRequest, message: Uint8Array): void {
    const { health } = this.#context;
    health.noteGood(request.route);
    if (this.#tries.length > 1) this.#noteOverdue();
    if (!this.#finish()) return;
    this.#asker.onAnswer(message, request.route.server.name);
  }

  onFailure(request: DohRequest, reason: UpstreamFailure): void {
    if (hasNoWay(reason.cause)) this.#uncounted++;
    this.#context.health.noteFailure(request.route, reason);
    this.#failure = moreTelling(this.#failure, reason);
    if (!this.#startTry() && !this.#tries.some((other) => other.pending)) this.fail(this.#failure);
  }

  /** Ends the exchange without an answer; what is still under way is called back. */
  fail({ code, detail }: UpstreamFailure): void {
    if (this.#finish()) this.#asker.onFailure({ ok: false, code, detail });
  }

  /** To be called now and then (exchange-set.ts): does what has become due. */
  onTick(now: number): void {
    if (this.#ended || now < this.#dueAt) return;
    const { limits } = this.#context;
    if (now - this.startedAt >= limits.deadlineMilliseconds - 1) {
      this.#giveUp(now);
      return;
    }
    this.#dueAt = Math.min(now + limits.nextTryMilliseconds, this.startedAt + limits.deadlineMilliseconds);
    this.#startTry();
  }

  get #firstDueMilliseconds(): number {
    const { deadlineMilliseconds, nextTryMilliseconds } = this.#context.limits;
    return Math.min(deadlineMilliseconds, nextTryMilliseconds);
  }

  /** The question was not too hard, so a connection that says nothing at all is the likely fault. */
  #noteOverdue(): void {
    const { health, limits, clock } = this.#context;
    const overdueSince = clock() - limits.nextTryMilliseconds;
    for (const other of this.#tries) {
      if (!other.unheard || other.sentAt > overdueSince) continue;
      if (other.silent) other.route.replace(other.connection!);
      health.noteSilent(other.route);
    }
  }

  /** False if it had ended before. */
  #finish(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    for (const request of this.#tries) request.cancel();
    this.#context.onEnd(this);
    return true;
  }

  #startTry(): boolean {
    const route = this.#nextRoute(this.#context.clock());
    if (route === undefined) return false;
    this.#try(route);
    return true;
  }

  #nextRoute(now: number): Route | undefined {
    const { routes, limits } = this.#context;
    if (this.#ended || this.#tries.length - this.#uncounted >= limits.triesPerExchange) return undefined;
    return chooseRoute(routes, this.#tries, now - limits.staleMilliseconds);
  }

  #try(route: Route): void {
    route.server.budget.take();
    const before = this.#tries.find((request) => request.route === route);
    if (before?.silent) route.replace(before.connection!);
    const request = new DohRequest(route, this.#query, this);
    this.#tries.push(request);
    route.send(request);
  }

  #giveUp(now: number): void {
    const { health, limits } = this.#context;
    const overdueSince = now - limits.nextTryMilliseconds;
    const seconds = limits.deadlineMilliseconds / 1000;
    const pending = this.#tries.filter((request) => request.pending);
    const silent = pending.filter((request) => request.silent && request.sentAt <= overdueSince);
    const late = (request: DohRequest): UpstreamFailure =>
      failure('timeout', 'silent', `${request.route.where}: no answer within ${seconds} s`);
    for (const request of pending) this.#failure = moreTelling(this.#failure, late(request));
    this.fail(this.#failure!);
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
