// Which addresses are this machine's, and which of them other devices use.

import { sameAddress, scopeOf } from '../address-scope.ts';
import type { Surroundings } from '../surroundings.ts';

type Machine = Pick<Surroundings, 'interfaceAddresses'>;

export function divide(
  addresses: readonly string[],
  { interfaceAddresses }: Machine,
): { readonly ours: readonly string[]; readonly others: readonly string[] } {
  const own = interfaceAddresses();
  const isOurs = (address: string) => own.some((it) => sameAddress(it.address, address));
  return { ours: addresses.filter(isOurs), others: addresses.filter((address) => !isOurs(address)) };
}

/** The one that other devices of the network use. */
export function lanAddress({ interfaceAddresses }: Machine): string {
  const ipv4 = interfaceAddresses().filter(({ address }) => !address.includes(':'));
  const best =
    ipv4.find(({ address }) => scopeOf(address) === 'private') ??
    ipv4.find(({ address }) => scopeOf(address) === 'public');
  return best?.address ?? 'ADDRESS';
}
