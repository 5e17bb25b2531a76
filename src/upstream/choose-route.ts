// Which way the next try of an exchange takes: a healthy address in the order of the settings, and not the same twice.

import type { DohRequest } from './doh-request.ts';
import type { Route } from './route.ts';

/** A penalty larger than all smaller ones together, so that the reasons never outweigh each other. */
const PENALTY = {
  noRoom: 1,
  serverOrder: 10,
  sameFamily: 1_000,
  sameServer: 2_000,
  again: 4_000,
  doubtful: 10_000,
  stale: 20_000,
};

/**
 * The best route for the next try, or undefined when none makes sense: all failing, over budget, or tried already. Ties go to the
 * order of the settings. The third try goes to another server, else to another address family, so that the loss of one of
 * them alone cannot cost all tries. `staleBefore`: a failure noted earlier than this no longer excludes a route.
 */
export function chooseRoute(
  routes: readonly Route[],
  tries: readonly DohRequest[],
  staleBefore: number,
): Route | undefined {
  let best: Route | undefined;
  let bestPenalty = Infinity;
  for (const route of routes) {
    const penalty = penaltyOf(route, tries, staleBefore);
    if (penalty < bestPenalty) {
      best = route;
      bestPenalty = penalty;
    }
  }
  return best;
}

function penaltyOf(route: Route, tries: readonly DohRequest[], staleBefore: number): number {
  let penalty = route.server.index * PENALTY.serverOrder;
  if (route.state === 'failing') {
    if (route.failedAt >= staleBefore) return Infinity;
    penalty += PENALTY.stale;
  } else if (route.state === 'doubtful') {
    penalty += PENALTY.doubtful;
  }
  if (!route.server.budget.available) return Infinity;
  if (!route.hasRoom) penalty += PENALTY.noRoom;
  if (tries.length === 0) return penalty;

  const before = tries.filter((request) => request.route === route);
  if (before.length > 0) {
    // Once more on the same address only where a new connection may help.
    const mayHelp = before.length === 1 && (before[0]!.silent || before[0]!.failure?.cause === 'broken');
    if (!mayHelp) return Infinity;
    penalty += PENALTY.again;
  }
  if (tries.length >= 2) {
    if (tries.some((request) => request.route.server === route.server)) penalty += PENALTY.sameServer;
    if (tries.some((request) => request.route.isIpv6 === route.isIpv6)) penalty += PENALTY.sameFamily;
  }
  return penalty;
}
