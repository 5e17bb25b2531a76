// A condition about who asks: client IDs, names of groups, addresses and networks, as rules write them.

import type { RuleCondition } from '../../memory/block-table/rule-model.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { AccessList, type AddressRange } from '../access-list.ts';
import type { Asker } from '../asker.ts';
import type { ConditionGroup } from './compiled-conditions.ts';

type Clients = NonNullable<RuleCondition['clients']>;

const IPV4_BITS = 32;
const ADDRESS_BITS = 128;

export interface ClientCondition {
  holds(asker: Asker): boolean;
}

/** One of `only`, if there are any, and none of `except`. */
export function compileClients({ only, except }: Clients, groups: readonly ConditionGroup[]): ClientCondition {
  const wanted = only.length === 0 ? undefined : new ClientSet(only, groups);
  const unwanted = except.length === 0 ? undefined : new ClientSet(except, groups);
  return {
    holds: (asker) =>
      (wanted === undefined || wanted.includes(asker)) && (unwanted === undefined || !unwanted.includes(asker)),
  };
}

/** A word in it may be a client ID or the name of a group: whoever goes by either is in. Letter case does not count. */
class ClientSet {
  readonly #words: ReadonlySet<string>;
  /** By group index. */
  readonly #groups: Uint8Array;
  readonly #addresses: AccessList | undefined;

  constructor(texts: readonly string[], groups: readonly ConditionGroup[]) {
    const ranges = texts.map(rangeOf);
    this.#words = new Set(texts.filter((_, index) => ranges[index] === undefined).map((text) => text.toLowerCase()));
    this.#groups = Uint8Array.from(groups, ({ name }) => (this.#words.has(name.toLowerCase()) ? 1 : 0));
    const known = ranges.filter((range) => range !== undefined);
    this.#addresses = known.length === 0 ? undefined : new AccessList(known);
  }

  /** Allocates nothing. */
  includes({ clientId, groupIndex, clientAddress }: Asker): boolean {
    if (groupIndex < this.#groups.length && this.#groups[groupIndex] === 1) return true;
    if (clientId !== '' && this.#words.has(clientId)) return true;
    return this.#addresses?.permits(clientAddress) === true;
  }
}

/** An address or a network; bits behind its prefix do not count. Undefined for any other text. */
function rangeOf(text: string): AddressRange | undefined {
  const form = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(text);
  const address = new Uint8Array(ADDRESS_BITS / 8);
  if (form === null || !parseAddress(form[1]!, address)) return undefined;
  const familyBits = text.includes(':') ? ADDRESS_BITS : IPV4_BITS;
  const prefix = form[2] === undefined ? familyBits : Number(form[2]);
  return prefix > familyBits ? undefined : { address, prefixBits: ADDRESS_BITS - familyBits + prefix };
}
