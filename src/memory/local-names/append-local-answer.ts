// Writes what LocalNames found into a reply: the chain of aliases, the records, the SOA of a "no". Allocates nothing.

import {
  raiseAdditionalCount,
  raiseAnswerCount,
  raiseAuthorityCount,
  HEADER_BYTES,
  writeUint16,
  writeUint32,
} from '../../wire/header.ts';
import { foldOctet } from '../../wire/name.ts';
import { CLASS, TYPE } from '../../wire/numbers.ts';
import { RECORD_FIXED_BYTES, RECORD_RDLENGTH } from '../../wire/resource-record.ts';
import { LOCAL, type LocalMatch, type LocalNames } from './local-names.ts';
import { ALIAS, CHAIN_MAX, CLIENT_SERVICES, NODE, RRSET, RRSET_HEAD_BYTES, ZONE } from './local-names-layout.ts';

const POINTER = 0xc000;
const SVC_PRIORITY_BYTES = 2;

/**
 * Appends to a reply that holds the question alone what `match.node` has for `type`, following aliases; returns the new
 * length. `match.outcome` then says how it ended: RECORDS, NO_DATA or NON_EXISTENT (of the last target, whose zone is
 * `match.zone`), ALIAS (go on at `match.alias`), or LOOP.
 */
export function appendLocalRecords(
  names: LocalNames,
  match: LocalMatch,
  type: number,
  out: Uint8Array,
  length: number,
): number {
  if (match.clientNameLength > 0) return appendClientServices(names, match, out, length);
  let { node } = match;
  let owner = POINTER | HEADER_BYTES;
  let end = length;
  for (let links = 0; links <= CHAIN_MAX; links++) {
    const rrset = names.rrsetOf(node, type);
    if (rrset !== 0) {
      match.outcome = LOCAL.RECORDS;
      return appendRrset(names, rrset, owner, out, end);
    }
    const next = names.nodeWord(node, NODE.NEXT);
    match.zone = names.nodeWord(node, NODE.ZONE);
    match.nameAt = owner & ~POINTER;
    if (next === ALIAS.NONE) {
      match.outcome = LOCAL.NO_DATA;
      return end;
    }
    const alias = names.rrsetOf(node, TYPE.CNAME);
    const target = end + 2 + RECORD_FIXED_BYTES;
    end = appendRrset(names, alias, owner, out, end);
    match.aliasRecords++;
    owner = POINTER | target;
    if (next > 0) {
      node = next;
      continue;
    }
    match.nameAt = target;
    match.zone = names.nodeWord(node, NODE.NEXT_ZONE);
    if (next === ALIAS.OUTSIDE) {
      match.outcome = LOCAL.ALIAS;
      match.aliasLength = end - target;
      for (let i = target; i < end; i++) match.alias[i - target] = foldOctet(out[i]!);
    } else match.outcome = next === ALIAS.NON_EXISTENT ? LOCAL.NON_EXISTENT : LOCAL.NO_DATA;
    return end;
  }
  match.outcome = LOCAL.LOOP;
  return end;
}

/** The records of one RRset with this owner (a compression pointer), and what stands beside them. */
function appendRrset(names: LocalNames, rrset: number, owner: number, out: Uint8Array, length: number): number {
  const { octets } = names;
  let from = rrset + RRSET_HEAD_BYTES;
  let end = length;
  for (let left = names.octet16(rrset + RRSET.ANSWERS); left > 0; left--) {
    writeUint16(out, end, owner);
    end += 2;
    const recordEnd = from + RECORD_FIXED_BYTES + names.octet16(from + RECORD_RDLENGTH);
    while (from < recordEnd) out[end++] = octets[from++]!;
    raiseAnswerCount(out);
  }
  for (let left = names.octet16(rrset + RRSET.ADDITIONAL_BYTES); left > 0; left--) out[end++] = octets[from++]!;
  for (let left = names.octet16(rrset + RRSET.ADDITIONALS); left > 0; left--) raiseAdditionalCount(out);
  return end;
}

/** The services of a client, its own name in place of the root octet that stands behind SvcPriority (RFC 9460 section 2.2). */
function appendClientServices(names: LocalNames, match: LocalMatch, out: Uint8Array, length: number): number {
  const { octets } = names;
  const { alias, clientNameLength } = match;
  const rrset = names.rrsetOf(match.node, CLIENT_SERVICES);
  let from = rrset + RRSET_HEAD_BYTES;
  let end = length;
  for (let left = names.octet16(rrset + RRSET.ANSWERS); left > 0; left--) {
    const rdataBytes = names.octet16(from + RECORD_RDLENGTH);
    const target = from + RECORD_FIXED_BYTES + SVC_PRIORITY_BYTES;
    const recordEnd = from + RECORD_FIXED_BYTES + rdataBytes;
    writeUint16(out, end, POINTER | HEADER_BYTES);
    end += 2;
    const fixed = end;
    while (from < target) out[end++] = octets[from++]!;
    writeUint16(out, fixed, TYPE.SVCB);
    writeUint16(out, fixed + RECORD_RDLENGTH, rdataBytes - 1 + clientNameLength);
    for (let i = 0; i < clientNameLength; i++) out[end++] = alias[i]!;
    from++;
    while (from < recordEnd) out[end++] = octets[from++]!;
    raiseAnswerCount(out);
  }
  return end;
}

/** Appends the SOA of `zone` to AUTHORITY, by which a "no" is cached (RFC 2308). */
export function appendZoneSoa(names: LocalNames, zone: number, out: Uint8Array, length: number): number {
  const { octets } = names;
  let end = length;
  let from = names.zoneWord(zone, ZONE.APEX);
  for (let left = names.zoneWord(zone, ZONE.APEX_LENGTH); left > 0; left--) out[end++] = octets[from++]!;
  const rdataBytes = names.zoneWord(zone, ZONE.SOA_LENGTH);
  writeUint16(out, end, TYPE.SOA);
  writeUint16(out, end + 2, CLASS.IN);
  writeUint32(out, end + 4, names.zoneWord(zone, ZONE.NEGATIVE_TTL));
  writeUint16(out, end + RECORD_RDLENGTH, rdataBytes);
  end += RECORD_FIXED_BYTES;
  from = names.zoneWord(zone, ZONE.SOA);
  for (let left = rdataBytes; left > 0; left--) out[end++] = octets[from++]!;
  raiseAuthorityCount(out);
  return end;
}
