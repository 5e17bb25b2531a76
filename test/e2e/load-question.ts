// One question that a gateway answers by itself, and what is wrong with an answer to it.

import * as dnsPacket from 'dns-packet';

export function queryFor(name: string, id: number): Buffer {
  return dnsPacket.encode({ type: 'query', id, flags: dnsPacket.RECURSION_DESIRED, questions: [{ type: 'A', name }] });
}

const NXDOMAIN = 3;

/** Undefined where the reply says that this very name does not exist. */
export function blockedReplyFault(query: Buffer, reply: Buffer): string | undefined {
  if (reply.length < query.length) return 'the reply is cut short';
  if (reply.readUInt16BE(0) !== query.readUInt16BE(0)) return 'the reply is to another question';
  if ((reply[3]! & 0xf) !== NXDOMAIN) return `RCODE ${reply[3]! & 0xf}`;
  return query.compare(reply, 12, query.length, 12, query.length) === 0 ? undefined : 'the reply is about another name';
}
