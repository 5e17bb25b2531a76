// A resolver of the local network that hands on to us what it does not know, and to which we hand on the names of its zone: a name
// of the zone that it does not know either would go back and forth. What comes from there ends here.

import { EXTENDED_ERROR, RCODE } from '../../wire/numbers.ts';
import { OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import { replyError } from '../refusals.ts';
import type { Step } from '../step.ts';

const LOOP_TEXT = new TextEncoder().encode('this zone is asked of you yourself; answer it without asking here');

/** What it has to know of a zone with a resolver of its own. */
export interface ForwardedZone {
  /** Addresses (16 octets) from which nobody asks but a resolver of the zone. */
  readonly resolversElsewhere: readonly Uint8Array[];
}

/** `zones`: by number, as local names say them. `onLoop`: each time. */
export function refuseLoop<Zone extends ForwardedZone>(zones: readonly Zone[], onLoop: (zone: Zone) => void): Step {
  function check(query: Query): Verdict {
    const zone = zones[query.local.forwarder]!;
    if (!zone.resolversElsewhere.some((resolver) => isSameAddress(resolver, query.clientAddress))) return VERDICT.PASS;
    onLoop(zone);
    return replyError(query, OUTCOME.ACCESS_REFUSED, RCODE.REFUSED, EXTENDED_ERROR.PROHIBITED, LOOP_TEXT);
  }
  return {
    name: 'refuse-loop',
    run: (query) => (query.local.forwarder < 0 ? VERDICT.PASS : check(query)),
  };
}

function isSameAddress(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((octet, index) => octet === other[index]);
}
