// An address of this machine that one of its names leads to, and what is to be said where no encrypted service answers there.

import { scopeOf } from '../address-scope.ts';
import { silenceText } from '../ask-endpoint.ts';
import { type Endpoint, endpointToText, KIND_TEXT, SETTING_OF } from '../endpoints.ts';
import { fail, type Finding, unknown } from '../finding.ts';

export interface Lead {
  /** The name, as it is shown. */
  readonly title: string;
  readonly address: string;
  readonly isToldAtHome: boolean;
  readonly isPublished: boolean;
}

/** Where devices that follow a lead look for a service. */
export interface Place extends Lead {
  readonly kind: 'dot' | 'doh';
  readonly port: number;
}

/** `code`: the system's or OpenSSL's. */
export function silenceFinding(place: Place, code: string, endpoints: readonly Endpoint[], isOurs: boolean): Finding {
  const { kind, port, isPublished } = place;
  const reason = `${leadText(place)}, but ${KIND_TEXT[kind]} at ${endpointToText(place)} does not answer: ${silenceText(code)}`;
  if (isOurs) return fail(reason, 'see the findings under "ports"');
  const others = elsewhere(endpoints, place);
  if (isPublished && others.length > 0)
    return unknown(
      `${reason}; whether a rule of this machine's firewall leads the port to ${portsText(others)}, where the gateway listens, cannot be seen from here`,
      'with such a rule: test it from elsewhere, see the findings under "outside"',
      `without one: ${listenAdvice(kind, port)}`,
    );
  const redirect = isPublished
    ? ["a rule of this machine's firewall that leads the port elsewhere cannot be seen from here"]
    : [];
  return fail(reason, listenAdvice(kind, port), withdrawAdvice(place), ...redirect);
}

/** `home.example.org leads to 192.0.2.1 at home`, the begin of a sentence. */
export function leadText({ title, address, isToldAtHome, isPublished }: Lead): string {
  const where = isPublished ? (isToldAtHome ? 'at home and from elsewhere' : 'from elsewhere') : 'at home';
  return `${title} leads to ${address} ${where}`;
}

export function withdrawAdvice({ isToldAtHome, isPublished }: Lead): string {
  const [here, outside] = ['a [[record]] or a file of names (sotto explain says which)', 'where the domain is hosted'];
  const written = isPublished ? (isToldAtHome ? `${outside}, or here: ${here}` : outside) : here;
  return `or take the address out of the name: ${written}`;
}

/** The ports that a redirection could lead to: none where one of ours has the right port already, if on another address. */
function elsewhere(endpoints: readonly Endpoint[], { kind, port }: Place): readonly number[] {
  const ofKind = endpoints.filter((endpoint) => endpoint.kind === kind);
  if (ofKind.some((endpoint) => endpoint.port === port)) return [];
  const reachable = ofKind.filter(({ address }) => scopeOf(address) !== 'loopback');
  return [...new Set(reachable.map((endpoint) => endpoint.port))];
}

function portsText(ports: readonly number[]): string {
  return `port ${ports.join(' or ')}`;
}

function listenAdvice(kind: Place['kind'], port: number): string {
  return `listen there as well: ${SETTING_OF[kind].slice('listen.'.length)} = [":${port}"] is every address`;
}
