// For whom an explanation is: the client's group, why it is in it, and what holds there now.

import type { AddressRange } from '../../policy/access-list.ts';
import { AccessList } from '../../policy/access-list.ts';
import type { Asker } from '../../policy/asker.ts';
import { ClientGroups, type GroupMembers, REFUSED_CLIENT } from '../../policy/client-groups.ts';
import { DEFAULT_GROUP, type GroupPolicy } from '../../policy/group-policy.ts';
import { addressToText, isMappedIpv4, parseAddress } from '../../wire/ip-address.ts';
import { readClientId, withoutMark } from '../clients/client-id.ts';
import type { GroupStatus } from '../groups/groups-in-force.ts';
import type { ExplainedClient } from './explanation.ts';

/** A client as somebody names it. */
export interface NamedClient {
  readonly text: string;
  /** 16 octets; undefined for an ID. */
  readonly address: Uint8Array | undefined;
  /** Lower-case; empty for an address. */
  readonly id: string;
}

export interface GroupsNow {
  /** Those of the live settings, by index. */
  readonly groups: readonly GroupPolicy[];
  readonly members: GroupMembers;
  /** By index. */
  readonly groupStatus: readonly GroupStatus[];
}

export interface WhoAsks {
  readonly asker: Asker;
  /** Undefined where the client is refused. */
  readonly group: GroupPolicy | undefined;
  readonly explained: ExplainedClient;
}

const MAPPED_BITS = 96;
const NO_ADDRESS = new Uint8Array(16);

/** Undefined if `text` is neither an address nor a client ID. */
export function readClient(text: string): NamedClient | undefined {
  const address = new Uint8Array(16);
  if (parseAddress(text, address)) return { text, address, id: '' };
  const id = readClientId(withoutMark(text));
  return id === undefined ? undefined : { text, address: undefined, id };
}

/** `client` left out: somebody whom no group names. */
export function whoAsks({ groups, members, groupStatus }: GroupsNow, client: NamedClient | undefined): WhoAsks {
  const clientAddress = client?.address ?? NO_ADDRESS;
  const clientId = client?.id ?? '';
  const found = client === undefined ? DEFAULT_GROUP : groupOf(members, client);
  const groupIndex = found === REFUSED_CLIENT ? DEFAULT_GROUP : found;
  const group = found === REFUSED_CLIENT ? undefined : groups[groupIndex]!;
  const status = group && groupStatus[groupIndex];
  return {
    asker: { clientAddress, clientId, groupIndex },
    group,
    explained: {
      client: client?.text,
      group: group?.name,
      why: groups.length === 1 && client === undefined ? 'there is no other group' : why(members, client, found),
      schedule: status?.schedule ?? undefined,
      scheduleUntil: status?.nextChange ?? undefined,
      pausedUntil: status?.pausedUntil ?? undefined,
    },
  };
}

/** Of an ID alone, no network can say more. */
function groupOf(members: GroupMembers, { address, id }: NamedClient): number {
  const known = address === undefined ? { ...members, networks: [] } : members;
  return new ClientGroups(known).groupOf(address ?? NO_ADDRESS, id);
}

function why(members: GroupMembers, client: NamedClient | undefined, groupIndex: number): string {
  if (client === undefined) return 'everybody whom no group names; --client ADDRESS_OR_ID explains for one';
  if (groupIndex === REFUSED_CLIENT)
    return `no group names the client ID ${client.id}, and access.unknown_client_ids refuses such`;
  if (members.ids.some(({ id }) => id === client.id)) return `the group names the client ID ${client.id}`;
  if (client.address === undefined)
    return `no group names the client ID ${client.id}; where it asks from, its address may be in one`;
  const network = smallestAround(members, client.address, groupIndex);
  return network === undefined ? 'no group names its address' : `its address is in ${rangeToText(network)}`;
}

function smallestAround({ networks }: GroupMembers, address: Uint8Array, groupIndex: number): AddressRange | undefined {
  return networks
    .filter((network) => network.groupIndex === groupIndex && new AccessList([network]).permits(address))
    .toSorted((a, b) => b.prefixBits - a.prefixBits)[0];
}

function rangeToText({ address, prefixBits }: AddressRange): string {
  const isIpv4 = isMappedIpv4(address) && prefixBits >= MAPPED_BITS;
  const bits = isIpv4 ? prefixBits - MAPPED_BITS : prefixBits;
  return bits === (isIpv4 ? 32 : 128) ? addressToText(address) : `${addressToText(address)}/${bits}`;
}
