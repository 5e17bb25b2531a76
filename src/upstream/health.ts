// Which addresses work. Tries report here; an address that fails is asked again in the background, so that no query pays for
// finding out, and the way back is found within seconds. Says `up` and `down` once per change of a server.

import type { Clock } from '../memory/monotonic-clock.ts';
import { Probe } from './probe.ts';
import type { Route } from './route.ts';
import type { Server } from './server.ts';
import type { UpstreamEvent } from './upstream.ts';
import { mostTelling, type UpstreamFailure } from './upstream-failure.ts';
import type { UpstreamLimits } from './upstream-limits.ts';

/** Probes of one address at once, while nothing works: each on a connection of its own, a second apart. */
const RIVALS_MAX = 3;

/** Somebody waits to hear whether anything works. */
interface Search {
  /** Addresses that have not answered yet, nor failed. */
  readonly left: Set<Route>;
  /** The address that was good did not answer: all others are asked. */
  isWide: boolean;
  resolve(reachable: boolean): void;
}

export class Health {
  readonly #servers: readonly Server[];
  readonly #routes: readonly Route[];
  readonly #limits: UpstreamLimits;
  readonly #clock: Clock;
  readonly #onEvent: (event: UpstreamEvent) => void;
  readonly #onReached: () => void;
  readonly #probes = new Set<Probe>();
  readonly #searches = new Set<Search>();
  /** Runs only while something is wrong and somebody asks. */
  #timer: NodeJS.Timeout | undefined;
  #troubled = false;
  #askedAt = -Infinity;
  #closed = false;

  /** `onReached`: an address answers that did not do so before. */
  constructor(
    servers: readonly Server[],
    limits: UpstreamLimits,
    clock: Clock,
    onEvent: (event: UpstreamEvent) => void,
    onReached: () => void,
  ) {
    this.#servers = servers;
    this.#routes = servers.flatMap((server) => server.routes);
    this.#limits = limits;
    this.#clock = clock;
    this.#onEvent = onEvent;
    this.#onReached = onReached;
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
    this.#onReached();
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
    const good = this.#routes.find(isGood);
    return new Promise((resolve) => {
      const left = new Set(good === undefined ? this.#routes : [good]);
      this.#searches.add({ left, isWide: good === undefined, resolve });
      for (const route of left) this.#startProbe(route);
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const probe of this.#probes) probe.cancel();
    this.#probes.clear();
    this.#endSearches(false);
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
    const isOutage = !this.#routes.some(isGood);
    let wrong = false;
    for (const server of this.#servers) {
      const serverGood = server.routes.some(isGood);
      for (const route of server.routes) {
        if (route.state === 'good' || (route.state === 'untried' && serverGood)) continue;
        wrong = true;
        if (isOutage) this.#startRival(route);
        else if (now >= route.nextProbeAt) this.#startSpaced(route, now);
      }
    }
    this.#troubled = wrong;
    if (wrong) this.#schedule();
  };

  /**
   * With nothing else left, every address is asked every second, and on a connection of its own: what hangs since before the network
   * came back must not keep the way back from being found.
   */
  #startRival(route: Route): void {
    route.probePauseMilliseconds = this.#limits.probeMilliseconds;
    const rivals = this.#probesOf(route);
    if (rivals < RIVALS_MAX) this.#start(route, rivals > 0);
  }

  /** Beside a good one, ever less often. */
  #startSpaced(route: Route, now: number): void {
    route.nextProbeAt = now + route.probePauseMilliseconds;
    route.probePauseMilliseconds = Math.min(route.probePauseMilliseconds * 2, this.#limits.longestProbeMilliseconds);
    this.#startProbe(route);
  }

  #startProbe(route: Route): void {
    if (this.#probesOf(route) === 0) this.#start(route, false);
  }

  #start(route: Route, onFreshConnection: boolean): void {
    if (this.#closed) return;
    const probe = new Probe(route, this.#limits.connectMilliseconds, this.#onProbeEnd);
    this.#probes.add(probe);
    probe.start(onFreshConnection);
  }

  readonly #onProbeEnd = (probe: Probe, reason: UpstreamFailure | undefined): void => {
    this.#probes.delete(probe);
    const { route } = probe;
    if (reason === undefined) {
      this.#cancelProbesOf(route);
      this.noteGood(route);
      this.#endSearches(true);
      return;
    }
    // First: what fails with the connection must find that the address is out of the question.
    this.#condemn(route, reason);
    if (probe.deadConnection !== undefined) route.giveUp(probe.deadConnection);
    else route.giveUpIfBarred();
    for (const search of this.#searches) this.#goOn(search, route);
  };

  #goOn(search: Search, failed: Route): void {
    search.left.delete(failed);
    if (search.left.size > 0) return;
    if (!search.isWide) {
      search.isWide = true;
      for (const route of this.#routes) {
        if (route.state === 'failing') continue;
        search.left.add(route);
        this.#startProbe(route);
      }
      if (search.left.size > 0) return;
    }
    this.#searches.delete(search);
    search.resolve(false);
  }

  #probesOf(route: Route): number {
    let count = 0;
    for (const probe of this.#probes) if (probe.route === route) count++;
    return count;
  }

  #cancelProbesOf(route: Route): void {
    for (const probe of this.#probes) {
      if (probe.route !== route) continue;
      this.#probes.delete(probe);
      probe.cancel();
    }
  }

  #endSearches(reachable: boolean): void {
    const searches = [...this.#searches];
    this.#searches.clear();
    for (const { resolve } of searches) resolve(reachable);
  }
}

function isGood(route: Route): boolean {
  return route.state === 'good';
}
