// What there is to say of the resolvers of [[zone]] tables: every thread says it, once per change is enough.

import type { FromThread } from '../../plane-messages/messages.ts';
import type { UpstreamFailureCode } from '../../upstream/upstream.ts';
import type { Logger } from './log.ts';

export type ZoneMessage = Extract<FromThread, { readonly resolvers: string }>;

const REASONS: Record<UpstreamFailureCode, string> = {
  unreachable: 'cannot be reached',
  timeout: 'does not answer',
  'bad-reply': 'sends replies that are not valid',
  // Of encrypted upstreams alone.
  certificate: 'cannot be used',
  protocol: 'cannot be used',
  overloaded: 'is asked more than it may be',
};

export class ZoneLog {
  readonly #log: Logger;
  /** Resolvers, as the settings name them, of which was said that they ask us, or that they refer to others. */
  readonly #told = new Set<string>();
  readonly #silent = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Whether these resolvers do not answer at the moment. */
  isSilent(resolvers: string): boolean {
    return this.#silent.has(resolvers);
  }

  note(message: ZoneMessage): void {
    const { zone, resolvers } = message;
    switch (message.kind) {
      case 'zone-down':
        if (this.#silent.has(resolvers)) return;
        this.#silent.add(resolvers);
        this.#log.warn(
          `the resolver of the zone ${zone} ${REASONS[message.code]} (${message.detail}). What is cached of it is answered, its other names fail until it is back`,
        );
        return;
      case 'zone-up':
        if (this.#silent.delete(resolvers))
          this.#log.info(`the resolver of the zone ${zone} (${resolvers}) answers again`);
        return;
      case 'zone-referral':
        this.#once(
          message,
          `the resolver of the zone ${zone} (${resolvers}) names other servers to ask in place of an answer, and such names fail. [[zone]] forward needs a resolver that recurses, at least for the names of the zone; or give the part below a [[zone]] of its own`,
        );
        return;
      case 'zone-loop':
        this.#once(
          message,
          `the resolver of the zone ${zone} (${resolvers}) asks this gateway for names that it is being asked for by this gateway, which would go round in circles; such questions are refused. Tell it that the zone is its own, in dnsmasq with local=/${zone}/`,
        );
    }
  }

  #once({ kind, resolvers }: ZoneMessage, text: string): void {
    const key = `${kind} ${resolvers}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#log.warn(text);
  }
}
