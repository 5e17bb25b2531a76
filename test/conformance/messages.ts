// Queries built octet by octet, however odd, and readings of replies. `readReply` is for well-formed replies only.

import assert from 'node:assert/strict';
import type { Reply } from '../scenarios/conversation.ts';
import { readReply } from '../scenarios/conversation.ts';

export interface QueryParts {
  /** Text (labels between dots), or the octets of a wire name or of whatever stands in its place. */
  readonly name: string | Uint8Array;
  readonly id?: number;
  /** Default: A. */
  readonly type?: number;
  /** Default: IN. */
  readonly qclass?: number;
  /** The second 16 bits of the header. Default: RD alone. */
  readonly flags?: number;
  /** An OPT record, or several. */
  readonly opt?: OptParts | readonly OptParts[];
  /** The four counts, where they are to differ from what is there. */
  readonly counts?: readonly [number, number, number, number];
  /** Octets after the rest. */
  readonly tail?: Uint8Array;
}

export interface OptParts {
  /** Default: root. */
  readonly owner?: Uint8Array;
  /** Default: 1232. */
  readonly udpPayloadSize?: number;
  readonly version?: number;
  /** DO is 0x8000. */
  readonly flags?: number;
  /** Code and data of each option. */
  readonly options?: readonly (readonly [code: number, data: Uint8Array])[];
  /** In the place of `options`: what RDATA is, well-formed or not. */
  readonly rdata?: Uint8Array;
}

export const RD = 0x0100;
export const DO = 0x8000;
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
} as const;
const TYPE_A = 1;
const CLASS_IN = 1;

export function query(parts: QueryParts): Buffer {
  const opts = parts.opt === undefined ? [] : 'length' in parts.opt ? parts.opt : [parts.opt];
  const question = Buffer.concat([
    typeof parts.name === 'string' ? wireName(parts.name) : parts.name,
    uint16(parts.type ?? TYPE_A),
    uint16(parts.qclass ?? CLASS_IN),
  ]);
  const head = header(parts.id ?? 0x5077, parts.flags ?? RD, parts.counts ?? [1, 0, 0, opts.length]);
  return Buffer.concat([head, question, ...opts.map(optRecord), parts.tail ?? Buffer.alloc(0)]);
}

export function header(id: number, flags: number, counts: readonly [number, number, number, number]): Buffer {
  return Buffer.concat([id, flags, ...counts].map(uint16));
}

/** Labels between dots; the empty text is the root. */
export function wireName(text: string): Buffer {
  const labels = text === '' ? [] : text.split('.');
  return Buffer.concat([...labels.map(label), Buffer.of(0)]);
}

/** One label of any octets. */
export function label(octets: string | Uint8Array): Buffer {
  const bytes = typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets;
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

export function optRecord(parts: OptParts = {}): Buffer {
  const options = (parts.options ?? []).flatMap(([code, data]) => [uint16(code), uint16(data.length), data]);
  const rdata = parts.rdata ?? Buffer.concat(options);
  const fixed = [41, parts.udpPayloadSize ?? 1232, parts.version ?? 0, parts.flags ?? 0, rdata.length].map(uint16);
  return Buffer.concat([parts.owner ?? Buffer.of(0), ...fixed, rdata]);
}

export function uint16(value: number): Buffer {
  return Buffer.of(value >>> 8, value & 0xff);
}

/** The lower 4 bits of the RCODE of a reply; fails when there is none. */
export function rcodeOf(reply: Buffer | undefined): number {
  assert.ok(reply, 'no reply');
  return reply[3]! & 0x0f;
}

/** Reads a reply that must be there and well-formed. */
export function decoded(reply: Buffer | undefined): Reply {
  assert.ok(reply, 'no reply');
  return readReply(reply);
}

/** What the answer section says, as `name type data`, TTLs left out. */
export function answersOf(reply: Buffer | undefined): string[] {
  return (decoded(reply).packet.answers ?? []).map(
    (record) => `${record.name} ${record.type} ${JSON.stringify('data' in record ? record.data : undefined)}`,
  );
}
