// A resolver of the local network that hands on to us what it does not know, and to which we hand on the names of its zone: a name
// of the zone that it does not know either would go back and forth. It ends where that resolver asks us what we are asking it.
//
// Clients may stand behind the very address of that resolver, a router that translates addresses, and look like it. So what was
// first asked from there is no loop yet, nor is what is asked from there once more: it joins. Were it one after all, both would wait
// for each other, until the time of the exchange is over. The price on the other side: a client behind that address is refused a
// name that, at this moment, is being asked for a client elsewhere.

import { EXTENDED_ERROR, RCODE } from '../../wire/numbers.ts';
import { OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import type { ForwardedZone, LanQuestions } from '../questions/lan-questions.ts';
import { replyError } from '../refusals.ts';
import type { Step } from '../step.ts';

const LOOP_TEXT = new TextEncoder().encode('this zone is asked of you yourself; answer it without asking here');

/** `zones`: by number, as local names say them. `onLoop`: each time. */
export function refuseLoop<Zone extends ForwardedZone>(
  zones: readonly Zone[],
  lanQuestions: LanQuestions,
  onLoop: (zone: Zone) => void,
): Step {
  function check(query: Query): Verdict {
    const { asked, clientAddress, nowSeconds } = query;
    const zone = zones[query.local.forwarder]!;
    if (!zone.resolversElsewhere.some((resolver) => isSameAddress(resolver, clientAddress))) return VERDICT.PASS;
    if (!lanQuestions.isAskedForAnother(asked, clientAddress, nowSeconds)) return VERDICT.PASS;
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
