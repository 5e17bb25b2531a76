// The secrets of server cookies (RFC 9018 section 5): made here, the same for every query thread, and rolled daily. Main thread.
//
// They do not outlive the process: a client whose cookie is not known any more gets a new one with its next answer.

import { randomBytes } from 'node:crypto';
import type { CookieMode, CookieSnapshot } from '../../plane-messages/thread-start.ts';
import { SIP_HASH_KEY_BYTES } from '../../wire/sip-hash.ts';

/** Cookies are valid for an hour, so the one before the last is never needed. */
const ROLL_MILLISECONDS = 86_400_000;

export class CookieSecrets {
  #snapshot: CookieSnapshot;
  #timer: NodeJS.Timeout | undefined;

  constructor(mode: CookieMode) {
    this.#snapshot = { mode, signing: freshSecret(), other: freshSecret() };
  }

  /** What a thread that starts now is given. */
  get snapshot(): CookieSnapshot {
    return this.#snapshot;
  }

  /** `publish` resolves when every thread has the snapshot. */
  start(publish: (snapshot: CookieSnapshot) => Promise<void>): void {
    if (this.#snapshot.mode === 'off') return;
    this.#timer = setInterval(() => void this.roll(publish), ROLL_MILLISECONDS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** In two stages: every thread takes cookies of the new secret before the first one makes them. */
  async roll(publish: (snapshot: CookieSnapshot) => Promise<void>): Promise<void> {
    const { mode, signing } = this.#snapshot;
    const fresh = freshSecret();
    this.#snapshot = { mode, signing, other: fresh };
    await publish(this.#snapshot);
    this.#snapshot = { mode, signing: fresh, other: signing };
    await publish(this.#snapshot);
  }
}

function freshSecret(): Uint8Array {
  return new Uint8Array(randomBytes(SIP_HASH_KEY_BYTES));
}
