// One try of a question at one address: a datagram from a socket of its own with an ID of its own, TCP where that is needed.

import { type DatagramPeer, exchangeDatagrams } from '../../sockets/datagram-exchange.ts';
import { askOverStream } from './ask-over-stream.ts';
import { plainQuery } from './plain-query.ts';
import { LAN_REPLY, readLanReply } from './read-reply.ts';

export interface TryOwner {
  /** `message` may be written to, and is valid during the call. The try is over. */
  onAnswer(attempt: LanTry, message: Uint8Array): void;
  /** SERVFAIL, REFUSED, a referral and the like: another server may know better. The try is over. */
  onRefusal(attempt: LanTry, message: Uint8Array): void;
  /** The try is over without a message. `code`: the system's. */
  onTryFailed(attempt: LanTry, code: string): void;
}

export class LanTry {
  readonly peer: DatagramPeer;
  /** Something came that was not the answer. */
  sawWrongReply = false;
  readonly #question: Uint8Array;
  readonly #owner: TryOwner;
  readonly #wrongRepliesMax: number;
  #query!: Uint8Array;
  #hasEdns!: boolean;
  #wrongReplies = 0;
  #transport: { close(): void };

  /** `question`: as wire/query-builder made it. Nothing is called back before the constructor has returned. */
  constructor(peer: DatagramPeer, question: Uint8Array, wrongRepliesMax: number, owner: TryOwner) {
    this.peer = peer;
    this.#question = question;
    this.#wrongRepliesMax = wrongRepliesMax;
    this.#owner = owner;
    this.#transport = this.#sendDatagram(true);
  }

  close(): void {
    this.#transport.close();
  }

  onDatagram(message: Uint8Array): void {
    const reply = readLanReply(this.#query, message, this.#hasEdns);
    switch (reply) {
      case LAN_REPLY.TRUNCATED:
        this.#goOnOverStream();
        break;
      case LAN_REPLY.NO_EDNS:
        this.#transport.close();
        this.#transport = this.#sendDatagram(false);
        break;
      case LAN_REPLY.WRONG:
        this.sawWrongReply = true;
        if (++this.#wrongReplies >= this.#wrongRepliesMax) this.#goOnOverStream();
        break;
      default:
        this.#end(reply === LAN_REPLY.ANSWER, message);
    }
  }

  onDatagramFailed(code: string): void {
    this.#owner.onTryFailed(this, code);
  }

  onMessage(message: Uint8Array): void {
    const reply = readLanReply(this.#query, message, false);
    if (reply === LAN_REPLY.ANSWER || reply === LAN_REPLY.REFUSAL) {
      this.#end(reply === LAN_REPLY.ANSWER, message);
      return;
    }
    this.sawWrongReply = true;
    this.#owner.onTryFailed(this, 'EBADMSG');
  }

  onStreamFailed(code: string): void {
    this.#owner.onTryFailed(this, code);
  }

  #sendDatagram(edns: boolean): { close(): void } {
    this.#hasEdns = edns;
    this.#query = plainQuery(this.#question, edns);
    return exchangeDatagrams(this.peer, this.#query, this);
  }

  #goOnOverStream(): void {
    this.#transport.close();
    this.#transport = askOverStream(this.peer, this.#query, this);
  }

  #end(isAnswer: boolean, message: Uint8Array): void {
    this.#transport.close();
    if (isAnswer) this.#owner.onAnswer(this, message);
    else this.#owner.onRefusal(this, message);
  }
}
