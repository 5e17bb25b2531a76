// All that the examinations look at: the configuration, the gateway that runs with it or does not, the machine, and the upstream.
// What several of them need to know is found out once.

import { resolve } from 'node:path';
import type { Settings } from '../../control-plane/settings/settings.ts';
import { createUpstream } from '../../upstream/create-upstream.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { addressesAtHome, type HomeAddresses } from './addresses-at-home.ts';
import { authoritiesOf, type Authorities } from './authorities.ts';
import { trustedNames } from './certificate/trusted-names.ts';
import { type Endpoint, endpointsOf } from './endpoints.ts';
import { type GatewayState, readGatewayState } from './gateway-status.ts';
import { type PublicAddresses, publicAddressesOf } from './public-addresses.ts';
import type { Surroundings } from './surroundings.ts';

export interface Circumstances extends Surroundings {
  readonly settings: Settings;
  /** Absolute; undefined for the built-in defaults. */
  readonly configFile: string | undefined;
  readonly gateway: GatewayState;
  /** Where it can be asked, or where it would be if it ran; wildcards as addresses of this machine. */
  readonly endpoints: readonly Endpoint[];
  readonly authorities: Authorities;
  /** Of our own, beside that of the gateway: encrypted like it. */
  readonly upstream: Upstream;
  /** What the world is told about a name. */
  publicAddresses(name: string): Promise<PublicAddresses>;
  /** What devices of this network are told. */
  addressesAtHome(name: string): Promise<HomeAddresses>;
  /** Names for any device as it is, best first. */
  trustedNames(): Promise<readonly string[]>;
  /** Aborted by `close`: what is not found out by then is of no use. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

export async function gatherCircumstances(settings: Settings, surroundings: Surroundings): Promise<Circumstances> {
  const gateway = await readGatewayState(settings.stateDirectory);
  const upstream = createUpstream(settings.upstreams, { onEvent: () => undefined });
  const ending = new AbortController();
  const seen = {
    ...surroundings,
    settings,
    configFile: settings.configFile === undefined ? undefined : resolve(settings.configFile),
    gateway,
    endpoints: endpointsOf(settings, gateway, surroundings.interfaceAddresses()),
    authorities: authoritiesOf(surroundings, settings.certificateDirectory),
    upstream,
  };
  let trusted: Promise<readonly string[]> | undefined;
  return {
    ...seen,
    publicAddresses: oncePerName((name) => publicAddressesOf(upstream, name)),
    addressesAtHome: oncePerName((name) => addressesAtHome(name, seen)),
    trustedNames: () => (trusted ??= trustedNames(seen)),
    signal: ending.signal,
    close: async () => {
      ending.abort();
      await upstream.close();
    },
  };
}

function oncePerName<Answer>(ask: (name: string) => Promise<Answer>): (name: string) => Promise<Answer> {
  const known = new Map<string, Promise<Answer>>();
  return (name) => {
    const asked = known.get(name) ?? ask(name);
    known.set(name, asked);
    return asked;
  };
}
