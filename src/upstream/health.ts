// Which addresses work. Tries report here; an address that fails is asked again in the background, so that no query pays for
// finding out, and the way back is found within seconds. Says `up` and `down` once per change of a server.

import type { Clock } from '../memory/monotonic-clock.ts';
import type { DohRequest } from './doh-request.ts';
import { Probe } from './probe.ts';
import type { Route } from './route.ts';
import type { Server } from './server.ts';
import type { UpstreamEvent } from './upstream.ts';
import { mostTelling, type UpstreamFailure } from './upstream-failure.ts';
import type { UpstreamLimits } from './upstream-limits.ts';

export class Health {
  readonly #servers: readonly Server[];
  readonly #limits: UpstreamLimits;
  readonly #clock: Clock;
  readonly #onEvent: (event: UpstreamEvent) => void;
  readonly #probes = new Map<Route, Probe>();
  #waiters: ((reachable: boolean) => void)[] = [];
  /** Runs only while something is wrong and somebody asks. */
  #timer: NodeJS.Timeout | undefined;
  #troubled = false;
  #askedAt = -Infinity;
  #closed = false;

  constructor(
    servers: readonly Server[],
    limits: UpstreamLimits,
    clock: Clock,
    onEvent: (event: UpstreamEvent) => void,
  ) {
    this.#servers = servers;
    this.#limits = limits;
    this.#clock = clock;
    this.#onEvent = onEvent;
  }

  /** Somebody wants an answer: failing addresses are worth probing. */
  noteAsked(now: number): void {
    this.#askedAt = now;
    if (this.#troubled && this.#timer === undefined) this.#tick();
  }

  noteGood(route: Route): void {
    route.failuresInARow = 0;
    if (route.state === 'good') return;
    route.state = 'good';
    route.failure = undefined;
    route.probePauseMilliseconds = this.#limits.probeMilliseconds;
    if (route.server.reportedUp === true) return;
    route.server.reportedUp = true;
    this.#onEvent({ kind: 'up', server: route.server.name, address: route.address });
  }

  /** A try failed. Not every question has an answer, so it takes several in a row, and a probe, to condemn an address. */
  noteFailure(route: Route, reason: UpstreamFailure): void {
    if (reason.cause !== 'broken' && reason.cause !== 'reply' && reason.cause !== 'silent') return;
    route.failuresInARow++;
    if (route.failuresInARow >= this.#limits.failuresBeforeProbe) this.#doubt(route);
  }

  /** Nothing at all was heard from there while a request waited, though it was time. */
  noteSilent(route: Route): void {
    this.#doubt(route);
  }

  noteUnconnectable(route: Route, reason: UpstreamFailure): void {
    this.#condemn(route, reason);
  }

  /** Asks the servers whether they answer at all; true as soon as one does. Keeps the search going like an exchange does. */
  probe(): Promise<boolean> {
    this.noteAsked(this.#clock());
    const routes = this.#servers.flatMap((server) => server.routes);
    const good = routes.find((route) => route.state === 'good');
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      for (const route of good === undefined ? routes : [good]) this.#startProbe(route);
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const probe of this.#probes.values()) probe.cancel();
    this.#probes.clear();
    this.#resolveWaiters(false);
  }

  #doubt(route: Route): void {
    if (route.state === 'failing') return;
    route.state = 'doubtful';
    this.#beTroubled();
    this.#startProbe(route);
  }

  #condemn(route: Route, reason: UpstreamFailure): void {
    route.state = 'failing';
    route.failure = reason;
    route.failedAt = this.#clock();
    const server = route.server;
    if (server.reportedUp !== false && server.routes.every((other) => other.state === 'failing')) {
      server.reportedUp = false;
      const { code, detail } = mostTelling(server.routes.map((other) => other.failure)) ?? reason;
      this.#onEvent({ kind: 'down', server: server.name, code, detail });
    }
    this.#beTroubled();
  }

  #beTroubled(): void {
    this.#troubled = true;
    if (this.#timer === undefined) this.#schedule();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(this.#tick, this.#limits.probeMilliseconds);
    this.#timer.unref();
  }

  readonly #tick = (): void => {
    this.#timer = undefined;
    const now = this.#clock();
    if (now - this.#askedAt > this.#limits.interestMilliseconds) return;
    const anyGood = this.#servers.some((server) => server.routes.some(isGood));
    let wrong = false;
    for (const server of this.#servers) {
      const serverGood = server.routes.some(isGood);
      for (const route of server.routes) {
        if (route.state === 'good' || (route.state === 'untried' && serverGood)) continue;
        wrong = true;
        // With nothing else left, every address is asked every second; beside a good one, ever less often.
        if (!anyGood || now >= route.nextProbeAt) this.#startProbe(route);
      }
    }
    this.#troubled = wrong;
    if (wrong) this.#schedule();
  };

  #startProbe(route: Route): void {
    if (this.#closed || this.#probes.has(route)) return;
    route.nextProbeAt = this.#clock() + route.probePauseMilliseconds;
    route.probePauseMilliseconds = Math.min(route.probePauseMilliseconds * 2, this.#limits.longestProbeMilliseconds);
    const probe = new Probe(route, this.#limits.connectMilliseconds, (request, reason) => {
      this.#probes.delete(route);
      if (reason === undefined) this.noteGood(route);
      else this.#noteProbeFailed(request, reason);
      if (reason === undefined) this.#resolveWaiters(true);
      else if (this.#probes.size === 0) this.#resolveWaiters(false);
    });
    this.#probes.set(route, probe);
    probe.start();
  }

  #noteProbeFailed(request: DohRequest, reason: UpstreamFailure): void {
    if (request.silent) request.route.giveUp(request.connection!);
    else request.route.giveUpIfBarred();
    this.#condemn(request.route, reason);
  }

  #resolveWaiters(reachable: boolean): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve(reachable);
  }
}

function isGood(route: Route): boolean {
  return route.state === 'good';
}
