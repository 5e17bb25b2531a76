// One question on its way to a LAN resolver: tries over its addresses, the first answer counts, one deadline over all.

import type { DatagramPeer } from '../../sockets/datagram-exchange.ts';
import { rcodeOf, readFlags } from '../../wire/header.ts';
import { RCODE } from '../../wire/numbers.ts';
import { systemErrorText } from '../upstream-failure.ts';
import type { Asker, UpstreamFailureCode } from '../upstream.ts';
import type { LanHealth } from './lan-health.ts';
import type { LanLimits } from './lan-limits.ts';
import { LanTry, type TryOwner } from './lan-try.ts';

export interface QuestionContext {
  /** In the order in which they are to be tried. */
  readonly peers: readonly DatagramPeer[];
  readonly health: LanHealth;
  readonly limits: LanLimits;
  /** It is over; `answeredBy` answered. Before the asker hears. */
  onEnd(question: LanQuestion, answeredBy: DatagramPeer | undefined): void;
}

interface Refusal {
  readonly message: Uint8Array;
  readonly peer: DatagramPeer;
}

export class LanQuestion implements TryOwner {
  readonly #context: QuestionContext;
  readonly #query: Uint8Array;
  readonly #asker: Asker;
  readonly #tries = new Set<LanTry>();
  readonly #deadline: NodeJS.Timeout;
  #nextTry: NodeJS.Timeout | undefined;
  readonly #answersBefore: number;
  #tried = 0;
  /** Given to the asker if nobody knows better. */
  #refusal: Refusal | undefined;
  #sawWrongReply = false;
  #lastCode = '';
  #isOver = false;

  constructor(context: QuestionContext, query: Uint8Array, asker: Asker) {
    this.#context = context;
    this.#query = query;
    this.#asker = asker;
    this.#answersBefore = context.health.answers;
    // setImmediate: after a pause of the whole process, what has arrived meanwhile is read first.
    this.#deadline = setTimeout(() => setImmediate(this.#onDeadline), context.limits.deadlineMilliseconds);
    this.#try();
  }

  onAnswer(attempt: LanTry, message: Uint8Array): void {
    if (!this.#end(attempt.peer)) return;
    this.#context.health.noteAnswer();
    this.#asker.onAnswer(message, peerToText(attempt.peer));
  }

  onRefusal(attempt: LanTry, message: Uint8Array): void {
    this.#refusal ??= { message: new Uint8Array(message), peer: attempt.peer };
    this.#giveUp(attempt);
  }

  onTryFailed(attempt: LanTry, code: string): void {
    this.#lastCode = code;
    this.#giveUp(attempt);
  }

  fail(code: UpstreamFailureCode, detail: string): void {
    if (this.#end(undefined)) this.#asker.onFailure({ ok: false, code, detail });
  }

  #try(): void {
    const { peers, limits } = this.#context;
    if (this.#isOver || this.#tried >= Math.max(limits.triesPerQuestion, peers.length)) return;
    const peer = peers[this.#tried++ % peers.length]!;
    this.#tries.add(new LanTry(peer, this.#query, limits.wrongRepliesPerTry, this));
    clearTimeout(this.#nextTry);
    this.#nextTry = setTimeout(() => this.#try(), limits.nextTryMilliseconds);
  }

  /** The next address is asked at once; the same one not again, since it has said no. */
  #giveUp(attempt: LanTry): void {
    this.#tries.delete(attempt);
    this.#sawWrongReply ||= attempt.sawWrongReply;
    if (this.#tried < this.#context.peers.length) this.#try();
    if (this.#tries.size === 0) this.#endWithoutAnswer();
  }

  readonly #onDeadline = (): void => {
    for (const attempt of this.#tries) this.#sawWrongReply ||= attempt.sawWrongReply;
    this.#endWithoutAnswer();
  };

  #endWithoutAnswer(): void {
    const where = this.#context.peers.map(peerToText).join(', ');
    if (this.#refusal !== undefined) this.#giveRefusal(this.#refusal);
    else if (this.#sawWrongReply) this.#failUnanswered('bad-reply', `${where}: no valid reply`);
    else if (this.#tries.size > 0) this.#failUnanswered('timeout', `${where}: no reply in time`);
    else this.#failUnanswered('unreachable', `${where}: ${systemErrorText(this.#lastCode)}`);
  }

  #giveRefusal({ message, peer }: Refusal): void {
    if (!this.#end(undefined)) return;
    const isReferral = rcodeOf(readFlags(message)) === RCODE.NOERROR;
    if (isReferral) this.#context.health.noteReferral();
    else this.#context.health.noteAnswer();
    this.#asker.onAnswer(message, peerToText(peer));
  }

  #failUnanswered(code: UpstreamFailureCode, detail: string): void {
    if (!this.#end(undefined)) return;
    this.#context.health.noteFailure(code, detail, this.#answersBefore);
    this.#asker.onFailure({ ok: false, code, detail });
  }

  /** False if it was over before. */
  #end(answeredBy: DatagramPeer | undefined): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#nextTry);
    for (const attempt of this.#tries) attempt.close();
    this.#context.onEnd(this, answeredBy);
    return true;
  }
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`. */
export function peerToText({ address, port }: DatagramPeer): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
