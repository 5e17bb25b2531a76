// DNS64, backwards: the name of an address under the translator's prefix is an alias of the name of the IPv4 address inside it
// (RFC 6147 section 5.3.1.2). Also of a private one, which nobody synthesizes: its name is ours to answer, not the world's.

import { extractIpv4, type Ipv4Embedding } from '../../wire/ipv4-embedding.ts';
import { TYPE } from '../../wire/numbers.ts';
import { IPV4_REVERSE_NAME_MAX_BYTES, readIpv6ReverseName, writeIpv4ReverseName } from '../../wire/reverse-name.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { type Query, VERDICT } from '../query.ts';
import type { Step } from '../step.ts';

/** The alias itself holds as long as the configuration; derive-answer.ts lowers it to what it leads to. */
const TTL_SECONDS = 3_600;

export function dns64Reverse(inForce: PolicyInForce): Step {
  const ipv6 = new Uint8Array(16);
  const ipv4 = new Uint8Array(4);
  const target = new Uint8Array(IPV4_REVERSE_NAME_MAX_BYTES);

  function follow(query: Query, embedding: Ipv4Embedding): void {
    const { asked, derivation } = query;
    if (!readIpv6ReverseName(asked.name, asked.nameLength, ipv6) || !extractIpv4(embedding, ipv6, ipv4)) return;
    const length = writeIpv4ReverseName(ipv4, target, 0);
    derivation.begin();
    if (derivation.addLink(asked.name, asked.nameLength, target, length, TTL_SECONDS)) query.askFor(target, length);
  }

  return {
    name: 'dns64-reverse',
    run(query) {
      const { dns64 } = inForce.live;
      if (dns64 !== undefined && query.asked.type === TYPE.PTR) follow(query, dns64);
      return VERDICT.PASS;
    },
  };
}
