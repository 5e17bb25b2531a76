// Puts the upstream of one thread together: servers, health, and the exchanges in flight, whose number is bounded.

import { type Clock, monotonicClock } from '../memory/monotonic-clock.ts';
import { Exchange, type ExchangeContext } from './exchange.ts';
import { ExchangeSet } from './exchange-set.ts';
import { Health } from './health.ts';
import type { Route } from './route.ts';
import { Server } from './server.ts';
import type { Asker, AsksUpstream, Upstream, UpstreamEvent, UpstreamFailed, UpstreamOutcome } from './upstream.ts';
import { failure, type UpstreamFailure } from './upstream-failure.ts';
import { UPSTREAM_LIMITS, type UpstreamLimits } from './upstream-limits.ts';
import type { UpstreamSettings } from './upstream-settings.ts';

export interface UpstreamOptions {
  onEvent(event: UpstreamEvent): void;
  /** An address answers that did not do so before, whether a query or the search for a way back found out. */
  onReached?(): void;
  readonly clock?: Clock;
  /** This thread's part of `maxQueriesPerSecond`: 1 / threads. Default 1. */
  readonly shareOfRate?: number;
  /** Tests shorten times here. */
  readonly limits?: Partial<UpstreamLimits>;
}

/** An upstream that can also be asked whether it is there. */
export interface ProbedUpstream extends Upstream, AsksUpstream {
  /**
   * True as soon as one server answers, false when none does (within seconds). Also keeps the search for a way back going for the
   * next 60 s, as queries do: for those who wait for the network without having a query.
   */
  probe(): Promise<boolean>;
}

/** Throws on settings that no upstream can have (they are checked when the configuration is read). Connects with the first query. */
export function createUpstream(servers: readonly UpstreamSettings[], options: UpstreamOptions): ProbedUpstream {
  return new DohUpstream(servers, options);
}

const ALL_SERVERS = 0;
const CLOSED = failure('unreachable', 'not-sent', 'the gateway is stopping');

class DohUpstream implements ProbedUpstream {
  readonly #routes: readonly Route[];
  readonly #health: Health;
  readonly #context: ExchangeContext;
  /** For questions that not all servers may be asked, by which of them may. */
  readonly #contextsOfSome = new Map<number, ExchangeContext>();
  readonly #limits: UpstreamLimits;
  readonly #exchanges: ExchangeSet;
  #closed = false;

  constructor(settings: readonly UpstreamSettings[], options: UpstreamOptions) {
    this.#limits = { ...UPSTREAM_LIMITS, ...options.limits };
    const clock = options.clock ?? monotonicClock();
    this.#exchanges = new ExchangeSet(this.#limits, clock);
    const servers = settings.map(
      (one, index) =>
        new Server(one, index, options.shareOfRate ?? 1, this.#limits, clock, (route, reason) =>
          this.#health.noteUnconnectable(route, reason),
        ),
    );
    this.#routes = servers.flatMap((server) => server.routes);
    this.#health = new Health(servers, this.#limits, clock, options.onEvent, () => options.onReached?.());
    this.#context = {
      routes: this.#routes,
      health: this.#health,
      limits: this.#limits,
      clock,
      onEnd: (exchange) => this.#exchanges.delete(exchange),
    };
  }

  exchange(query: Uint8Array): Promise<UpstreamOutcome> {
    return new Promise((resolve) => {
      this.ask(query, {
        // A copy: the octets are the connection's.
        onAnswer: (message, server) => resolve({ ok: true, message: new Uint8Array(message), server }),
        onFailure: resolve,
      });
    });
  }

  ask(query: Uint8Array, asker: Asker, servers = ALL_SERVERS): void {
    const reason = this.#start(query, asker, servers);
    // Later, as every other outcome: who asks is in the middle of something.
    if (reason !== undefined) queueMicrotask(() => asker.onFailure(asFailed(reason)));
  }

  #start(query: Uint8Array, asker: Asker, servers: number): UpstreamFailure | undefined {
    if (this.#closed) return CLOSED;
    const { exchangesInFlight } = this.#limits;
    if (this.#exchanges.size >= exchangesInFlight)
      return failure('overloaded', 'not-sent', `${exchangesInFlight} questions are waiting already`);
    const exchange = new Exchange(this.#contextOf(servers), query, asker);
    this.#health.noteAsked(exchange.startedAt);
    this.#exchanges.add(exchange);
    const reason = exchange.start();
    if (reason !== undefined) this.#exchanges.delete(exchange);
    return reason;
  }

  /** Kept: as many as groups of clients choose. */
  #contextOf(servers: number): ExchangeContext {
    if (servers === ALL_SERVERS) return this.#context;
    const known = this.#contextsOfSome.get(servers);
    if (known !== undefined) return known;
    const routes = this.#routes.filter(({ server }) => ((servers >>> server.index) & 1) === 1);
    const context = { ...this.#context, routes };
    this.#contextsOfSome.set(servers, context);
    return context;
  }

  probe(): Promise<boolean> {
    return this.#closed ? Promise.resolve(false) : this.#health.probe();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#health.close();
    this.#exchanges.failAll(CLOSED);
    for (const route of this.#routes) route.close(CLOSED);
  }
}

function asFailed({ code, detail }: UpstreamFailure): UpstreamFailed {
  return { ok: false, code, detail };
}
