// Which group a client belongs to: by its ID, else by the smallest of the networks that hold its address. Query threads; built from plain
// values that a message can carry, and kept as long as publications bring the same ones.

import type { AddressRange } from './access-list.ts';
import { DEFAULT_GROUP } from './group-policy.ts';

/** The ID is in no group, and those are refused. */
export const REFUSED_CLIENT = -1;

/** As the settings say it; part of the live settings. */
export interface GroupMembers {
  /** IDs in lower case. The first that names an ID has it. */
  readonly ids: readonly { readonly id: string; readonly groupIndex: number }[];
  /** The first that names a network has it. */
  readonly networks: readonly (AddressRange & { readonly groupIndex: number })[];
  readonly refusesUnknownIds: boolean;
}

const ADDRESS_WORDS = 4;
const ADDRESS_BITS = 128n;
/** Words are kept with their first bit turned, so that signed numbers sort like unsigned ones. */
const SIGN_BIT = -0x8000_0000;

export class ClientGroups {
  readonly #groupOfId: ReadonlyMap<string, number>;
  readonly #refusesUnknownIds: boolean;
  /** Where each stretch of addresses begins, ascending, four words each; it ends where the next one begins. */
  readonly #starts: Int32Array;
  readonly #groupOfStretch: Uint8Array;

  constructor({ ids, networks, refusesUnknownIds }: GroupMembers) {
    // Behind one another, so that the first of an ID is the one that stays.
    this.#groupOfId = new Map(ids.toReversed().map(({ id, groupIndex }) => [id, groupIndex]));
    this.#refusesUnknownIds = refusesUnknownIds;
    const stretches = stretchesOf(networks);
    this.#starts = Int32Array.from(stretches.flatMap(({ start }) => wordsOf(start)));
    this.#groupOfStretch = Uint8Array.from(stretches, ({ groupIndex }) => groupIndex);
  }

  /** False: everybody is in the default group, whatever the ID. */
  get tellClientsApart(): boolean {
    return this.#groupOfId.size > 0 || this.#refusesUnknownIds || this.#groupOfStretch.length > 0;
  }

  /** `address`: 16 octets. `clientId`: lower-case, empty where there is none. REFUSED_CLIENT or an index. Allocates nothing. */
  groupOf(address: Uint8Array, clientId: string): number {
    if (clientId !== '') {
      const groupIndex = this.#groupOfId.get(clientId);
      if (groupIndex !== undefined) return groupIndex;
      if (this.#refusesUnknownIds) return REFUSED_CLIENT;
    }
    return this.#groupOfStretch.length === 0 ? DEFAULT_GROUP : this.#groupOfAddress(address);
  }

  #groupOfAddress(address: Uint8Array): number {
    const word0 = word(address, 0);
    const word1 = word(address, 4);
    const word2 = word(address, 8);
    const word3 = word(address, 12);
    const starts = this.#starts;
    let low = 0;
    let high = this.#groupOfStretch.length;
    // The last stretch that does not begin behind the address.
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * ADDRESS_WORDS;
      const start0 = starts[at]!;
      const start1 = starts[at + 1]!;
      const start2 = starts[at + 2]!;
      const beginsBehind =
        start0 !== word0
          ? start0 > word0
          : start1 !== word1
            ? start1 > word1
            : start2 !== word2
              ? start2 > word2
              : starts[at + 3]! > word3;
      if (!beginsBehind) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? DEFAULT_GROUP : this.#groupOfStretch[low - 1]!;
  }
}

/** Whether two publications say the same of who is in which group. */
export function areSameMembers(a: GroupMembers, b: GroupMembers): boolean {
  return (
    a.refusesUnknownIds === b.refusesUnknownIds &&
    a.ids.length === b.ids.length &&
    a.networks.length === b.networks.length &&
    a.ids.every(({ id, groupIndex }, index) => id === b.ids[index]!.id && groupIndex === b.ids[index]!.groupIndex) &&
    a.networks.every((network, index) => isSameNetwork(network, b.networks[index]!))
  );
}

type MemberNetwork = GroupMembers['networks'][number];

function isSameNetwork(a: MemberNetwork, b: MemberNetwork): boolean {
  if (a.prefixBits !== b.prefixBits || a.groupIndex !== b.groupIndex) return false;
  for (let at = 0; at < a.address.length; at++) if (a.address[at] !== b.address[at]) return false;
  return true;
}

interface Stretch {
  readonly start: bigint;
  readonly groupIndex: number;
}

interface Network extends Stretch {
  /** The first address behind it. */
  readonly end: bigint;
}

/** The networks lie inside or beside one another; what is left of the outer ones around the inner ones becomes stretches of its own. */
function stretchesOf(networks: GroupMembers['networks']): Stretch[] {
  const outerFirst = networks
    .map(({ address, prefixBits, groupIndex }): Network => {
      const bits = ADDRESS_BITS - BigInt(prefixBits);
      const start = (numberOf(address) >> bits) << bits;
      return { start, end: start + (1n << bits), groupIndex };
    })
    .sort((a, b) => compare(a.start, b.start) || compare(b.end, a.end));
  const stretches: Stretch[] = [];
  const begin = (start: bigint, groupIndex: number) => {
    // Where something begins at the very place, what began there before is empty.
    if (stretches.at(-1)?.start === start) stretches.pop();
    if ((stretches.at(-1)?.groupIndex ?? DEFAULT_GROUP) !== groupIndex) stretches.push({ start, groupIndex });
  };
  const open: Network[] = [];
  const closeUpTo = (place: bigint) => {
    while (open.length > 0 && open.at(-1)!.end <= place) {
      const { end } = open.pop()!;
      begin(end, open.at(-1)?.groupIndex ?? DEFAULT_GROUP);
    }
  };
  for (const network of outerFirst) {
    closeUpTo(network.start);
    const around = open.at(-1);
    if (around?.start === network.start && around.end === network.end) continue;
    begin(network.start, network.groupIndex);
    open.push(network);
  }
  closeUpTo(1n << ADDRESS_BITS);
  return stretches.filter(({ start }) => start < 1n << ADDRESS_BITS);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function numberOf(address: Uint8Array): bigint {
  return address.reduce((number, octet) => (number << 8n) | BigInt(octet), 0n);
}

function wordsOf(number: bigint): number[] {
  return [96n, 64n, 32n, 0n].map((shift) => Number(BigInt.asIntN(32, number >> shift)) ^ SIGN_BIT);
}

function word(address: Uint8Array, offset: number): number {
  return (
    ((address[offset]! << 24) | (address[offset + 1]! << 16) | (address[offset + 2]! << 8) | address[offset + 3]!) ^
    SIGN_BIT
  );
}
