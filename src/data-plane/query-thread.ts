// One query thread put together: shared memory, policy, upstream, handler, listeners; and what the control plane may tell it.

import { AnswerCache } from '../memory/answer-cache/answer-cache.ts';
import { ThreadCounters } from '../memory/counters/counters.ts';
import { monotonicClock } from '../memory/monotonic-clock.ts';
import { Reachability } from '../memory/upstream-notes/reachability.ts';
import { releaseUnusedMemory } from '../memory/release-unused.ts';
import type { FromThread, ToThread } from '../plane-messages/messages.ts';
import type { ThreadStart } from '../plane-messages/thread-start.ts';
import type { ListeningSocket } from '../sockets/listening-socket.ts';
import { createUpstream, type ProbedUpstream } from '../upstream/create-upstream.ts';
import { LanHealth } from '../upstream/lan-resolver/lan-health.ts';
import { LanResolver } from '../upstream/lan-resolver/lan-resolver.ts';
import type { LanZone } from '../upstream/lan-resolver/lan-zone.ts';
import { peerToText } from '../upstream/lan-resolver/lan-question.ts';
import type { UpstreamEvent } from '../upstream/upstream.ts';
import { listenerCounters } from './listener-counters.ts';
import { coarseClock } from './coarse-clock.ts';
import { PolicyInForce } from './policy-in-force.ts';
import { createQueryHandler, type HandlesQueries } from './query-handler.ts';
import { ServerCookies } from './server-cookies.ts';
import { ThreadListeners } from './thread-listeners.ts';
import { createThreadLog } from './thread-log.ts';

/** A socket that goes away takes its connections along after this long. */
const CLOSE_GRACE_MILLISECONDS = 2_000;

export class QueryThread {
  readonly #post: (message: FromThread) => void;
  readonly #inForce: PolicyInForce;
  readonly #upstream: ProbedUpstream;
  readonly #lanResolvers: readonly LanResolver[];
  readonly #queries: HandlesQueries;
  readonly #listeners: ThreadListeners;
  readonly #cookies: ServerCookies;

  constructor(start: ThreadStart, post: (message: FromThread) => void) {
    this.#post = post;
    const clock = monotonicClock();
    const counters = new ThreadCounters(start.counters, start.threadSlot);
    const log = createThreadLog(post, counters, clock);
    this.#inForce = new PolicyInForce(start.blockTable, start.rulesTable, start.live);
    const reachability = new Reachability(start.upstreamNotes);
    this.#upstream = createUpstream(start.upstreams, {
      clock,
      shareOfRate: 1 / start.threads,
      onEvent: (event) => post(asMessage(event)),
      onReached: () => reachability.noteReached(),
    });
    this.#lanResolvers = lanResolversOf(start.zones, post);
    // Zones of one [[zone]] table share its list of resolvers.
    const loops = new Set<LanZone['resolvers']>();
    this.#cookies = new ServerCookies(start.cookies);
    this.#queries = createQueryHandler({
      hashKey: start.hashKey,
      inForce: this.#inForce,
      cache: new AnswerCache(start.answerCache, start.threadSlot),
      upstreamNotes: start.upstreamNotes,
      sightings: start.sightings,
      counters,
      upstream: this.#upstream,
      lanResolvers: this.#lanResolvers,
      clock: coarseClock(clock),
      cookies: this.#cookies,
      zones: start.zones,
      onLoop: ({ text, resolvers }) => {
        if (!loops.has(resolvers))
          post({ kind: 'zone-loop', zone: text, resolvers: resolvers.map(peerToText).join(', ') });
        loops.add(resolvers);
      },
      onInternalError: (error) =>
        log('error', 'a query met an error of our own; it got SERVFAIL', { stack: stackOf(error) }),
    });
    this.#listeners = new ThreadListeners({
      handler: this.#queries.handler,
      counters: listenerCounters(counters),
      certificates: start.certificates,
      challenges: start.challenges,
      ticketKeys: start.ticketKeys,
      connectionsMax: start.connectionsMax,
    });
  }

  /** Does what the message says, then acknowledges it; `drain` ends with the message `drained`. */
  async receive(message: ToThread): Promise<void> {
    let fault: string | undefined;
    switch (message.kind) {
      case 'policy':
        this.#inForce.replace(message.blockTable, message.rulesTable, message.live);
        // The table before: no query needs it any more.
        setImmediate(releaseUnusedMemory, 'quick');
        break;
      case 'certificates':
        fault = faultOf(() => this.#listeners.setCertificates(message.certificates));
        break;
      case 'challenges':
        fault = faultOf(() => this.#listeners.setChallenges(message.challenges));
        break;
      case 'ticket-keys':
        this.#listeners.setTicketKeys(message.ticketKeys);
        break;
      case 'cookies':
        this.#cookies.replace(message.cookies);
        break;
      case 'listen':
        await Promise.all(message.sockets.map((socket) => this.#open(socket, message.publication)));
        // So that the first client's first question finds a warm connection.
        void this.#upstream.probe();
        break;
      case 'close-sockets':
        await this.#listeners.close(message.ids, CLOSE_GRACE_MILLISECONDS);
        break;
      case 'drain':
        await this.#listeners.closeAll(message.graceMilliseconds);
        for (const resolver of this.#lanResolvers) resolver.close();
        await this.#upstream.close();
        this.#post({ kind: 'drained' });
        return;
    }
    const { publication } = message;
    this.#post({ kind: 'acknowledged', publication, ...(fault === undefined ? {} : { fault }) });
  }

  async #open(socket: ListeningSocket, publication: number): Promise<void> {
    try {
      await this.#listeners.open(socket);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
      this.#post({ kind: 'listen-failed', publication, socketId: socket.id, code, message: String(error) });
    }
  }
}

/** Why TLS refuses what the control plane has checked: the old ones stay then. */
function faultOf(replace: () => void): string | undefined {
  try {
    replace();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** One for each zone. Those of one [[zone]] table share the list of their addresses, and what is known of them. */
function lanResolversOf(zones: readonly LanZone[], post: (message: FromThread) => void): LanResolver[] {
  const tables = Map.groupBy(zones, ({ resolvers }) => resolvers);
  const healths = new Map(
    [...tables].map(([peers, ofTable]) => {
      const zone = [...new Set(ofTable.map(({ written }) => written))].join(', ');
      const resolvers = peers.map(peerToText).join(', ');
      const health = new LanHealth({
        onDown: (code, detail) => post({ kind: 'zone-down', zone, resolvers, code, detail }),
        onUp: () => post({ kind: 'zone-up', zone, resolvers }),
        onReferral: () => post({ kind: 'zone-referral', zone, resolvers }),
      });
      return [peers, health];
    }),
  );
  return zones.map(({ resolvers }) => new LanResolver(resolvers, healths.get(resolvers)!));
}

function asMessage(event: UpstreamEvent): FromThread {
  return event.kind === 'up'
    ? { kind: 'upstream-up', server: event.server, address: event.address }
    : { kind: 'upstream-down', server: event.server, code: event.code, detail: event.detail };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
