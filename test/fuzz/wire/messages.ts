// DNS messages put together octet by octet, for tests: independent of the code under test, and able to say wrong things.

import { Buffer } from 'node:buffer';

export type Octets = Uint8Array<ArrayBuffer>;

export function hex(text: string): Octets {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

export function toHex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

export function concat(...parts: readonly Uint8Array[]): Octets {
  return new Uint8Array(Buffer.concat(parts));
}

export function uint16(value: number): Octets {
  return Uint8Array.of(value >>> 8, value);
}

export function uint32(value: number): Octets {
  return concat(uint16(value >>> 16), uint16(value & 0xffff));
}

/** Wire name of labels given as octets; lengths above 63 are written as they are. */
export function nameOfLabels(...labels: readonly Uint8Array[]): Octets {
  return concat(...labels.map((label) => concat(Uint8Array.of(label.length), label)), Uint8Array.of(0));
}

/** Wire name of plain text without escapes; '' is the root. */
export function name(text: string): Octets {
  return nameOfLabels(
    ...(text === '' ? [] : text.split('.').map((label) => new Uint8Array(Buffer.from(label, 'latin1')))),
  );
}

export function pointer(target: number): Octets {
  return uint16(0xc000 | target);
}

export function question(owner: Uint8Array, type: number, klass = 1): Octets {
  return concat(owner, uint16(type), uint16(klass));
}

export function record(owner: Uint8Array, type: number, ttlSeconds: number, rdata: Uint8Array, klass = 1): Octets {
  return concat(owner, uint16(type), uint16(klass), uint32(ttlSeconds), uint16(rdata.length), rdata);
}

export function option(code: number, data: Uint8Array): Octets {
  return concat(uint16(code), uint16(data.length), data);
}

export interface OptFields {
  readonly owner?: Uint8Array;
  readonly size?: number;
  readonly extendedRcode?: number;
  readonly version?: number;
  readonly flags?: number;
  readonly options?: Uint8Array;
}

export function opt(fields: OptFields = {}): Octets {
  const ttl = concat(Uint8Array.of(fields.extendedRcode ?? 0, fields.version ?? 0), uint16(fields.flags ?? 0));
  const options = fields.options ?? new Uint8Array();
  const owner = fields.owner ?? Uint8Array.of(0);
  return concat(owner, uint16(41), uint16(fields.size ?? 1232), ttl, uint16(options.length), options);
}

/** MNAME, RNAME, SERIAL, REFRESH, RETRY, EXPIRE, MINIMUM. */
export function soaRdata(minimumSeconds: number): Octets {
  return concat(
    name('ns.example'),
    name('root.example'),
    uint32(1),
    uint32(2),
    uint32(3),
    uint32(4),
    uint32(minimumSeconds),
  );
}

export interface MessageFields {
  readonly id?: number;
  readonly flags?: number;
  readonly questions?: readonly Uint8Array[];
  readonly answers?: readonly Uint8Array[];
  readonly authorities?: readonly Uint8Array[];
  readonly additionals?: readonly Uint8Array[];
  /** Counts to claim instead of the true ones. */
  readonly counts?: readonly [number, number, number, number];
}

export function message(fields: MessageFields): Octets {
  const sections = [fields.questions, fields.answers, fields.authorities, fields.additionals].map(
    (section) => section ?? [],
  );
  const counts = fields.counts ?? sections.map((section) => section.length);
  return concat(uint16(fields.id ?? 0), uint16(fields.flags ?? 0), ...counts.map(uint16), ...sections.flat());
}

export const FLAGS_QUERY = 0x0100;
export const FLAGS_RESPONSE = 0x8180;

/**
 * 64 KiB: one record whose RDATA is a staircase of pointers, each to the one before, then records that are all owned by (and,
 * as CNAMEs, all point at) its last step. A reader that follows each one from the top takes steps × records hops.
 */
export function staircase(steps: number, flags = FLAGS_RESPONSE): Octets {
  const start = 12 + question(name(''), 1).length + 11;
  const stairs: Uint8Array[] = [name('a')];
  for (let i = 0; i < steps; i++) stairs.push(pointer(start + (i === 0 ? 0 : 3 + 2 * (i - 1))));
  const top = pointer(start + 3 + 2 * (steps - 1));
  const rdata = concat(...stairs);
  const climbing = record(top, 5, 60, top);
  const room = Math.floor((65_535 - start - rdata.length) / climbing.length);
  return message({
    flags,
    questions: [question(name(''), 1)],
    answers: [record(name(''), 65_280, 60, rdata), ...Array.from({ length: room }, () => climbing)],
  });
}
