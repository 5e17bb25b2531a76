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
    async prepare(tasks) {
      const records = tasks.map(({ identifier, proof }) => ({ name: `_acme-challenge.${identifier}`, value: proof }));
      const remove = (): Promise<void> =>
        allOf(records.map(({ name, value }) => inTurn(() => provider.remove(name, value))));
      try {
        await allOf(
          records.map(async ({ name, value }) => {
            await inTurn(() => provider.present(name, value));
            await visible(name, value);
          }),
        );
      } catch (error) {
        await remove().catch(() => undefined);
        throw error;
      }
      return remove;
    },
  };
}

/** Waits for every one of them; rejects as the first that did. */
async function allOf(changes: readonly Promise<void>[]): Promise<void> {
  for (const change of await Promise.allSettled(changes)) if (change.status === 'rejected') throw change.reason;
}
