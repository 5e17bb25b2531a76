// One configured upstream server: its URL, whom it trusts, its budget, and a route for each of its addresses.

import type { Clock } from '../memory/monotonic-clock.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { RateBudget } from './rate-budget.ts';
import { RequestTemplate } from './request-template.ts';
import { Route } from './route.ts';
import { trustedRoots } from './trusted-roots.ts';
import type { UpstreamFailure } from './upstream-failure.ts';
import type { UpstreamLimits } from './upstream-limits.ts';
import type { UpstreamSettings } from './upstream-settings.ts';

export class Server {
  readonly name: string;
  /** Position in the settings. */
  readonly index: number;
  readonly budget: RateBudget;
  readonly routes: readonly Route[];
  /** As last reported; undefined before the first report. */
  reportedUp: boolean | undefined;

  constructor(
    settings: UpstreamSettings,
    index: number,
    shareOfRate: number,
    limits: UpstreamLimits,
    clock: Clock,
    onUnconnectable: (route: Route, failure: UpstreamFailure) => void,
  ) {
    const url = new URL(settings.url);
    if (url.protocol !== 'https:') throw new TypeError(`${settings.url}: an upstream's URL begins with https://`);
    if (settings.addresses.length === 0) throw new TypeError(`${settings.name}: an upstream needs an address`);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const octets = new Uint8Array(16);
    const hostIsName = !parseAddress(host, octets);
    const secureContext = trustedRoots(settings.caPem);
    const template = new RequestTemplate(url);
    const perSecond = settings.maxQueriesPerSecond;
    this.name = settings.name;
    this.index = index;
    this.budget = new RateBudget(perSecond === undefined ? undefined : perSecond * shareOfRate, clock);
    this.routes = settings.addresses.map((address) => {
      // A name here would be looked up by the system's resolver, in the clear.
      if (!parseAddress(address, octets)) throw new TypeError(`${settings.name}: ${address} is not an IP address`);
      const where = `${settings.name} at ${address}`;
      const endpoint = { where, url, template, host, hostIsName, address, secureContext };
      return new Route(this, endpoint, limits, clock, onUnconnectable);
    });
  }
}
