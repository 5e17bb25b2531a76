// What stands in the OPT record of a reply.

import assert from 'node:assert/strict';
import type { OptAnswer } from 'dns-packet';
import { decoded } from './messages.ts';

/** The one OPT record of a reply, or undefined; fails for several. */
export function optOf(reply: Buffer | undefined): OptAnswer | undefined {
  const records = (decoded(reply).packet.additionals ?? []).filter((record) => record.type === 'OPT');
  assert.ok(records.length <= 1, 'several OPT records');
  return records[0] as OptAnswer | undefined;
}

/** Code and data of every option, in their order. */
export function optionsOf(reply: Buffer | undefined): [code: number, data: Buffer][] {
  const options = (optOf(reply)?.options ?? []) as unknown as readonly { code: number; data: Buffer }[];
  return options.map(({ code, data }) => [code, data]);
}

/** Data of the first option with this code. */
export function optionOf(reply: Buffer | undefined, code: number): Buffer | undefined {
  return optionsOf(reply).find(([found]) => found === code)?.[1];
}

/** What OPT adds to the RCODE: 16 for BADVERS, whose lower bits are 0. */
export function rcodeOfOpt(reply: Buffer | undefined): number {
  return (optOf(reply)?.extendedRcode ?? 0) << 4;
}
