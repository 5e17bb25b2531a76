// Datagrams on their way out, several per system call. Query threads; one per thread, for all its sockets in turn. What is
// added while a batch is being received leaves at its end, anything else when the running callback is over.

import { DatagramSlots } from './datagram-slots.ts';
import { ERROR_NUMBER, type Libc } from './libc.ts';

/** A signal can interrupt a call; so often in a row it is something else. */
const INTERRUPTIONS_MAX = 10;

export interface SendingSocket {
  readonly descriptor: number;
  /** Of its family's socket addresses. */
  readonly addressBytes: number;
  /** The system took `count` datagrams not, and nobody tries again: one of them cannot go where it should, or no buffer is free. */
  onLost(count: number): void;
}

export class SendBatch {
  readonly #libc: Libc;
  readonly #slots: DatagramSlots;
  /** Whose datagrams wait. */
  #socket: SendingSocket | undefined;
  #used = 0;
  #isHeld = false;
  #flushIsDue = false;
  readonly #flushLater = (): void => {
    this.#flushIsDue = false;
    this.flush();
  };

  constructor(libc: Libc, count: number, payloadBytes: number) {
    this.#libc = libc;
    this.#slots = new DatagramSlots(libc, count, payloadBytes);
  }

  /** `address` and the first `length` octets of `payload` are copied. A payload that is too long is lost. */
  add(socket: SendingSocket, address: Int32Array, payload: Uint8Array, length: number): void {
    const slots = this.#slots;
    if (length > slots.payloadBytes) {
      socket.onLost(1);
      return;
    }
    if (this.#used === slots.count || (socket !== this.#socket && this.#used > 0)) this.flush();
    this.#socket = socket;
    const slot = this.#used++;
    slots.prepareToSend(slot, address, socket.addressBytes, length);
    slots.writePayload(slot, payload, length);
    if (!this.#isHeld && !this.#flushIsDue) {
      this.#flushIsDue = true;
      process.nextTick(this.#flushLater);
    }
  }

  /** Until `release`, datagrams wait for each other. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.flush();
  }

  /**
   * Hands everything to the system, which stops at a datagram it cannot send: that one is let go and the rest follows. A full
   * send buffer is not waited for: the rest is lost, as it would be on the way, and the clients ask again.
   */
  flush(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    const used = this.#used;
    this.#used = 0;
    this.#socket = undefined;
    let interruptions = 0;
    for (let done = 0; done < used; ) {
      const sent = this.#libc.sendMany(socket.descriptor, this.#slots.headerAddress(done), used - done);
      if (sent > 0) done += sent;
      else if (sent === -ERROR_NUMBER.INTERRUPTED && ++interruptions <= INTERRUPTIONS_MAX) continue;
      else if (sent === -ERROR_NUMBER.TRY_AGAIN || sent === -ERROR_NUMBER.NO_BUFFERS) {
        socket.onLost(used - done);
        return;
      } else {
        socket.onLost(1);
        done += 1;
      }
    }
  }
}
