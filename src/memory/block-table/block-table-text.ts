// Prints a block table as text, octet for octet in meaning: for the golden test and for looking inside one.

import { nameToText } from '../../wire/name-text.ts';
import { readHeader } from './block-table-header.ts';
import { CLASS_FIELD, EXACT, HEADER, SET_FIELDS, SLOT_WORDS, SUBTREE } from './block-table-layout.ts';

/** Header, sources, source sets, then every slot in order. Throws BlockTableDamaged. */
export function blockTableText(buffer: SharedArrayBuffer): string {
  const header = readHeader(buffer, true);
  const octets = new Uint8Array(buffer);
  const words = new Uint32Array(buffer);
  const lines = [
    `layout ${words[HEADER.LAYOUT_VERSION]}, ${buffer.byteLength} octets, ` +
      `checksum ${hex(words[HEADER.CHECKSUM]!)} ${hex(words[HEADER.CHECKSUM + 1]!)}`,
    `key ${Array.from(header.hashKey, (octet) => octet.toString(16).padStart(2, '0')).join('')}`,
    `content "${header.contentId}"`,
    `${header.entryCount} entries, ${header.homeSlots} home slots of ${header.slotCount}, pushed by at most ${header.probeMax}`,
    ...header.sources.map(({ name, kind, action }, index) => `source ${index}: ${kind} "${name}", ${action}`),
  ];
  for (let set = 0; set < header.setCount; set++) {
    const fields = new Uint16Array(buffer, header.setsOffset + 2 * SET_FIELDS * set, SET_FIELDS);
    lines.push(`set ${set}: ${setText(fields)}`);
  }
  const slots = new Uint32Array(buffer, header.slotsOffset, SLOT_WORDS * header.slotCount);
  for (let slot = 0; slot < header.slotCount; slot++) {
    const entry = slots[SLOT_WORDS * slot + 1]!;
    if (entry === 0) {
      lines.push(`slot ${slot}: free`);
      continue;
    }
    const set = octets[entry]! | (octets[entry + 1]! << 8);
    const name = nameToText(octets, entry + header.setIndexBytes);
    lines.push(`slot ${slot}: ${hex(slots[SLOT_WORDS * slot]!)} at ${entry}, set ${set}, ${name}`);
  }
  return `${lines.join('\n')}\n`;
}

function setText(fields: Uint16Array): string {
  const parts: string[] = [];
  for (const [name, field] of Object.entries(CLASS_FIELD)) {
    const word = name.toLowerCase().replace('_', ' ');
    if (fields[field + EXACT] !== 0) parts.push(`${word} exact by ${fields[field + EXACT]! - 1}`);
    if (fields[field + SUBTREE] !== 0) parts.push(`${word} subtree by ${fields[field + SUBTREE]! - 1}`);
  }
  return parts.join(', ');
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
