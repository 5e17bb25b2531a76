// Prints a block table as text, octet for octet in meaning: for the golden test and for looking inside one.

import { nameToText } from '../../wire/name-text.ts';
import { readHeader } from './block-table-header.ts';
import {
  ADDRESS_WORDS,
  HEADER,
  ITEM,
  ITEM_WORDS,
  RANK_MASK,
  SCOPE_MASK,
  SCOPE_SHIFT,
  SLOT_WORDS,
  SOURCE_SHIFT,
} from './block-table-layout.ts';
import { RULE_CLASS, RULE_CLASSES, SCOPE } from './rule-model.ts';
import type { TablePattern } from './table-description.ts';

/** Header, sources, sets, addresses, patterns, then every slot in order. Throws BlockTableDamaged. */
export function blockTableText(buffer: SharedArrayBuffer): string {
  const header = readHeader(buffer, true);
  const octets = new Uint8Array(buffer);
  const words = new Uint32Array(buffer);
  const { description } = header;
  const lines = [
    `layout ${words[HEADER.LAYOUT_VERSION]}, ${buffer.byteLength} octets, ` +
      `checksum ${hex(words[HEADER.CHECKSUM]!)} ${hex(words[HEADER.CHECKSUM + 1]!)}`,
    `key ${Array.from(header.hashKey, (octet) => octet.toString(16).padStart(2, '0')).join('')}`,
    `content "${description.contentId}"`,
    `${header.entryCount} entries, ${header.homeSlots} home slots of ${header.slotCount}, pushed by at most ${header.probeMax}`,
    ...description.sources.map(({ name, kind, tier }, index) => `source ${index}: ${kind} "${name}", tier ${tier}`),
    ...description.conditions.map((condition, index) => `condition ${index + 1}: ${JSON.stringify(condition)}`),
    ...description.responses.map((response, index) => `response ${index + 1}: ${JSON.stringify(response)}`),
    ...description.patterns.map((pattern, index) => `pattern ${index}: ${patternText(pattern)}`),
  ];
  const starts = new Uint32Array(buffer, header.startsOffset, header.setCount + 1);
  const items = new Uint32Array(buffer, header.itemsOffset, ITEM_WORDS * header.itemCount);
  for (let set = 0; set < header.setCount; set++) {
    const texts: string[] = [];
    for (let item = starts[set]!; item < starts[set + 1]!; item++) {
      texts.push(itemText(items.subarray(ITEM_WORDS * item, ITEM_WORDS * (item + 1))));
    }
    lines.push(`set ${set}: ${texts.join('; ')}`.trimEnd());
  }
  const addresses = new Uint32Array(buffer, header.addressesOffset, ADDRESS_WORDS * header.addressCount);
  for (let at = 0; at < addresses.length; at += ADDRESS_WORDS) {
    const words = [...addresses.subarray(at, at + 4)].map(hex);
    lines.push(`from address ${words.join(' ')}: set ${addresses[at + 4]}`);
  }
  const slots = new Uint32Array(buffer, header.slotsOffset, SLOT_WORDS * header.slotCount);
  for (let slot = 0; slot < header.slotCount; slot++) {
    const entry = slots[SLOT_WORDS * slot + 1]!;
    if (entry === 0) {
      lines.push(`slot ${slot}: free`);
      continue;
    }
    let set = octets[entry]! | (octets[entry + 1]! << 8);
    if (header.setIndexBytes === 4) set |= (octets[entry + 2]! << 16) | (octets[entry + 3]! << 24);
    const name = nameToText(octets, entry + header.setIndexBytes);
    lines.push(`slot ${slot}: ${hex(slots[SLOT_WORDS * slot]!)} at ${entry}, set ${set}, ${name}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Of a finished automaton the size alone: its octets are in the checksum. */
function patternText({ made, ...pattern }: TablePattern): string {
  const text = JSON.stringify(pattern);
  if (made === undefined) return text;
  const literals = made.literals?.map((literal) => JSON.stringify(literal)).join(' or ') ?? 'nothing';
  return `${text}, needs ${literals}, automaton of ${made.automaton.length} characters`;
}

function itemText(words: Uint32Array): string {
  const rule = words[ITEM.RULE]!;
  const rank = rule & RANK_MASK;
  const parts = [
    `rank ${rank} ${wordFor(RULE_CLASS, rank % RULE_CLASSES)}`,
    wordFor(SCOPE, (rule >>> SCOPE_SHIFT) & SCOPE_MASK),
    `by ${rule >>> SOURCE_SHIFT}`,
  ];
  if (words[ITEM.CONDITION] !== 0) parts.push(`condition ${words[ITEM.CONDITION]}`);
  if (words[ITEM.RESPONSE] !== 0) parts.push(`response ${words[ITEM.RESPONSE]}`);
  return parts.join(' ');
}

function wordFor(numbers: Readonly<Record<string, number>>, wanted: number): string {
  const word = Object.keys(numbers).find((key) => numbers[key] === wanted);
  return word === undefined ? String(wanted) : word.toLowerCase().replace('_', ' ');
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
