// TLS-ALPN-01 (RFC 8737, RFC 8738): the CA connects to port 443 with a protocol of its own, and finds a certificate that carries the
// proof. Every query thread has these certificates, and gives them to nobody who does not offer that protocol.

import type { ChallengeCertificate } from '../../../../plane-messages/thread-start.ts';
import { parseAddress } from '../../../../wire/ip-address.ts';
import { nameToText } from '../../../../wire/name-text.ts';
import { reverseName } from '../../../../wire/reverse-name.ts';
import { issueProof } from '../../issue-certificate.ts';
import { DAY_MILLISECONDS } from '../../lifetimes.ts';
import type { Challenge, ChallengeTask } from './challenge.ts';

/** All challenge certificates there are; resolves when every thread has exactly these. */
export type PublishChallenges = (challenges: readonly ChallengeCertificate[]) => Promise<void>;

/** What is out now, for all orders together. */
export class PublishedChallenges {
  readonly #publish: PublishChallenges;
  readonly #out = new Map<string, ChallengeCertificate>();

  constructor(publish: PublishChallenges) {
    this.#publish = publish;
  }

  /**
   * All of an order at once: each publication costs every query thread something. Of one name there is one at a time: the later takes
   * the place of the earlier.
   */
  async add(challenges: readonly ChallengeCertificate[]): Promise<() => Promise<void>> {
    const takeBack = async (): Promise<void> => {
      const ours = challenges.filter((challenge) => this.#out.get(challenge.serverName) === challenge);
      if (ours.length === 0) return;
      for (const { serverName } of ours) this.#out.delete(serverName);
      await this.#publish([...this.#out.values()]);
    };
    for (const challenge of challenges) this.#out.set(challenge.serverName, challenge);
    try {
      await this.#publish([...this.#out.values()]);
    } catch (error) {
      await takeBack().catch(() => undefined);
      throw error;
    }
    return takeBack;
  }
}

export function tlsAlpn01(published: PublishedChallenges): Challenge {
  return { kind: 'tls-alpn-01', prepare: (tasks) => published.add(tasks.map(challengeCertificate)) };
}

function challengeCertificate(task: ChallengeTask): ChallengeCertificate {
  // Of no interest to the CA, which looks at the proof alone; wide enough for clocks that differ.
  const now = Date.now();
  const validity = { notBefore: new Date(now - DAY_MILLISECONDS), notAfter: new Date(now + DAY_MILLISECONDS) };
  const { keyPem, certificatePem } = issueProof(task.identifier, task.proof, validity);
  return { serverName: serverNameOf(task), keyPem, chainPem: certificatePem };
}

/** What the CA says as server name: an address has none, so it says the reverse name (RFC 8738 section 6). */
export function serverNameOf({ identifierType, identifier }: ChallengeTask): string {
  if (identifierType === 'dns') return identifier.toLowerCase();
  const address = new Uint8Array(16);
  parseAddress(identifier, address);
  return nameToText(reverseName(address));
}
