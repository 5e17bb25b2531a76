// The resolver that an operator named for a zone of the local network, asked in plain DNS: the one exception from "no plaintext
// leaves this host". One per zone and thread; addresses are pinned by the settings, and nobody else is asked instead.

import type { DatagramPeer } from '../../sockets/datagram-exchange.ts';
import type { Asker, AsksUpstream } from '../upstream.ts';
import type { LanHealth } from './lan-health.ts';
import { LAN_LIMITS, type LanLimits } from './lan-limits.ts';
import { LanQuestion } from './lan-question.ts';

export class LanResolver implements AsksUpstream {
  /** The one that answered last stands first. */
  #peers: readonly DatagramPeer[];
  readonly #health: LanHealth;
  readonly #limits: LanLimits;
  readonly #questions = new Set<LanQuestion>();
  #isClosed = false;

  /** `peers`: literals, at least one. `health`: theirs, which others may share. */
  constructor(peers: readonly DatagramPeer[], health: LanHealth, limits: Partial<LanLimits> = {}) {
    this.#peers = peers;
    this.#health = health;
    this.#limits = { ...LAN_LIMITS, ...limits };
  }

  ask(query: Uint8Array, asker: Asker): void {
    const { questionsInFlight } = this.#limits;
    if (this.#isClosed) {
      failLater(asker, 'unreachable', 'the gateway is stopping');
    } else if (this.#questions.size >= questionsInFlight) {
      failLater(asker, 'overloaded', `${questionsInFlight} questions are waiting already`);
    } else {
      const context = { peers: this.#peers, health: this.#health, limits: this.#limits, onEnd: this.#onEnd };
      this.#questions.add(new LanQuestion(context, query, asker));
    }
  }

  /** Questions under way fail. */
  close(): void {
    this.#isClosed = true;
    for (const question of this.#questions) question.fail('unreachable', 'the gateway is stopping');
  }

  readonly #onEnd = (question: LanQuestion, answeredBy: DatagramPeer | undefined): void => {
    this.#questions.delete(question);
    if (answeredBy === undefined || answeredBy === this.#peers[0]) return;
    this.#peers = [answeredBy, ...this.#peers.filter((peer) => peer !== answeredBy)];
  };
}

/** Later, as every other outcome: who asks is in the middle of something. */
function failLater(asker: Asker, code: 'unreachable' | 'overloaded', detail: string): void {
  queueMicrotask(() => asker.onFailure({ ok: false, code, detail }));
}
