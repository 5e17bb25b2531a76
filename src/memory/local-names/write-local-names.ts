// Lays the collected names out in one shared buffer, and finds out where each alias leads.

import { TYPE } from '../../wire/numbers.ts';
import { foldName } from '../../wire/name.ts';
import { NameHasher } from '../name-hash/name-hasher.ts';
import { LOCAL, LocalMatch, LocalNames, ZONE_KIND } from './local-names.ts';
import type { BuiltNode, LocalZone } from './local-name-tree.ts';
import {
  ALIAS,
  EXISTS,
  FLAGS_MASK,
  FLAGS_SHIFT,
  HEADER,
  HEADER_WORDS,
  MAGIC,
  NODE,
  NODE_WORDS,
  ZONE,
  ZONE_FLAG,
  ZONE_WORDS,
} from './local-names-layout.ts';

import { OctetArena } from './octet-arena.ts';
import { addRrsets, soaRdata } from './rrset-octets.ts';

const ASTERISK = 0x2a;
/** Nodes between two yields: a few milliseconds of work. */
const NODES_PER_SLICE = 4_000;

/** `nodes`: the root first, parents before children; `zones`: those the nodes name. */
export function* writeLocalNames(
  nodes: readonly BuiltNode[],
  zones: readonly LocalZone[],
  hashKey: Uint8Array,
): Generator<undefined, SharedArrayBuffer> {
  const arena = new OctetArena();
  const words = new Int32Array(nodes.length * NODE_WORDS);
  const zoneWords = new Int32Array((zones.length + 1) * ZONE_WORDS);
  zoneWords[ZONE.FORWARDER] = -1;
  const zoneIndex = new Map(zones.map((zone, index) => [zone, index + 1]));
  for (const zone of zones) writeZone(zoneWords.subarray(zoneIndex.get(zone)! * ZONE_WORDS), zone, arena);
  const hasher = new NameHasher(hashKey);
  for (const node of nodes) {
    const { index, name, parent, rrsets } = node;
    const at = index * NODE_WORDS;
    const above = (parent?.index ?? 0) * NODE_WORDS;
    hasher.hash(name, name.length);
    words[at + NODE.HASH] = hasher.fullHigh;
    words[at + NODE.NAME] = arena.add(name);
    words[at + NODE.INFO] =
      name.length | (node.flags << FLAGS_SHIFT) | (words[above + NODE.INFO]! & (FLAGS_MASK << FLAGS_SHIFT));
    words[at + NODE.ZONE] = node.zone === undefined ? words[above + NODE.ZONE]! : zoneIndex.get(node.zone)!;
    if (rrsets !== undefined) {
      words[at + NODE.RRSETS] = addRrsets(arena, rrsets);
      if (name[0] === 1 && name[1] === ASTERISK) words[above + NODE.WILDCARD] = index;
    }
    if (index % NODES_PER_SLICE === NODES_PER_SLICE - 1) yield;
  }
  markExisting(nodes, words);
  yield;
  const buffer = assemble(words, zoneWords, arena);
  yield;
  followAliases(nodes, new LocalNames(buffer), hasher);
  return buffer;
}

function writeZone(words: Int32Array, zone: LocalZone, arena: OctetArena): void {
  const soa = soaRdata(zone.name, zone.negativeTtlSeconds);
  words[ZONE.KIND] = zone.kind;
  words[ZONE.FORWARDER] = zone.forwarder;
  words[ZONE.NEGATIVE_TTL] = zone.negativeTtlSeconds;
  words[ZONE.APEX] = arena.add(zone.name);
  words[ZONE.APEX_LENGTH] = zone.name.length;
  words[ZONE.SOA] = arena.add(soa);
  words[ZONE.SOA_LENGTH] = soa.length;
  words[ZONE.FLAGS] =
    (zone.parentAnswersDs ? ZONE_FLAG.PARENT_ANSWERS_DS : 0) |
    (zone.isCanary === true ? ZONE_FLAG.IS_CANARY : 0) |
    (zone.isCheck === true ? ZONE_FLAG.IS_CHECK : 0);
}

/** What owns records exists, a zone that others answer for may, and so does everything above them. */
function markExisting(nodes: readonly BuiltNode[], words: Int32Array): void {
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { index, isOurs, zone, parent } = nodes[i]!;
    const info = index * NODE_WORDS + NODE.INFO;
    if (isOurs || zone?.kind === ZONE_KIND.NONE) words[info]! |= EXISTS;
    if (parent !== undefined) words[parent.index * NODE_WORDS + NODE.INFO]! |= words[info]! & EXISTS;
  }
}

function assemble(nodeWords: Int32Array, zoneWords: Int32Array, arena: OctetArena): SharedArrayBuffer {
  const nodeCount = nodeWords.length / NODE_WORDS;
  let slotCount = 64;
  while (slotCount < 2 * nodeCount) slotCount *= 2;
  const slots = HEADER_WORDS;
  const nodes = slots + slotCount;
  const zones = nodes + nodeWords.length;
  const octetsStart = 4 * (zones + zoneWords.length);
  const buffer = new SharedArrayBuffer(Math.ceil((octetsStart + arena.length) / 4) * 4);
  const words = new Int32Array(buffer);
  words[HEADER.MAGIC] = MAGIC;
  words[HEADER.BYTE_LENGTH] = buffer.byteLength;
  words[HEADER.NODE_COUNT] = nodeCount;
  words[HEADER.SLOT_COUNT] = slotCount;
  words[HEADER.SLOTS] = slots;
  words[HEADER.NODES] = nodes;
  words[HEADER.ZONES] = zones;
  words[HEADER.ZONE_COUNT] = zoneWords.length / ZONE_WORDS;
  words[HEADER.OCTETS] = octetsStart;
  words.set(nodeWords, nodes);
  words.set(zoneWords, zones);
  new Uint8Array(buffer, octetsStart).set(arena.content);
  for (let node = 1; node < nodeCount; node++) {
    let slot = nodeWords[node * NODE_WORDS + NODE.HASH]! & (slotCount - 1);
    while (words[slots + slot] !== 0) slot = (slot + 1) & (slotCount - 1);
    words[slots + slot] = node;
  }
  return buffer;
}

/** Each alias learns what a question for its target would find here. */
function followAliases(nodes: readonly BuiltNode[], names: LocalNames, hasher: NameHasher): void {
  const match = new LocalMatch();
  const start = names.words[HEADER.NODES]!;
  for (const { index, rrsets } of nodes) {
    const alias = rrsets?.[0];
    if (alias?.type !== TYPE.CNAME) continue;
    const target = Uint8Array.from(alias.rdata[0]!);
    foldName(target, target.length);
    hasher.hash(target, target.length);
    // An alias at the target answers whatever the type, so the type asked here matters only where there is none.
    names.find(target, target.length, TYPE.CNAME, hasher, match);
    const at = start + index * NODE_WORDS;
    const isAnswered = match.node !== 0 && names.nodeWord(match.node, NODE.RRSETS) !== 0;
    names.words[at + NODE.NEXT] = isAnswered ? match.node : endOf(match);
    names.words[at + NODE.NEXT_ZONE] = match.zone;
  }
}

function endOf(match: LocalMatch): number {
  if (match.outcome === LOCAL.NON_EXISTENT) return ALIAS.NON_EXISTENT;
  return match.outcome === LOCAL.NO_DATA ? ALIAS.NO_DATA : ALIAS.OUTSIDE;
}
