// DNS-01 (RFC 8555 section 8.4): a TXT record at _acme-challenge.NAME, written by a provider of the operator's choice.

import type { DnsProvider } from '../dns-providers/dns-provider.ts';
import type { Challenge } from './challenge.ts';

/** `visible` resolves once the record can be seen from outside, or has had its time. */
export function dns01(provider: DnsProvider, visible: (name: string, value: string) => Promise<void>): Challenge {
  // One change at a time: many providers read a set of records, change it and write it back.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    last = last.catch(() => undefined).then(change);
    return last;
  };
  return {
    kind: 'dns-01',
    async prepare({ identifier, proof }) {
      const name = `_acme-challenge.${identifier}`;
      const remove = (): Promise<void> => inTurn(() => provider.remove(name, proof));
      try {
        await inTurn(() => provider.present(name, proof));
        await visible(name, proof);
      } catch (error) {
        await remove().catch(() => undefined);
        throw error;
      }
      return remove;
    },
  };
}
