// The challenge certificates (RFC 8737) that query threads show to certificate authorities, and how a change of them reaches every
// thread. Main thread.

import type { ChallengeCertificate } from '../../plane-messages/thread-start.ts';
import type { ThreadPool } from './thread-pool.ts';

export class ChallengePublisher {
  #inForce: readonly ChallengeCertificate[] = [];

  /** What a thread that starts now is given. */
  get inForce(): readonly ChallengeCertificate[] {
    return this.#inForce;
  }

  /**
   * Puts these in the place of those before; resolves when every thread shows them. An authority may connect to any thread: none may
   * be told to look earlier.
   */
  async publish(pool: Pick<ThreadPool, 'publish'>, challenges: readonly ChallengeCertificate[]): Promise<void> {
    this.#inForce = challenges;
    await pool.publish({ kind: 'challenges', challenges });
  }
}
