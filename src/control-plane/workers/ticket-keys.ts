// What TLS sessions are sealed with (RFC 5077, RFC 8446 section 4.6.1): made here, the same for every query thread, so that a client
// resumes on any of them and on the successor of one that died; rolled daily. Main thread.
//
// They are kept nowhere, and not even the ones before: whoever has them can read old TLS 1.2 conversations. A client whose ticket
// is too old shakes hands in full once, which costs it a signature and our certificate.

import { randomBytes } from 'node:crypto';

const TICKET_KEY_BYTES = 48;
const ROLL_MILLISECONDS = 86_400_000;

export class TicketKeys {
  #inForce: Uint8Array = freshKeys();
  #timer: NodeJS.Timeout | undefined;

  /** What a thread that starts now is given. */
  get inForce(): Uint8Array {
    return this.#inForce;
  }

  start(publish: (ticketKeys: Uint8Array) => Promise<void>): void {
    this.#timer = setInterval(() => {
      this.#inForce = freshKeys();
      void publish(this.#inForce);
    }, ROLL_MILLISECONDS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function freshKeys(): Uint8Array {
  return new Uint8Array(randomBytes(TICKET_KEY_BYTES));
}
